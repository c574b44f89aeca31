using DbUp;
using DbUp.Engine.Output;
using DbUp.Postgresql;
using Npgsql;

namespace PerfGate.Adapters.Postgres;

/// <summary>Brings the database to the newest schema: numbered SQL, forward only, safe from several instances at once.</summary>
public static class MigrationRunner
{
    // Any number will do, so long as it is PerfGate's alone in this database.
    private const long Lock = 0x5045_5246_4741_5445;

    private const int Connections = 4;

    /// <inheritdoc cref="MigrateAsync(DatabaseAccess, CancellationToken)" />
    public static Task<IReadOnlyList<string>> MigrateAsync(string connectionString, CancellationToken cancellation) =>
        MigrateAsync(new DatabaseAccess(connectionString), cancellation);

    /// <summary>Applies what is missing.</summary>
    /// <returns>The scripts applied now, in order: <c>0001_mission_tables</c>, ...</returns>
    /// <exception cref="InvalidOperationException">A script failed; it and those after it are not applied.</exception>
    public static async Task<IReadOnlyList<string>> MigrateAsync(
        DatabaseAccess database,
        CancellationToken cancellation
    )
    {
        // One holds the lock while others migrate, however few the server's own pool may have.
        await using var source = database.CreateSource(settings =>
            settings.MaxPoolSize = Math.Max(settings.MaxPoolSize, Connections)
        );
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using (var take = new NpgsqlCommand("SELECT pg_advisory_lock($1)", connection))
        {
            // Another instance's migration takes as long as it takes.
            take.CommandTimeout = 0;
            take.Parameters.AddWithValue(Lock);
            await take.ExecuteNonQueryAsync(cancellation);
        }
        // The lock is the connection's: it is free again when the connection closes, however that happens.
        var result = await Task.Run(
            () =>
                DeployChanges
                    .To.PostgresqlDatabase(new PostgresqlConnectionManager(source))
                    .WithScriptsEmbeddedInAssembly(
                        typeof(MigrationRunner).Assembly,
                        name => name.EndsWith(".sql", StringComparison.Ordinal)
                    )
                    .WithTransactionPerScript()
                    .LogTo(new NoOpUpgradeLog())
                    .Build()
                    .PerformUpgrade(),
            cancellation
        );
        if (!result.Successful)
        {
            throw new InvalidOperationException(
                $"Migration {result.ErrorScript?.Name} failed: {result.Error.Message}",
                result.Error
            );
        }
        return [.. result.Scripts.Select(script => Name(script.Name))];
    }

    /// <summary>The file's name, without the namespace that embedding put before it.</summary>
    private static string Name(string resource) => Path.GetFileNameWithoutExtension(resource).Split('.')[^1];
}
