using System.Text.Json;
using System.Text.RegularExpressions;
using Npgsql;
using NpgsqlTypes;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;
using PerfGate.Core.Runs;
using PerfGate.Core.Scripts;

namespace PerfGate.Adapters.Postgres;

/// <summary>Runs in <c>performance_test_runs</c>: stored, found, moved from state to state. Transitions are guarded in SQL.</summary>
public sealed partial class RunStore(NpgsqlDataSource database, TimeProvider time)
{
    private static readonly Reason CancelledWhileWaiting = new(
        "cancelled",
        "The run was cancelled while it waited for its turn; no load was made."
    );

    /// <summary>
    /// Stores a queued run and the test it belongs to, whether or not one may be taken in (<see cref="RunIntake"/>). A run
    /// stored already is left as it is.
    /// </summary>
    public async Task InsertAsync(NewRun run, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await RunIntake.InsertAsync(connection, run, time.GetUtcNow(), cancellation);
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>A run with its place in the line; null where there is none of that id.</summary>
    public async Task<RunRow?> FindAsync(Guid runId, CancellationToken cancellation)
    {
        await using var command = CreateFind(database, runId);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        if (!await row.ReadAsync(cancellation))
        {
            return null;
        }
        return new RunRow
        {
            Id = runId,
            Request = ReadJson<RunRequest>(row, 0)!,
            Plan = ReadJson<LoadPlan>(row, 1),
            Fingerprint = row.GetString(2),
            Status = Enum.Parse<RunStatus>(row.GetString(3), ignoreCase: true),
            Verdict = row.IsDBNull(4) ? null : Enum.Parse<Verdict>(row.GetString(4), ignoreCase: true),
            Reasons = ReadJson<Reason[]>(row, 5) ?? [],
            CreatedAt = row.GetFieldValue<DateTimeOffset>(6),
            StartedAt = ReadTime(row, 7),
            CancelRequestedAt = ReadTime(row, 8),
            EndedAt = ReadTime(row, 9),
            EstimatedCompletion = ReadTime(row, 10),
            QueuePosition = row.IsDBNull(11) ? null : (int)row.GetInt64(11),
        };
    }

    /// <summary>The query of a single run; a prefix (<c>EXPLAIN</c>) may be put before it.</summary>
    public static NpgsqlCommand CreateFind(NpgsqlDataSource database, Guid runId, string prefix = "")
    {
        var command = database.CreateCommand(
            $"""
            {prefix} SELECT r.request, r.plan, r.fingerprint, r.status, r.verdict, r.reasons, r.created_at, r.started_at,
                   r.cancel_requested_at, r.ended_at, r.estimated_completion,
                   CASE WHEN r.status = 'queued' THEN (
                     SELECT count(*) FROM performance_test_runs q
                     WHERE q.status = 'queued' AND q.environment = r.environment AND q.queue_ticket <= r.queue_ticket)
                   END
            FROM performance_test_runs r WHERE r.id = $1 AND r.request IS NOT NULL
            """
        );
        command.Parameters.AddWithValue(runId);
        return command;
    }

    /// <summary>Keeps what was planned.</summary>
    public async Task SavePlanAsync(Guid runId, LoadPlan plan, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            UPDATE performance_test_runs SET plan = $2, concurrent_users = $3, duration_seconds = $4
            WHERE id = $1 AND status = 'running'
            """
        );
        command.Parameters.AddWithValue(runId);
        AddJson(command, plan);
        command.Parameters.AddWithValue(plan.MaxVus);
        command.Parameters.AddWithValue((int)Math.Min(plan.Duration.TotalSeconds, int.MaxValue));
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>
    /// Marks that load begins now; true only for the first to say so, so that no run makes its load twice, and not for a run
    /// that was cancelled before.
    /// </summary>
    public async Task<bool> MarkRunnerStartedAsync(Guid runId, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            UPDATE performance_test_runs SET runner_started_at = $2
            WHERE id = $1 AND status = 'running' AND runner_started_at IS NULL AND cancel_requested_at IS NULL
            """
        );
        command.Parameters.AddWithValue(runId);
        command.Parameters.AddWithValue(time.GetUtcNow());
        return await command.ExecuteNonQueryAsync(cancellation) == 1;
    }

    /// <summary>Whether the run's load has begun, in whatever way it went on.</summary>
    public async Task<bool> HasRunnerStartedAsync(Guid runId, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            "SELECT runner_started_at IS NOT NULL FROM performance_test_runs WHERE id = $1"
        );
        command.Parameters.AddWithValue(runId);
        return await command.ExecuteScalarAsync(cancellation) is true;
    }

    /// <summary>
    /// For how long a run has held its slot by the database's clock, whatever a server's says; null where it holds none, or got it
    /// before that was kept.
    /// </summary>
    public async Task<TimeSpan?> SlotHeldForAsync(Guid runId, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            "SELECT clock_timestamp() - slot_taken_at FROM performance_test_runs WHERE id = $1 AND status = 'running'"
        );
        command.Parameters.AddWithValue(runId);
        return await command.ExecuteScalarAsync(cancellation) as TimeSpan?;
    }

    /// <summary>
    /// Ends a run in error without looking at anything else it left, so that nothing can keep it from freeing its slot. One
    /// that has ended stays as it is; one whose cancellation was asked for is cancelled.
    /// </summary>
    public async Task FailAsync(Guid runId, Reason reason, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var command = new NpgsqlCommand(
            """
            UPDATE performance_test_runs SET verdict = 'error', reasons = $3, passed = FALSE,
              ended_at = GREATEST($2, started_at, created_at),
              status = CASE WHEN cancel_requested_at IS NULL THEN 'failed' ELSE 'cancelled' END
            WHERE id = $1 AND status IN ('queued', 'running')
            RETURNING environment
            """,
            connection
        );
        command.Parameters.AddWithValue(runId);
        command.Parameters.AddWithValue(time.GetUtcNow());
        AddJson(command, new[] { reason });
        if (await command.ExecuteScalarAsync(cancellation) is string environment)
        {
            await AuditLog.AppendAsync(
                connection,
                Entry(null, AuditActions.Result, EnumText.Lower(Verdict.Error), environment, runId, reason.Code),
                cancellation
            );
            await transaction.CommitAsync(cancellation);
        }
    }

    /// <summary>Asks a run to stop. One that waits is cancelled at once.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <param name="by">Who asks; null for PerfGate itself, whose wish is recorded only where it is the first.</param>
    public async Task<CancelAnswer> RequestCancelAsync(Guid runId, CancellationToken cancellation, Caller? by = null) =>
        await CancelAsync(runId, by, cancellation) switch
        {
            "cancelled" => CancelAnswer.Cancelled,
            "running" => CancelAnswer.Requested,
            _ => await FindAsync(runId, cancellation) is null ? CancelAnswer.Unknown : CancelAnswer.AlreadyEnded,
        };

    /// <summary>Takes a run that still waits out of the line, for a reason of PerfGate's own; leaves any other as it is.</summary>
    public async Task WithdrawAsync(Guid runId, Reason why, CancellationToken cancellation) =>
        await CancelAsync(runId, null, cancellation, why);

    // The run's state afterwards; null where there is none that goes on.
    private async Task<string?> CancelAsync(
        Guid runId,
        Caller? by,
        CancellationToken cancellation,
        Reason? withdrawn = null
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var why = withdrawn ?? CancelledWhileWaiting;
        var which = withdrawn is null ? "id = $1" : "id = $1 AND status = 'queued'";
        await using var command = CreateCancel(connection, which, runId, why, time.GetUtcNow());
        string? status = null;
        AuditEntry? entry = null;
        AuditEntry? result = null;
        await using (var row = await command.ExecuteReaderAsync(cancellation))
        {
            if (await row.ReadAsync(cancellation))
            {
                status = row.GetString(0);
                var outcome = status == "cancelled" ? AuditOutcomes.Done : AuditOutcomes.Accepted;
                entry =
                    by is not null || row.GetBoolean(2)
                        ? Entry(by, AuditActions.Cancel, outcome, row.GetString(1), runId, withdrawn?.Code)
                        : null;
                result = status == "cancelled" ? ResultOfCancelled(row.GetString(1), runId, why.Code) : null;
            }
        }
        foreach (var each in new[] { entry, result }.OfType<AuditEntry>())
        {
            await AuditLog.AppendAsync(connection, each, cancellation);
        }
        await transaction.CommitAsync(cancellation);
        return status;
    }

    /// <summary>What is recorded of a run that ended while it waited: its end is its result.</summary>
    internal static AuditEntry ResultOfCancelled(string environment, Guid runId, string why) =>
        Entry(null, AuditActions.Result, EnumText.Lower(Verdict.Inconclusive), environment, runId, why);

    private static AuditEntry Entry(
        Caller? by,
        string action,
        string outcome,
        string environment,
        Guid runId,
        string? detail
    ) =>
        new(by, action, outcome)
        {
            Environment = Enum.Parse<TargetEnvironment>(environment, ignoreCase: true),
            Subject = $"{runId}",
            Detail = detail,
        };

    /// <summary>Asks runs to stop that have not ended; gives of each its status, its environment, whether it is asked now for the first time, and its id.</summary>
    /// <param name="connection">Where.</param>
    /// <param name="which">Which, a condition on $1.</param>
    /// <param name="value">That $1.</param>
    /// <param name="whileWaiting">Why those are cancelled that wait.</param>
    /// <param name="now">Now, UTC.</param>
    internal static NpgsqlCommand CreateCancel(
        NpgsqlConnection connection,
        string which,
        object value,
        Reason whileWaiting,
        DateTimeOffset now
    )
    {
        var command = new NpgsqlCommand(
            $"""
            UPDATE performance_test_runs SET
              cancel_requested_at = coalesce(cancel_requested_at, $2),
              verdict = CASE status WHEN 'queued' THEN 'inconclusive' ELSE verdict END,
              reasons = CASE status WHEN 'queued' THEN $3 ELSE reasons END,
              ended_at = CASE status WHEN 'queued' THEN GREATEST($2, created_at) ELSE ended_at END,
              passed = CASE status WHEN 'queued' THEN FALSE ELSE passed END,
              status = CASE status WHEN 'queued' THEN 'cancelled' ELSE status END
            WHERE {which} AND status IN ('queued', 'running')
            RETURNING status, environment, cancel_requested_at = $2, id
            """,
            connection
        );
        command.Parameters.AddWithValue(value);
        command.Parameters.AddWithValue(now);
        AddJson(command, new[] { whileWaiting });
        return command;
    }

    internal static void AddJson<T>(NpgsqlCommand command, T document) =>
        command.Parameters.Add(
            new NpgsqlParameter
            {
                Value = WithoutNul().Replace(JsonSerializer.Serialize(document, RunJson.Options), "$1\\ufffd"),
                NpgsqlDbType = NpgsqlDbType.Jsonb,
            }
        );

    // PostgreSQL's text cannot hold the character 0, and what a target or a script says may. An even number of backslashes
    // before it are backslashes themselves.
    [GeneratedRegex(@"(?<!\\)((?:\\\\)*)\\u0000", RegexOptions.CultureInvariant)]
    private static partial Regex WithoutNul();

    private static T? ReadJson<T>(NpgsqlDataReader row, int column)
        where T : class =>
        row.IsDBNull(column) ? null : JsonSerializer.Deserialize<T>(row.GetString(column), RunJson.Options);

    private static DateTimeOffset? ReadTime(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}
