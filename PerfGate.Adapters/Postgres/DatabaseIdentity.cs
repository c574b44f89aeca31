using System.Globalization;
using Npgsql;

namespace PerfGate.Adapters.Postgres;

/// <summary>
/// Tells one database from another, whatever way leads to it. One that took over from its primary, or was restored from a dump, is
/// the same.
/// </summary>
internal static class DatabaseIdentity
{
    /// <summary>The identity.</summary>
    public static async Task<string> OfAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var ask = database.CreateCommand("SELECT id FROM performance_database");
        return ((Guid)(await ask.ExecuteScalarAsync(cancellation))!).ToString("D", CultureInfo.InvariantCulture);
    }
}
