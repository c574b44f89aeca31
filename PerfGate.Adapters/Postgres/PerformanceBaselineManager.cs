using Npgsql;
using PerfGate.Adapters.Http;
using PerfGate.Core.Baselines;
using PerfGate.Core.Requests;

namespace PerfGate.Adapters.Postgres;

/// <summary>What came of establishing a baseline: the baseline, or why not.</summary>
public sealed record BaselineAnswer(BaselineView? Baseline, string? Refusal);

/// <summary>Establishes, compares, updates baselines, and keeps the accepted past they rest on.</summary>
public sealed class PerformanceBaselineManager(NpgsqlDataSource database, TimeProvider time)
{
    // More of the past says more about drift than about the usual spread.
    private const int PastRuns = 50;

    /// <summary>
    /// Makes a passed run the baseline of its test type and environment, and adds it to the accepted past of its load.
    /// Establishing the same run again changes nothing.
    /// </summary>
    public async Task<BaselineAnswer> EstablishAsync(Guid runId, string? by, CancellationToken cancellation) =>
        await SetAsync(runId, by, "established", cancellation);

    /// <summary>
    /// Replaces the baseline by a passed run of the same load that is better, or by any passed run on a person's word.
    /// </summary>
    public async Task<BaselineAnswer> UpdateAsync(
        Guid runId,
        string? by,
        bool onAPersonsWord,
        CancellationToken cancellation
    )
    {
        if (await FindCandidateAsync(runId, cancellation) is not { } candidate)
        {
            return new BaselineAnswer(null, $"There is no measured run {runId}.");
        }
        var current = await FindAsync(candidate.TestType, candidate.Environment, cancellation);
        if (current is null || onAPersonsWord)
        {
            return await SetAsync(runId, by, onAPersonsWord ? "on a person's word" : "established", cancellation);
        }
        // A lighter load looks better without being so.
        if (!await IsSameLoadAsync(current.Id, runId, cancellation))
        {
            return new BaselineAnswer(
                null,
                "The run's load is not that of the baseline; only a person's word replaces it."
            );
        }
        var past = new AcceptedRun(
            current.TestId ?? Guid.Empty,
            current.EstablishedAt,
            current.AvgResponseTimeMs,
            current.P95ResponseTimeMs,
            current.ErrorRate,
            current.ThroughputRps,
            0
        );
        return BaselineUpdateRule.IsBetter(past, candidate.Figures)
            ? await SetAsync(runId, by, "better results", cancellation)
            : new BaselineAnswer(null, "The run is not better than the baseline; only a person's word replaces it.");
    }

    /// <summary>Holds a run against the accepted past that it can be compared with.</summary>
    public async Task<BaselineComparison> CompareAsync(
        RunRequest request,
        string fingerprint,
        AcceptedRun current,
        CancellationToken cancellation
    )
    {
        var baseline = await FindAsync(request.TestType, request.Environment, cancellation);
        var past = baseline is null ? [] : await PastAsync(request, fingerprint, current.RunId, cancellation);
        return BaselineComparer.Compare(past, current);
    }

    /// <summary>Adds a passed run to the accepted past, where there is a baseline of its kind. Adding it again changes nothing.</summary>
    public async Task AcceptAsync(Guid runId, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            INSERT INTO performance_accepted_runs (run_id, test_type, environment, fingerprint, accepted_at)
            SELECT r.id, r.test_type, r.environment, r.fingerprint, $2
            FROM performance_test_runs r
            JOIN performance_baselines b ON b.test_type = r.test_type AND b.environment = r.environment
              AND b.fingerprint = r.fingerprint
            WHERE r.id = $1 AND r.passed
            ON CONFLICT (run_id) DO NOTHING
            """
        );
        command.Parameters.AddWithValue(runId);
        command.Parameters.AddWithValue(time.GetUtcNow());
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Every baseline.</summary>
    public async Task<IReadOnlyList<BaselineView>> ListAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand($"{BaselineRows} ORDER BY b.test_type, b.environment");
        var baselines = new List<BaselineView>();
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            baselines.Add(ReadBaseline(row));
        }
        return baselines;
    }

    // The measured figures of the run it came from; the DECIMAL columns are their rounded copies.
    private const string BaselineRows = """
        SELECT b.id, b.test_type, b.environment,
               coalesce(r.measured_avg_ms, b.baseline_avg_response_time_ms::float8, 0),
               coalesce(r.measured_p95_ms, b.baseline_p95_response_time_ms::float8, 0),
               coalesce(r.measured_error_rate, b.baseline_error_rate::float8, 0),
               coalesce(r.measured_throughput_rps, b.baseline_throughput_rps::float8, 0),
               b.established_at, b.source_run_id
        FROM performance_baselines b LEFT JOIN performance_test_runs r ON r.id = b.source_run_id
        """;

    private async Task<BaselineAnswer> SetAsync(Guid runId, string? by, string reason, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // A statement of its own: inside the next one, a locking read would pass over the row which that one has just changed.
        await using (
            var alone = new NpgsqlCommand(
                """
                SELECT b.id FROM performance_baselines b
                JOIN performance_test_runs r ON b.test_type = r.test_type AND b.environment = r.environment
                WHERE r.id = $1 FOR UPDATE OF b
                """,
                connection
            )
        )
        {
            alone.Parameters.AddWithValue(runId);
            await alone.ExecuteNonQueryAsync(cancellation);
        }
        await using var command = new NpgsqlCommand(
            """
            WITH source AS (
              SELECT * FROM performance_test_runs WHERE id = $1 AND passed AND ended_at IS NOT NULL),
            previous AS (
              SELECT b.source_run_id FROM performance_baselines b
              JOIN source s ON b.test_type = s.test_type AND b.environment = s.environment),
            baseline AS (
              INSERT INTO performance_baselines AS b
                (test_type, environment, baseline_avg_response_time_ms, baseline_p95_response_time_ms,
                 baseline_error_rate, baseline_throughput_rps, established_at, fingerprint, source_run_id, established_by)
              SELECT test_type, environment, avg_response_time_ms, p95_response_time_ms, error_rate, throughput_rps,
                     $3, fingerprint, id, $2::text FROM source
              ON CONFLICT (test_type, environment) DO UPDATE SET
                baseline_avg_response_time_ms = excluded.baseline_avg_response_time_ms,
                baseline_p95_response_time_ms = excluded.baseline_p95_response_time_ms,
                baseline_error_rate = excluded.baseline_error_rate,
                baseline_throughput_rps = excluded.baseline_throughput_rps,
                established_at = excluded.established_at, fingerprint = excluded.fingerprint,
                source_run_id = excluded.source_run_id, established_by = excluded.established_by
              WHERE b.source_run_id IS DISTINCT FROM excluded.source_run_id
              RETURNING test_type, environment),
            history AS (
              INSERT INTO performance_baseline_history
                (test_type, environment, previous_run_id, run_id, changed_by, reason, changed_at)
              SELECT test_type, environment, (SELECT source_run_id FROM previous), $1, $2::text, $4, $3 FROM baseline)
            INSERT INTO performance_accepted_runs (run_id, test_type, environment, fingerprint, accepted_at)
            SELECT id, test_type, environment, fingerprint, $3 FROM source
            ON CONFLICT (run_id) DO NOTHING
            """,
            connection
        );
        command.Parameters.AddWithValue(runId);
        command.Parameters.AddWithValue((object?)by ?? DBNull.Value);
        command.Parameters.AddWithValue(time.GetUtcNow());
        command.Parameters.AddWithValue(reason);
        await command.ExecuteNonQueryAsync(cancellation);
        await using var find = new NpgsqlCommand($"{BaselineRows} WHERE b.source_run_id = $1", connection);
        find.Parameters.AddWithValue(runId);
        BaselineView? baseline = null;
        await using (var row = await find.ExecuteReaderAsync(cancellation))
        {
            baseline = await row.ReadAsync(cancellation) ? ReadBaseline(row) : null;
        }
        await transaction.CommitAsync(cancellation);
        return baseline is null
            ? new BaselineAnswer(null, $"Run {runId} is unknown or did not pass: only a passed run can be a baseline.")
            : new BaselineAnswer(baseline, null);
    }

    private async Task<bool> IsSameLoadAsync(Guid baselineId, Guid runId, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            SELECT EXISTS (SELECT FROM performance_baselines b JOIN performance_test_runs r ON r.fingerprint = b.fingerprint
                           WHERE b.id = $1 AND r.id = $2)
            """
        );
        command.Parameters.AddWithValue(baselineId);
        command.Parameters.AddWithValue(runId);
        return await command.ExecuteScalarAsync(cancellation) is true;
    }

    private async Task<BaselineView?> FindAsync(
        TestType testType,
        TargetEnvironment environment,
        CancellationToken cancellation
    )
    {
        await using var command = database.CreateCommand(
            $"{BaselineRows} WHERE b.test_type = $1 AND b.environment = $2"
        );
        command.Parameters.AddWithValue(EnumText.Lower(testType));
        command.Parameters.AddWithValue(EnumText.Lower(environment));
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? ReadBaseline(row) : null;
    }

    private async Task<IReadOnlyList<AcceptedRun>> PastAsync(
        RunRequest request,
        string fingerprint,
        Guid except,
        CancellationToken cancellation
    )
    {
        await using var command = database.CreateCommand(
            """
            SELECT * FROM (
              SELECT a.run_id, a.accepted_at, r.measured_avg_ms, r.measured_p95_ms, r.measured_error_rate,
                     r.measured_throughput_rps, coalesce(r.requests, 0)
              FROM performance_accepted_runs a JOIN performance_test_runs r ON r.id = a.run_id
              WHERE a.test_type = $1 AND a.environment = $2 AND a.fingerprint = $3 AND a.run_id <> $4
                AND r.measured_avg_ms IS NOT NULL
              ORDER BY a.accepted_at DESC LIMIT $5) newest
            ORDER BY accepted_at
            """
        );
        command.Parameters.AddWithValue(EnumText.Lower(request.TestType));
        command.Parameters.AddWithValue(EnumText.Lower(request.Environment));
        command.Parameters.AddWithValue(fingerprint);
        command.Parameters.AddWithValue(except);
        command.Parameters.AddWithValue(PastRuns);
        var past = new List<AcceptedRun>();
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            past.Add(ReadFigures(row));
        }
        return past;
    }

    private async Task<(TestType TestType, TargetEnvironment Environment, AcceptedRun Figures)?> FindCandidateAsync(
        Guid runId,
        CancellationToken cancellation
    )
    {
        await using var command = database.CreateCommand(
            """
            SELECT id, coalesce(ended_at, created_at), measured_avg_ms, measured_p95_ms, measured_error_rate,
                   measured_throughput_rps, coalesce(requests, 0), test_type, environment
            FROM performance_test_runs WHERE id = $1 AND measured_avg_ms IS NOT NULL
            """
        );
        command.Parameters.AddWithValue(runId);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation)
            ? (
                Enum.Parse<TestType>(row.GetString(7), ignoreCase: true),
                Enum.Parse<TargetEnvironment>(row.GetString(8), ignoreCase: true),
                ReadFigures(row)
            )
            : null;
    }

    private static AcceptedRun ReadFigures(NpgsqlDataReader row) =>
        new(
            row.GetGuid(0),
            row.GetFieldValue<DateTimeOffset>(1),
            row.GetDouble(2),
            row.GetDouble(3),
            row.GetDouble(4),
            row.GetDouble(5),
            row.GetInt64(6)
        );

    private static BaselineView ReadBaseline(NpgsqlDataReader row) =>
        new(
            row.GetGuid(0),
            Enum.Parse<TestType>(row.GetString(1), ignoreCase: true),
            Enum.Parse<TargetEnvironment>(row.GetString(2), ignoreCase: true),
            row.GetDouble(3),
            row.GetDouble(4),
            row.GetDouble(5),
            row.GetDouble(6),
            row.GetFieldValue<DateTimeOffset>(7),
            row.IsDBNull(8) ? null : row.GetGuid(8)
        );
}
