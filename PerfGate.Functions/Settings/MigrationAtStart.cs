using Azure.Core;
using Microsoft.Extensions.Hosting;
using PerfGate.Adapters.Postgres;

namespace PerfGate.Functions.Settings;

/// <summary>Brings the database to the newest schema before any function is answered, where the settings want it.</summary>
public sealed class MigrationAtStart(
    FunctionsSettings settings,
    DatabaseAccess database,
    TokenCredential credential,
    TimeProvider time
) : IHostedLifecycleService
{
    // The Functions host gives a worker about a minute to start.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>Before anything else starts: the worker begins to answer when it starts.</summary>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (!settings.MigrateAtStart)
        {
            return;
        }
        var begun = time.GetTimestamp();
        while (true)
        {
            try
            {
                await MigrateAsync(cancellationToken);
                return;
            }
            catch (Exception away) when (DatabaseAway.Explains(away) && time.GetElapsedTime(begun) < Patience)
            {
                // It fails over, or starts together with the app.
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }

    private Task MigrateAsync(CancellationToken cancellation) =>
        settings.SchemaOwner is { } owner
            ? owner.MigrateAsync(credential, settings.PerfGate.PostgresConnectionString, cancellation)
            : MigrationRunner.MigrateAsync(database, cancellation);

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
