using Npgsql;

namespace PerfGate.Adapters.Postgres;

/// <summary>
/// Tells one database from another, whatever way leads to it. A copy that was restored from a dump is another one; one that took
/// over from its primary is the same.
/// </summary>
internal static class DatabaseIdentity
{
    /// <summary>The identity.</summary>
    public static async Task<string> OfAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var ask = database.CreateCommand(
            """
            SELECT s.system_identifier || '/' || d.oid FROM pg_control_system() s, pg_database d
            WHERE d.datname = current_database()
            """
        );
        return (string)(await ask.ExecuteScalarAsync(cancellation))!;
    }
}
