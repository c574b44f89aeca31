using System.Globalization;
using Npgsql;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;

namespace PerfGate.Adapters.Postgres;

/// <summary>A stored test that was due.</summary>
/// <param name="TestDefinitionId">The test.</param>
/// <param name="DueAt">When it was due, UTC.</param>
/// <param name="RunId">The run that was stored for it; null where none was.</param>
/// <param name="Outcome">What came of it, a sentence.</param>
public sealed record DueTest(Guid TestDefinitionId, DateTimeOffset DueAt, Guid? RunId, string Outcome);

/// <summary>
/// Stored tests whose time has come. Taking one, storing its run and moving its schedule on are one transaction: however many
/// servers look, and whenever one dies, a time starts one run. Times that were missed start one run together, late.
/// </summary>
public sealed class DueTests(
    NpgsqlDataSource database,
    PerfGateOptions options,
    RunAdmission admission,
    Limits limits,
    TimeProvider time
)
{
    /// <summary>Who asks for runs that a schedule starts.</summary>
    public const string RequestedBy = "schedule";

    /// <summary>Takes the test that has been due longest; null where none is.</summary>
    /// <param name="nightly">Only those without a cron expression of their own.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<DueTest?> TakeAsync(bool nightly, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var find = CreateFind(connection, nightly, now);
        StoredTest test;
        await using (var row = await find.ExecuteReaderAsync(cancellation))
        {
            if (!await row.ReadAsync(cancellation))
            {
                return null;
            }
            test = StoredTest.Read(row);
        }
        var (runId, outcome, recorded) = await StartAsync(connection, test, now, cancellation);
        await using var move = new NpgsqlCommand(
            """
            UPDATE performance_tests
            SET schedule_next_at = $2, schedule_last_at = schedule_next_at, schedule_last_outcome = $3
            WHERE id = $1
            """,
            connection
        );
        move.Parameters.AddWithValue(test.Id);
        move.Parameters.AddWithValue((object?)test.Schedule!.NextAfter(now, options.NightlyCron) ?? DBNull.Value);
        move.Parameters.AddWithValue(outcome);
        await move.ExecuteNonQueryAsync(cancellation);
        var entry = new AuditEntry(
            RequestedBy,
            AuditActions.Execute,
            runId is null ? AuditOutcomes.Refused : AuditOutcomes.Accepted
        )
        {
            Environment = test.Environment,
            Subject = $"{runId ?? test.Id}",
            Detail = $"Stored test {test.Id} of {test.UpdatedBy ?? test.CreatedBy ?? AuditEntry.Nobody}: {recorded}",
        };
        await AuditLog.AppendAsync(connection, entry, cancellation);
        await transaction.CommitAsync(cancellation);
        return new DueTest(test.Id, test.ScheduleState!.NextAt!.Value, runId, outcome);
    }

    /// <summary>The query of the test that is due; a prefix (<c>EXPLAIN</c>) may be put before it.</summary>
    public static NpgsqlCommand CreateFind(
        NpgsqlConnection connection,
        bool nightly,
        DateTimeOffset now,
        string prefix = ""
    )
    {
        var command = new NpgsqlCommand(
            $"""
            {prefix} SELECT {StoredTest.Columns}
            FROM performance_tests t {LatestRun.Joins}
            WHERE t.schedule_next_at <= $1 AND t.deleted_at IS NULL {(nightly ? "AND NOT t.schedule ? 'cron'" : "")}
            ORDER BY t.schedule_next_at
            LIMIT 1 FOR UPDATE OF t SKIP LOCKED
            """,
            connection
        );
        command.Parameters.AddWithValue(now);
        return command;
    }

    // What is recorded names fields alone: a row that nobody can take back must not hold what was in them.
    private async Task<(Guid? RunId, string Outcome, string Recorded)> StartAsync(
        NpgsqlConnection connection,
        StoredTest test,
        DateTimeOffset now,
        CancellationToken cancellation
    )
    {
        await using var active = TestStore.CreateFindActive(connection, test.Id);
        if (await active.ExecuteScalarAsync(cancellation) is Guid earlier)
        {
            return (
                null,
                $"Nothing was started: run {earlier} of it was still in progress.",
                $"run {earlier} of it was in progress"
            );
        }
        // By the rules of today: limits may have become narrower since it was stored.
        var read = ExecuteReader.Merge(test.Request, overrides: null, limits);
        if (read.Value is not { } request)
        {
            var problems = read.Errors.Select(error => $"{error.Field} {error.Problem} (allowed: {error.Allowed})");
            return (
                null,
                $"Nothing was started: the test cannot be run as it is stored. {string.Join("; ", problems)}.",
                $"cannot be run as it is stored: {string.Join(", ", read.Errors.Select(error => error.Field).Distinct())}"
            );
        }
        var run = NewRun.Of(request, RequestedBy, limits, now) with { TestDefinitionId = test.Id };
        if (await admission.RefuseAsync(connection, run, caller: null, now, cancellation) is { } refusal)
        {
            return (null, $"Nothing was started. {Why(refusal)}", Why(refusal));
        }
        await using var insert = RunIntake.CreateInsert(connection, run, now);
        await insert.ExecuteNonQueryAsync(cancellation);
        var late = now - test.ScheduleState!.NextAt!.Value;
        return (
            run.Id,
            late < TimeSpan.FromMinutes(5)
                ? $"Run {run.Id} was started."
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"Run {run.Id} was started {late.TotalMinutes:0} minutes late: nobody looked in between."
                ),
            "was due"
        );
    }

    private static string Why(IntakeAnswer refusal) =>
        refusal switch
        {
            IntakeAnswer.Stopped stopped => stopped.Stop.Sentence,
            IntakeAnswer.OutsideWindow outside => outside.Sentence,
            IntakeAnswer.TooMuch much => much.Sentence,
            IntakeAnswer.NotAllowed { Problems: [var problem, ..] } =>
                $"It {problem.Problem}; allowed: {problem.Allowed}.",
            IntakeAnswer.BeyondBudget { Problem: var problem } => $"It {problem.Problem}; allowed: {problem.Allowed}.",
            _ => throw new InvalidOperationException($"{refusal} is no refusal."),
        };
}
