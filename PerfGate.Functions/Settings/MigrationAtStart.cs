using Microsoft.Extensions.Hosting;
using PerfGate.Adapters.Postgres;

namespace PerfGate.Functions.Settings;

/// <summary>Brings the database to the newest schema before the first function is answered, where the settings want it.</summary>
public sealed class MigrationAtStart(FunctionsSettings settings) : IHostedService
{
    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken) =>
        settings.MigrateAtStart
            ? MigrationRunner.MigrateAsync(settings.PerfGate.PostgresConnectionString, cancellationToken)
            : Task.CompletedTask;

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
