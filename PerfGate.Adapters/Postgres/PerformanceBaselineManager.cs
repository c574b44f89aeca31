using Npgsql;
using PerfGate.Adapters.Http;
using PerfGate.Core.Admission;
using PerfGate.Core.Baselines;
using PerfGate.Core.Requests;
using PerfGate.Core.Runs;

namespace PerfGate.Adapters.Postgres;

/// <summary>What came of establishing a baseline: the baseline, or why not.</summary>
public sealed record BaselineAnswer(BaselineView? Baseline, string? Refusal);

/// <summary>Establishes, compares, updates baselines, and keeps the accepted past they rest on.</summary>
public sealed class PerformanceBaselineManager(NpgsqlDataSource database, TimeProvider time)
{
    private const string Established = "established";
    private const string Better = "better results";
    private const string PersonsWord = "on a person's word";

    /// <summary>
    /// Makes a passed run the baseline of its test type and environment, and adds it to the accepted past. Establishing the
    /// same run again changes nothing.
    /// </summary>
    public Task<BaselineAnswer> EstablishAsync(
        Guid runId,
        Caller? by,
        CancellationToken cancellation,
        string? note = null
    ) => ChangeAsync(AuditActions.EstablishBaseline, runId, by, note, null, (_, _) => Established, cancellation);

    /// <summary>
    /// Replaces the baseline by a passed run of the same load and engine that is better. On a person's word also by one that is not, or
    /// that failed (a slowdown that was wanted): the accepted past of its load begins anew with it. A run that is inconclusive
    /// or ended in error says nothing, and is never a baseline.
    /// </summary>
    /// <param name="runId">The run.</param>
    /// <param name="by">Who asks; null for PerfGate itself.</param>
    /// <param name="onAPersonsWord">Whether a person takes the responsibility.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <param name="note">What that person says.</param>
    /// <param name="baselineId">The baseline meant; a run of another type or environment is refused. Null: that of the run.</param>
    public Task<BaselineAnswer> UpdateAsync(
        Guid runId,
        Caller? by,
        bool onAPersonsWord,
        CancellationToken cancellation,
        string? note = null,
        Guid? baselineId = null
    ) =>
        ChangeAsync(
            AuditActions.UpdateBaseline,
            runId,
            by,
            note,
            baselineId,
            (candidate, current) =>
                onAPersonsWord ? PersonsWord
                : current is null ? Established
                : current.Fingerprint == candidate.Fingerprint
                && EngineKinds.Of(current.View.Engine) == candidate.Engine
                && BaselineUpdateRule.IsBetter(Figures(current.View), candidate.Figures)
                    ? Better
                : null,
            cancellation
        );

    /// <summary>
    /// Holds a run against the accepted past that it can be compared with: of the same load, made by the same kind of engine.
    /// </summary>
    public async Task<BaselineComparison> CompareAsync(
        RunRequest request,
        string fingerprint,
        string? engine,
        AcceptedRun current,
        CancellationToken cancellation
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var kind = EngineKinds.Of(engine);
        var past = await BaselineRows.PastAsync(connection, request, fingerprint, kind, current.RunId, cancellation);
        return BaselineComparer.Compare(past.Runs, current, kind, past.OfOtherEngines);
    }

    /// <summary>The newest 50 accepted runs of a load and an engine, in order of time.</summary>
    public async Task<IReadOnlyList<AcceptedRun>> PastAsync(
        RunRequest request,
        string fingerprint,
        string? engine,
        CancellationToken cancellation
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var kind = EngineKinds.Of(engine);
        return (await BaselineRows.PastAsync(connection, request, fingerprint, kind, Guid.Empty, cancellation)).Runs;
    }

    /// <summary>Every baseline.</summary>
    public async Task<IReadOnlyList<BaselineView>> ListAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await BaselineRows.ListAsync(connection, cancellation);
    }

    /// <summary>A baseline; null where there is none of that id.</summary>
    public async Task<BaselineView?> FindAsync(Guid id, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return (await BaselineRows.FindAsync(connection, id, cancellation))?.View;
    }

    // The reason of the change is asked for while the baseline stands still; null refuses it.
    private async Task<BaselineAnswer> ChangeAsync(
        string action,
        Guid runId,
        Caller? by,
        string? note,
        Guid? baselineId,
        Func<BaselineCandidate, StoredBaseline?, string?> reasonFor,
        CancellationToken cancellation
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (await BaselineRows.FindCandidateAsync(connection, runId, cancellation) is not { } candidate)
        {
            return new BaselineAnswer(
                null,
                $"There is no measured run {runId}: only a measured one can be a baseline."
            );
        }
        await BaselineRows.LockAsync(connection, candidate.TestType, candidate.Environment, cancellation);
        var current = await FindAsync();
        if (baselineId is not null && current?.View.Id != baselineId)
        {
            return new BaselineAnswer(
                null,
                $"Run {runId} is a {EnumText.Lower(candidate.TestType)} test against {EnumText.Lower(candidate.Environment)}: the baseline is of another type or environment."
            );
        }
        if (current?.View.TestId == runId)
        {
            return new BaselineAnswer(current.View, null);
        }
        var reason = reasonFor(candidate, current);
        if (Refusal(runId, candidate.Verdict, reason) is { } refusal)
        {
            return new BaselineAnswer(null, refusal);
        }
        await WriteAsync(connection, runId, by, reason!, note, current?.View.TestId, cancellation);
        var changed = await FindAsync();
        var entry = new AuditEntry(by, action, AuditOutcomes.Done)
        {
            Environment = candidate.Environment,
            Subject = $"{changed!.View.Id}",
            Detail = $"run {runId}, {reason}" + (note is null ? "" : $": {note}"),
        };
        await AuditLog.AppendAsync(connection, entry, cancellation);
        await transaction.CommitAsync(cancellation);
        return new BaselineAnswer(changed.View, null);

        Task<StoredBaseline?> FindAsync() =>
            BaselineRows.FindAsync(connection, candidate.TestType, candidate.Environment, cancellation);
    }

    private static string? Refusal(Guid runId, Verdict verdict, string? reason) =>
        (verdict, reason) switch
        {
            (Verdict.Passed, null) =>
                "The run is not better than the baseline of the same load and engine; only a person's word replaces it.",
            (Verdict.Passed, _) or (Verdict.Failed, PersonsWord) => null,
            (Verdict.Failed, _) =>
                $"Run {runId} did not pass: only a passed run can be a baseline, or a failed one on a person's word.",
            _ => $"Run {runId} did not pass, and what it measured cannot carry a verdict: it can never be a baseline.",
        };

    private async Task WriteAsync(
        NpgsqlConnection connection,
        Guid runId,
        Caller? by,
        string reason,
        string? note,
        Guid? previous,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            """
            WITH source AS (SELECT * FROM performance_test_runs WHERE id = $1),
            baseline AS (
              INSERT INTO performance_baselines
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
                source_run_id = excluded.source_run_id, established_by = excluded.established_by),
            history AS (
              INSERT INTO performance_baseline_history
                (test_type, environment, previous_run_id, run_id, changed_by, reason, changed_at, note, was_accepted)
              SELECT test_type, environment, $5, $1, $2::text, $4, $3, $7::text, EXISTS (
                SELECT FROM performance_accepted_runs WHERE run_id = $1 AND superseded_at IS NULL)
              FROM source
              RETURNING id),
            superseded AS (
              UPDATE performance_accepted_runs a SET superseded_at = $3, superseded_by = history.id
              FROM source s, performance_test_runs p, history
              WHERE $6 AND p.id = a.run_id
                AND performance_engine_kind(p.engine) = performance_engine_kind(s.engine) AND a.test_type = s.test_type AND a.environment = s.environment
                AND a.fingerprint = s.fingerprint AND a.run_id <> $1 AND a.superseded_at IS NULL)
            INSERT INTO performance_accepted_runs (run_id, test_type, environment, fingerprint, accepted_at)
            SELECT id, test_type, environment, fingerprint, $3 FROM source
            ON CONFLICT (run_id) DO UPDATE SET superseded_at = NULL, superseded_by = NULL
            """,
            connection
        );
        command.Parameters.AddWithValue(runId);
        command.Parameters.AddWithValue((object?)by?.Name ?? DBNull.Value);
        command.Parameters.AddWithValue(time.GetUtcNow());
        command.Parameters.AddWithValue(reason);
        command.Parameters.Add(
            new NpgsqlParameter
            {
                NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Uuid,
                Value = (object?)previous ?? DBNull.Value,
            }
        );
        command.Parameters.AddWithValue(reason == PersonsWord);
        command.Parameters.AddWithValue((object?)note ?? DBNull.Value);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static AcceptedRun Figures(BaselineView baseline) =>
        new(
            baseline.TestId ?? Guid.Empty,
            baseline.EstablishedAt,
            baseline.AvgResponseTimeMs,
            baseline.P95ResponseTimeMs,
            baseline.ErrorRate,
            baseline.ThroughputRps,
            0
        );
}
