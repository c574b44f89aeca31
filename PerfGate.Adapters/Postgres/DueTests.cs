using System.Globalization;
using Cronos;
using Npgsql;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;
using PerfGate.Core.Schedules;

namespace PerfGate.Adapters.Postgres;

/// <summary>A stored test that was due.</summary>
/// <param name="TestDefinitionId">The test.</param>
/// <param name="DueAt">When it was due, UTC.</param>
/// <param name="RunId">The run that was stored for it; null where none was.</param>
/// <param name="Outcome">What came of it, a sentence.</param>
/// <param name="Surprise">What kept it from being started that should not have been; usually null.</param>
public sealed record DueTest(
    Guid TestDefinitionId,
    DateTimeOffset DueAt,
    Guid? RunId,
    string Outcome,
    Exception? Surprise = null
);

/// <summary>
/// Stored tests whose time has come. Taking one, storing its run and moving its schedule on are one transaction: however many
/// servers look, and whenever one dies, a time starts one run. Times that were missed start one run together, late. A test that
/// cannot be read, or meets a surprise, keeps no other from its time: its schedule is moved on, or set aside, and says why.
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
        var (next, broken) = Follow(test, now);
        var come = broken is null
            ? await TryStartAsync(transaction, test, now, cancellation)
            : new Outcome(null, $"Nothing was started: {broken}. It is set aside until it is put anew.", broken);
        await using var move = new NpgsqlCommand(
            """
            UPDATE performance_tests
            SET schedule_next_at = $2, schedule_last_at = schedule_next_at, schedule_last_outcome = $3
            WHERE id = $1
            """,
            connection
        );
        move.Parameters.AddWithValue(test.Id);
        move.Parameters.AddWithValue((object?)next ?? DBNull.Value);
        move.Parameters.AddWithValue(come.Sentence);
        await move.ExecuteNonQueryAsync(cancellation);
        var entry = new AuditEntry(
            RequestedBy,
            AuditActions.Execute,
            come.RunId is null ? AuditOutcomes.Refused : AuditOutcomes.Accepted
        )
        {
            Environment = test.Environment,
            Subject = $"{come.RunId ?? test.Id}",
            Detail =
                $"Stored test {test.Id} of {test.UpdatedBy ?? test.CreatedBy ?? AuditEntry.Nobody}: {come.Recorded}",
        };
        await AuditLog.AppendAsync(connection, entry, cancellation);
        await transaction.CommitAsync(cancellation);
        return new DueTest(test.Id, test.ScheduleState?.NextAt ?? now, come.RunId, come.Sentence, come.Surprise);
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

    // When it is due next; what is broken about its schedule where nobody can tell.
    private (DateTimeOffset? Next, string? Broken) Follow(StoredTest test, DateTimeOffset now)
    {
        if (test.Schedule is not { } schedule)
        {
            return (null, "its schedule cannot be read as it is stored");
        }
        try
        {
            return (schedule.NextAfter(now, options.NightlyCron), null);
        }
        catch (CronFormatException)
        {
            return (null, "the cron expression of its schedule cannot be read");
        }
        catch (Exception unknown)
            when (unknown is TimeZoneNotFoundException or InvalidTimeZoneException or ArgumentException)
        {
            return (null, "the time zone of its schedule is not known here");
        }
    }

    private async Task<Outcome> TryStartAsync(
        NpgsqlTransaction transaction,
        StoredTest test,
        DateTimeOffset now,
        CancellationToken cancellation
    )
    {
        const string Taken = "taken";
        await transaction.SaveAsync(Taken, cancellation);
        try
        {
            return await StartAsync(transaction.Connection!, test, now, cancellation);
        }
        catch (Exception surprise) when (IsOfTheTest(surprise))
        {
            await transaction.RollbackAsync(Taken, cancellation);
            return new Outcome(
                null,
                $"Nothing was started: it met a surprise, {surprise.GetType().Name}. The server's log tells more.",
                $"met a surprise, {surprise.GetType().Name}"
            )
            {
                Surprise = surprise,
            };
        }
    }

    // The next test would meet the others too: a database that is away, that lacks a right or a column.
    private static bool IsOfTheTest(Exception surprise) =>
        surprise switch
        {
            OperationCanceledException => false,
            PostgresException refused => refused.SqlState.StartsWith("22", StringComparison.Ordinal)
                || refused.SqlState.StartsWith("23", StringComparison.Ordinal),
            NpgsqlException => false,
            _ => !DatabaseAway.Explains(surprise),
        };

    // What is recorded names fields alone: a row that nobody can take back must not hold what was in them.
    private async Task<Outcome> StartAsync(
        NpgsqlConnection connection,
        StoredTest test,
        DateTimeOffset now,
        CancellationToken cancellation
    )
    {
        if (test.Request is not { } stored)
        {
            var fields = string.Join(", ", test.Unreadable ?? []);
            return new Outcome(
                null,
                $"Nothing was started: the test cannot be read as it is stored ({fields}).",
                $"cannot be read as it is stored: {fields}"
            );
        }
        await using var active = TestStore.CreateFindActive(connection, test.Id);
        if (await active.ExecuteScalarAsync(cancellation) is Guid earlier)
        {
            return new Outcome(
                null,
                $"Nothing was started: run {earlier} of it was still in progress.",
                $"run {earlier} of it was in progress"
            );
        }
        // By the rules of today: limits may have become narrower since it was stored.
        var read = ExecuteReader.Merge(stored, overrides: null, limits);
        if (read.Value is not { } request)
        {
            var problems = read.Errors.Select(error => $"{error.Field} {error.Problem} (allowed: {error.Allowed})");
            return new Outcome(
                null,
                $"Nothing was started: the test cannot be run as it is stored. {string.Join("; ", problems)}.",
                $"cannot be run as it is stored: {string.Join(", ", read.Errors.Select(error => error.Field).Distinct())}"
            );
        }
        var run = NewRun.Of(request, RequestedBy, limits, now) with { TestDefinitionId = test.Id };
        if (await admission.RefuseAsync(connection, run, caller: null, now, cancellation) is { } refusal)
        {
            return new Outcome(null, $"Nothing was started. {Why(refusal)}", Why(refusal));
        }
        await using var insert = RunIntake.CreateInsert(connection, run, now);
        await insert.ExecuteNonQueryAsync(cancellation);
        var late = now - test.ScheduleState!.NextAt!.Value;
        return new Outcome(
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

    private sealed record Outcome(Guid? RunId, string Sentence, string Recorded)
    {
        public Exception? Surprise { get; init; }
    }
}
