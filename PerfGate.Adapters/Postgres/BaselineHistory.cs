using Npgsql;
using NpgsqlTypes;
using PerfGate.Adapters.Http;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;

namespace PerfGate.Adapters.Postgres;

/// <summary>A page of a baseline's changes, the newest first.</summary>
/// <param name="Changes">The changes.</param>
/// <param name="Next">Changes before this id follow; null where these are the last.</param>
public sealed record BaselinePage(IReadOnlyList<BaselineChange> Changes, long? Next);

/// <summary>The changes of baselines: read, and undone one by one from the newest.</summary>
public sealed class BaselineHistory(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>A page of changes, those before an id where one is given; null where there is no such baseline.</summary>
    public async Task<BaselinePage?> ReadAsync(Guid baselineId, long? before, int limit, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        if (await BaselineRows.FindAsync(connection, baselineId, cancellation) is not { } baseline)
        {
            return null;
        }
        var changes = await BaselineRows.HistoryAsync(
            connection,
            baseline.View.TestType,
            baseline.View.Environment,
            before ?? long.MaxValue,
            limit + 1,
            cancellation
        );
        return changes.Count <= limit
            ? new BaselinePage(changes, null)
            : new BaselinePage([.. changes.Take(limit)], changes[limit - 1].Id);
    }

    /// <summary>
    /// Takes back the newest change that still stands: the baseline is again what it was before, and so is the accepted past,
    /// from which runs accepted since are put aside. Each further undo takes back the change before. The undo is a change
    /// itself. Null where there is no such baseline; a refusal where nothing is left to undo.
    /// </summary>
    public async Task<BaselineAnswer?> UndoAsync(
        Guid baselineId,
        Caller? by,
        string? note,
        CancellationToken cancellation
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (await BaselineRows.FindAsync(connection, baselineId, cancellation) is not { } found)
        {
            return null;
        }
        var (testType, environment) = (found.View.TestType, found.View.Environment);
        await BaselineRows.LockAsync(connection, testType, environment, cancellation);
        var current = await BaselineRows.FindAsync(connection, testType, environment, cancellation);
        var standing = await StandingAsync(connection, testType, environment, cancellation);
        if (standing is not [{ Previous: { } previous } last, ..])
        {
            return new BaselineAnswer(
                null,
                "There is nothing to undo: the baseline rests on the run that it was first established with."
            );
        }
        if (current?.View.TestId != last.RunId)
        {
            return new BaselineAnswer(
                null,
                "The baseline is not what its history says: it was changed by something else, which cannot be undone here."
            );
        }
        // As it was established before; a history that begins later knows no better than now.
        var (at, who) =
            standing.Count > 1 ? (standing[1].ChangedAt, standing[1].ChangedBy) : (time.GetUtcNow(), by?.Name);
        var undo = await RecordAsync(connection, last, previous, by?.Name, note, cancellation);
        await RestorePastAsync(connection, last.Id, undo, cancellation);
        await RestoreBaselineAsync(connection, found.View.Id, previous, at, who, cancellation);
        var restored = await BaselineRows.FindAsync(connection, testType, environment, cancellation);
        var entry = new AuditEntry(by, AuditActions.UndoBaseline, AuditOutcomes.Done)
        {
            Environment = environment,
            Subject = $"{baselineId}",
            Detail = $"run {previous} again instead of {last.RunId}" + (note is null ? "" : $": {note}"),
        };
        await AuditLog.AppendAsync(connection, entry, cancellation);
        await transaction.CommitAsync(cancellation);
        return new BaselineAnswer(restored!.View, null);
    }

    private static async Task<List<StandingChange>> StandingAsync(
        NpgsqlConnection connection,
        TestType testType,
        TargetEnvironment environment,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT id, previous_run_id, run_id, changed_by, changed_at FROM performance_baseline_history
            WHERE test_type = $1 AND environment = $2 AND undoes IS NULL AND undone_by IS NULL
            ORDER BY id DESC LIMIT 2
            """,
            connection
        );
        command.Parameters.AddWithValue(EnumText.Lower(testType));
        command.Parameters.AddWithValue(EnumText.Lower(environment));
        var changes = new List<StandingChange>();
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            changes.Add(
                new StandingChange(
                    row.GetInt64(0),
                    row.IsDBNull(1) ? null : row.GetGuid(1),
                    row.GetGuid(2),
                    row.IsDBNull(3) ? null : row.GetString(3),
                    row.GetFieldValue<DateTimeOffset>(4)
                )
            );
        }
        return changes;
    }

    private async Task<long> RecordAsync(
        NpgsqlConnection connection,
        StandingChange undone,
        Guid previous,
        string? by,
        string? note,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            """
            WITH undo AS (
              INSERT INTO performance_baseline_history
                (test_type, environment, previous_run_id, run_id, changed_by, reason, note, changed_at, undoes)
              SELECT test_type, environment, run_id, $2, $3, 'undone', $4, $5, id
              FROM performance_baseline_history WHERE id = $1
              RETURNING id)
            UPDATE performance_baseline_history h SET undone_by = undo.id FROM undo WHERE h.id = $1 RETURNING undo.id
            """,
            connection
        );
        command.Parameters.AddWithValue(undone.Id);
        command.Parameters.AddWithValue(previous);
        AddText(command, by);
        AddText(command, note);
        command.Parameters.AddWithValue(time.GetUtcNow());
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private async Task RestorePastAsync(
        NpgsqlConnection connection,
        long undone,
        long undo,
        CancellationToken cancellation
    )
    {
        // What the change itself put aside comes back; what was accepted because of it, or since, is put aside.
        await using var command = new NpgsqlCommand(
            """
            WITH change AS (
              SELECT h.*, r.fingerprint, performance_engine_kind(r.engine) AS engine
              FROM performance_baseline_history h JOIN performance_test_runs r ON r.id = h.run_id WHERE h.id = $1),
            back AS (
              UPDATE performance_accepted_runs SET superseded_at = NULL, superseded_by = NULL WHERE superseded_by = $1)
            UPDATE performance_accepted_runs a SET superseded_at = $3, superseded_by = $2
            FROM change c, performance_test_runs r
            WHERE r.id = a.run_id AND a.test_type = c.test_type AND a.environment = c.environment
              AND a.fingerprint = c.fingerprint AND performance_engine_kind(r.engine) = c.engine
              AND a.superseded_at IS NULL
              AND (a.accepted_at > c.changed_at OR (a.run_id = c.run_id AND NOT c.was_accepted))
            """,
            connection
        );
        command.Parameters.AddWithValue(undone);
        command.Parameters.AddWithValue(undo);
        command.Parameters.AddWithValue(time.GetUtcNow());
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task RestoreBaselineAsync(
        NpgsqlConnection connection,
        Guid baselineId,
        Guid runId,
        DateTimeOffset establishedAt,
        string? establishedBy,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            """
            UPDATE performance_baselines b SET
              baseline_avg_response_time_ms = r.avg_response_time_ms,
              baseline_p95_response_time_ms = r.p95_response_time_ms,
              baseline_error_rate = r.error_rate, baseline_throughput_rps = r.throughput_rps,
              established_at = $3, established_by = $4, fingerprint = r.fingerprint, source_run_id = r.id
            FROM performance_test_runs r WHERE b.id = $1 AND r.id = $2
            """,
            connection
        );
        command.Parameters.AddWithValue(baselineId);
        command.Parameters.AddWithValue(runId);
        command.Parameters.AddWithValue(establishedAt);
        AddText(command, establishedBy);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static void AddText(NpgsqlCommand command, string? text) =>
        command.Parameters.Add(
            new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Text, Value = (object?)text ?? DBNull.Value }
        );

    /// <summary>A change that was not undone.</summary>
    private sealed record StandingChange(
        long Id,
        Guid? Previous,
        Guid RunId,
        string? ChangedBy,
        DateTimeOffset ChangedAt
    );
}
