using Hangfire.PostgreSql;
using PerfGate.Adapters.Postgres;

namespace PerfGate.Host.Jobs;

/// <summary>Hangfire's own tables. Made with the migrations, so that the role the server works with need not be able to.</summary>
internal static class JobSchema
{
    /// <summary>Brings them to what this Hangfire needs; safe from several servers at once.</summary>
    public static async Task PrepareAsync(DatabaseAccess owner, CancellationToken cancellation)
    {
        await using var source = owner.CreateSource();
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using (var alone = connection.CreateCommand())
        {
            // The connection's, so that it is free again however this ends.
            alone.CommandText = "SELECT pg_advisory_lock(hashtext('perfgate-jobs-schema'))";
            alone.CommandTimeout = 0;
            await alone.ExecuteNonQueryAsync(cancellation);
        }
        await Task.Run(() => PostgreSqlObjectsInstaller.Install(connection), cancellation);
    }
}
