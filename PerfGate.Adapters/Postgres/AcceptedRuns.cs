using Npgsql;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;

namespace PerfGate.Adapters.Postgres;

/// <summary>The accepted past: runs that later ones of the same load and engine are held against.</summary>
internal static class AcceptedRuns
{
    /// <summary>
    /// Adds a run to it, and records that, in the connection's transaction; where it passed, and a baseline has begun a past of its
    /// load and engine. Adding it again changes nothing.
    /// </summary>
    public static async Task AddAsync(
        NpgsqlConnection connection,
        Guid runId,
        DateTimeOffset now,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO performance_accepted_runs (run_id, test_type, environment, fingerprint, accepted_at)
            SELECT r.id, r.test_type, r.environment, r.fingerprint, $2
            FROM performance_test_runs r
            WHERE r.id = $1 AND r.passed AND EXISTS (
              SELECT FROM performance_accepted_runs a JOIN performance_test_runs p ON p.id = a.run_id
              WHERE a.test_type = r.test_type AND a.environment = r.environment AND a.fingerprint = r.fingerprint
                AND performance_engine_kind(p.engine) = performance_engine_kind(r.engine))
            ON CONFLICT (run_id) DO NOTHING
            RETURNING environment
            """,
            connection
        );
        command.Parameters.AddWithValue(runId);
        command.Parameters.AddWithValue(now);
        if (await command.ExecuteScalarAsync(cancellation) is string environment)
        {
            var entry = new AuditEntry(null, AuditActions.AcceptRun, AuditOutcomes.Done)
            {
                Environment = Enum.Parse<TargetEnvironment>(environment, ignoreCase: true),
                Subject = $"{runId}",
            };
            await AuditLog.AppendAsync(connection, entry, cancellation);
        }
    }
}
