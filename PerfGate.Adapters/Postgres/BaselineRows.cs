using Npgsql;
using PerfGate.Adapters.Http;
using PerfGate.Core.Baselines;
using PerfGate.Core.Requests;
using PerfGate.Core.Runs;

namespace PerfGate.Adapters.Postgres;

/// <summary>A measured run that may become a baseline.</summary>
internal sealed record BaselineCandidate(
    TestType TestType,
    TargetEnvironment Environment,
    string Fingerprint,
    Verdict Verdict,
    AcceptedRun Figures,
    EngineKind Engine
);

/// <summary>A baseline with what the API does not show.</summary>
internal sealed record StoredBaseline(BaselineView View, string? Fingerprint);

/// <summary>The accepted past of a load.</summary>
/// <param name="Runs">The newest 50 runs of the engine asked for, in order of time.</param>
/// <param name="OfOtherEngines">How many accepted runs other engines made.</param>
internal sealed record AcceptedPast(IReadOnlyList<AcceptedRun> Runs, int OfOtherEngines);

/// <summary>Reads baselines and the runs they rest on.</summary>
internal static class BaselineRows
{
    // More of the past says more about drift than about the usual spread.
    private const int PastRuns = 50;

    // The measured figures of the run it came from; the DECIMAL columns are their rounded copies.
    private const string Baselines = """
        SELECT b.id, b.test_type, b.environment,
               coalesce(r.measured_avg_ms, b.baseline_avg_response_time_ms::float8, 0),
               coalesce(r.measured_p95_ms, b.baseline_p95_response_time_ms::float8, 0),
               coalesce(r.measured_error_rate, b.baseline_error_rate::float8, 0),
               coalesce(r.measured_throughput_rps, b.baseline_throughput_rps::float8, 0),
               b.established_at, b.source_run_id, b.fingerprint, r.engine
        FROM performance_baselines b LEFT JOIN performance_test_runs r ON r.id = b.source_run_id
        """;

    private const string Measured = """
        r.measured_avg_ms IS NOT NULL AND r.measured_p95_ms IS NOT NULL
          AND r.measured_error_rate IS NOT NULL AND r.measured_throughput_rps IS NOT NULL
        """;

    public static async Task<IReadOnlyList<BaselineView>> ListAsync(
        NpgsqlConnection connection,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand($"{Baselines} ORDER BY b.test_type, b.environment", connection);
        var baselines = new List<BaselineView>();
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            baselines.Add(ReadBaseline(row).View);
        }
        return baselines;
    }

    public static async Task<StoredBaseline?> FindAsync(
        NpgsqlConnection connection,
        TestType testType,
        TargetEnvironment environment,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            $"{Baselines} WHERE b.test_type = $1 AND b.environment = $2",
            connection
        );
        command.Parameters.AddWithValue(EnumText.Lower(testType));
        command.Parameters.AddWithValue(EnumText.Lower(environment));
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? ReadBaseline(row) : null;
    }

    public static async Task<StoredBaseline?> FindAsync(
        NpgsqlConnection connection,
        Guid id,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand($"{Baselines} WHERE b.id = $1", connection);
        command.Parameters.AddWithValue(id);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? ReadBaseline(row) : null;
    }

    /// <summary>Makes the caller the only one to change a baseline, until its transaction ends.</summary>
    public static async Task LockAsync(
        NpgsqlConnection connection,
        TestType testType,
        TargetEnvironment environment,
        CancellationToken cancellation
    )
    {
        // Not the row: there is none to lock before the first baseline.
        await using var alone = new NpgsqlCommand("SELECT pg_advisory_xact_lock(hashtext($1))", connection);
        alone.Parameters.AddWithValue($"perfgate-baseline-{EnumText.Lower(testType)}-{EnumText.Lower(environment)}");
        await alone.ExecuteNonQueryAsync(cancellation);
    }

    public static async Task<BaselineCandidate?> FindCandidateAsync(
        NpgsqlConnection connection,
        Guid runId,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            $"""
            SELECT r.id, r.ended_at, r.measured_avg_ms, r.measured_p95_ms, r.measured_error_rate,
                   r.measured_throughput_rps, coalesce(r.requests, 0), r.test_type, r.environment, r.fingerprint, r.verdict,
                   r.engine
            FROM performance_test_runs r
            WHERE r.id = $1 AND r.ended_at IS NOT NULL AND r.fingerprint IS NOT NULL AND r.verdict IS NOT NULL
              AND {Measured}
            """,
            connection
        );
        command.Parameters.AddWithValue(runId);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation)
            ? new BaselineCandidate(
                Enum.Parse<TestType>(row.GetString(7), ignoreCase: true),
                Enum.Parse<TargetEnvironment>(row.GetString(8), ignoreCase: true),
                row.GetString(9),
                Enum.Parse<Verdict>(row.GetString(10), ignoreCase: true),
                ReadFigures(row, 0),
                EngineKinds.Of(row.IsDBNull(11) ? null : row.GetString(11))
            )
            : null;
    }

    public static async Task<AcceptedPast> PastAsync(
        NpgsqlConnection connection,
        RunRequest request,
        string fingerprint,
        EngineKind engine,
        Guid except,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            $"""
            WITH past AS (
              SELECT a.run_id, a.accepted_at, r.measured_avg_ms, r.measured_p95_ms, r.measured_error_rate,
                     r.measured_throughput_rps, coalesce(r.requests, 0),
                     performance_engine_kind(r.engine) = $6 AS of_this_engine
              FROM performance_accepted_runs a JOIN performance_test_runs r ON r.id = a.run_id
              WHERE a.test_type = $1 AND a.environment = $2 AND a.fingerprint = $3 AND a.run_id <> $4
                AND a.superseded_at IS NULL AND {Measured}),
            newest AS (SELECT * FROM past WHERE of_this_engine ORDER BY accepted_at DESC, run_id LIMIT $5)
            SELECT *, 0 AS others FROM newest
            UNION ALL
            SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, count(*) FROM past WHERE NOT of_this_engine
            ORDER BY accepted_at, run_id
            """,
            connection
        );
        command.Parameters.AddWithValue(EnumText.Lower(request.TestType));
        command.Parameters.AddWithValue(EnumText.Lower(request.Environment));
        command.Parameters.AddWithValue(fingerprint);
        command.Parameters.AddWithValue(except);
        command.Parameters.AddWithValue(PastRuns);
        command.Parameters.AddWithValue(EnumText.Lower(engine));
        var past = new List<AcceptedRun>();
        var others = 0;
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            if (row.IsDBNull(0))
            {
                others = (int)row.GetInt64(8);
            }
            else
            {
                past.Add(ReadFigures(row, 0));
            }
        }
        return new AcceptedPast(past, others);
    }

    public static async Task<IReadOnlyList<BaselineChange>> HistoryAsync(
        NpgsqlConnection connection,
        TestType testType,
        TargetEnvironment environment,
        long before,
        int limit,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT h.reason, h.changed_by, h.changed_at,
                   r.id, r.ended_at, r.measured_avg_ms, r.measured_p95_ms, r.measured_error_rate,
                   r.measured_throughput_rps, coalesce(r.requests, 0),
                   p.id, p.ended_at, p.measured_avg_ms, p.measured_p95_ms, p.measured_error_rate,
                   p.measured_throughput_rps, coalesce(p.requests, 0),
                   h.id, h.note, h.undoes, h.undone_by
            FROM performance_baseline_history h
            JOIN performance_test_runs r ON r.id = h.run_id
            LEFT JOIN performance_test_runs p ON p.id = h.previous_run_id
            WHERE h.test_type = $1 AND h.environment = $2 AND h.id < $3
            ORDER BY h.id DESC LIMIT $4
            """,
            connection
        );
        command.Parameters.AddWithValue(EnumText.Lower(testType));
        command.Parameters.AddWithValue(EnumText.Lower(environment));
        command.Parameters.AddWithValue(before);
        command.Parameters.AddWithValue(limit);
        var changes = new List<BaselineChange>();
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            changes.Add(
                new BaselineChange(
                    row.GetInt64(17),
                    row.IsDBNull(10) ? null : ReadFigures(row, 10),
                    ReadFigures(row, 3),
                    row.IsDBNull(1) ? null : row.GetString(1),
                    row.GetString(0),
                    row.IsDBNull(18) ? null : row.GetString(18),
                    row.GetFieldValue<DateTimeOffset>(2),
                    row.IsDBNull(19) ? null : row.GetInt64(19),
                    row.IsDBNull(20) ? null : row.GetInt64(20)
                )
            );
        }
        return changes;
    }

    private static AcceptedRun ReadFigures(NpgsqlDataReader row, int first) =>
        new(
            row.GetGuid(first),
            row.GetFieldValue<DateTimeOffset>(first + 1),
            row.GetDouble(first + 2),
            row.GetDouble(first + 3),
            row.GetDouble(first + 4),
            row.GetDouble(first + 5),
            row.GetInt64(first + 6)
        );

    private static StoredBaseline ReadBaseline(NpgsqlDataReader row) =>
        new(
            new BaselineView(
                row.GetGuid(0),
                Enum.Parse<TestType>(row.GetString(1), ignoreCase: true),
                Enum.Parse<TargetEnvironment>(row.GetString(2), ignoreCase: true),
                row.GetDouble(3),
                row.GetDouble(4),
                row.GetDouble(5),
                row.GetDouble(6),
                row.GetFieldValue<DateTimeOffset>(7),
                row.IsDBNull(8) ? null : row.GetGuid(8),
                row.IsDBNull(10) ? null : row.GetString(10)
            ),
            row.IsDBNull(9) ? null : row.GetString(9)
        );
}
