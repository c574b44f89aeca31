using Npgsql;

namespace PerfGate.Bench.Store;

/// <summary>
/// A million ended runs of two hundred tests, over three years: one in seven failed, ten in error, twenty cancelled, and no other
/// ends, so that filters let through many, few or none.
/// </summary>
internal static class StoredMillion
{
    /// <summary>Runs that are stored.</summary>
    public const int Runs = 1_000_000;

    /// <summary>Copies a real, ended run so often; ids are made from its number.</summary>
    public static async Task FillAsync(string connectionString, Guid model)
    {
        await using var database = NpgsqlDataSource.Create(connectionString);
        await ExecuteAsync(
            database,
            """
            INSERT INTO performance_tests (test_type, environment, fingerprint, configuration, created_at)
            SELECT (ARRAY['load','stress','spike','endurance'])[1 + n % 4], (ARRAY['staging','production'])[1 + n / 4 % 2],
                   'bench-' || n, (SELECT configuration FROM performance_tests LIMIT 1), now() - n * interval '1 hour'
            FROM generate_series(1, 200) n
            """,
            null
        );
        await ExecuteAsync(
            database,
            $"""
            WITH tests AS (
              SELECT id, test_type, environment, fingerprint, row_number() OVER (ORDER BY created_at) - 1 AS slot
              FROM performance_tests WHERE fingerprint LIKE 'bench-%')
            INSERT INTO performance_test_runs
              (id, test_id, test_type, environment, fingerprint, request, plan, status, verdict, passed, reasons, engine,
               requested_by, requests, created_at, started_at, ended_at, concurrent_users, duration_seconds,
               avg_response_time_ms, p95_response_time_ms, error_rate, throughput_rps,
               measured_avg_ms, measured_p95_ms, measured_error_rate, measured_throughput_rps)
            SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, t.id, t.test_type, t.environment, t.fingerprint, m.request, m.plan,
                   CASE WHEN n % 99991 = 5 THEN 'failed' WHEN n % 49999 = 7 THEN 'cancelled' ELSE 'completed' END,
                   CASE WHEN n % 99991 = 5 THEN 'error' WHEN n % 49999 = 7 THEN 'inconclusive'
                        WHEN n % 7 = 0 THEN 'failed' ELSE 'passed' END, n % 7 <> 0, m.reasons, m.engine,
                   'bench', m.requests, now() - n * interval '95 seconds', now() - n * interval '95 seconds',
                   now() - n * interval '95 seconds' + interval '60 seconds', 5, 60,
                   m.avg_response_time_ms, m.p95_response_time_ms, m.error_rate, m.throughput_rps,
                   m.measured_avg_ms, m.measured_p95_ms, m.measured_error_rate, m.measured_throughput_rps
            FROM generate_series(1, {Runs}) n
            JOIN tests t ON t.slot = n % 200
            CROSS JOIN (SELECT * FROM performance_test_runs WHERE id = $1) m
            """,
            model
        );
        await ExecuteAsync(database, "VACUUM ANALYZE performance_test_runs", null);
        await ExecuteAsync(database, "ANALYZE performance_tests", null);
    }

    /// <summary>The id of a run by its number, from 1.</summary>
    public static Guid Id(int number) =>
        Guid.Parse(FormattableString.Invariant($"00000000-0000-7000-8000-{number:x12}"));

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql, Guid? parameter)
    {
        await using var command = database.CreateCommand(sql);
        command.CommandTimeout = 0;
        if (parameter is { } value)
        {
            command.Parameters.AddWithValue(value);
        }
        await command.ExecuteNonQueryAsync();
    }
}
