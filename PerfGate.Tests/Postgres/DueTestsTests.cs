using PerfGate.Adapters.Postgres;
using PerfGate.Core.Requests;
using PerfGate.Core.Runs;
using PerfGate.Core.Schedules;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Postgres;

public sealed class DueTestsTests(PostgresFixture postgres)
{
    private static readonly CancellationToken Never = CancellationToken.None;
    private static readonly Schedule Hourly = new() { Cron = "0 * * * *" };

    [Fact]
    public async Task A_test_runs_at_its_time_and_not_before()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var test = await DefineAsync(runs, Hourly);
        var next = test.ScheduleState!.NextAt!.Value;

        runs.Time.SetUtcNow(next.AddSeconds(-1));
        Assert.Null(await runs.Due.TakeAsync(nightly: false, Never));
        runs.Time.SetUtcNow(next);
        var due = await runs.Due.TakeAsync(nightly: false, Never);

        Assert.Equal((test.Id, next), (due!.TestDefinitionId, due.DueAt));
        var run = (await runs.Store.FindAsync(due.RunId!.Value, Never))!;
        Assert.Equal((RunStatus.Queued, test.Configuration!.Vus), (run.Status, run.Request.Configuration.Vus));
        Assert.Equal(
            [test.Id.ToString(), DueTests.RequestedBy],
            await runs.RowAsync($"SELECT test_id, requested_by FROM performance_test_runs WHERE id = '{due.RunId}'")
        );
        Assert.Null(await runs.Due.TakeAsync(nightly: false, Never));
        var after = (await runs.Tests.FindAsync(test.Id, Never))!;
        Assert.Equal((next.AddHours(1), next), (after.ScheduleState!.NextAt, after.ScheduleState.LastAt));
        Assert.Equal($"Run {due.RunId} was started.", after.ScheduleState.LastOutcome);
        // That it ran is no change of what was defined.
        Assert.Equal(test.Version, after.Version);
    }

    [Fact]
    public async Task Times_that_were_missed_start_one_run_together_and_it_says_how_late()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var test = await DefineAsync(runs, Hourly);

        runs.Time.SetUtcNow(test.ScheduleState!.NextAt!.Value.AddHours(70).AddMinutes(10));
        var due = await runs.Due.TakeAsync(nightly: false, Never);

        Assert.Contains("4210 minutes late", due!.Outcome, StringComparison.Ordinal);
        Assert.Null(await runs.Due.TakeAsync(nightly: false, Never));
        var state = (await runs.Tests.FindAsync(test.Id, Never))!.ScheduleState!;
        Assert.Equal(test.ScheduleState.NextAt.Value.AddHours(71), state.NextAt);
    }

    [Fact]
    public async Task Ten_servers_that_look_at_once_start_one_run()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var test = await DefineAsync(runs, Hourly);
        runs.Time.SetUtcNow(test.ScheduleState!.NextAt!.Value);

        var taken = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => runs.Due.TakeAsync(nightly: false, Never)));

        Assert.Single(taken, due => due is not null);
        Assert.Equal(["1"], await runs.RowAsync("SELECT count(*) FROM performance_test_runs"));
    }

    [Fact]
    public async Task While_the_last_run_is_in_progress_none_is_started_and_the_test_says_so()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var test = await DefineAsync(runs, Hourly);
        runs.Time.SetUtcNow(test.ScheduleState!.NextAt!.Value);
        var first = await runs.Due.TakeAsync(nightly: false, Never);

        runs.Time.Advance(TimeSpan.FromHours(1));
        var second = await runs.Due.TakeAsync(nightly: false, Never);

        Assert.Null(second!.RunId);
        var state = (await runs.Tests.FindAsync(test.Id, Never))!.ScheduleState!;
        Assert.Equal($"Nothing was started: run {first!.RunId} of it was still in progress.", state.LastOutcome);
        Assert.Equal(test.ScheduleState.NextAt.Value.AddHours(2), state.NextAt);
    }

    [Fact]
    public async Task Under_an_emergency_stop_none_is_started_and_once_it_is_lifted_the_next_time_counts()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var test = await DefineAsync(runs, Hourly);
        var stops = new EmergencyStops(runs.Database, runs.Time);
        await stops.StopAsync([TargetEnvironment.Staging], "anna", "the shop is down", Never);
        runs.Time.SetUtcNow(test.ScheduleState!.NextAt!.Value);

        var stopped = await runs.Due.TakeAsync(nightly: false, Never);

        Assert.Null(stopped!.RunId);
        Assert.Contains("anna stopped it", stopped.Outcome, StringComparison.Ordinal);
        Assert.Equal(
            ["schedule", "refused", "staging"],
            await runs.RowAsync(
                "SELECT principal, outcome, environment FROM audit_log WHERE action = 'run.execute' ORDER BY id DESC LIMIT 1"
            )
        );
        await stops.LiftAsync([TargetEnvironment.Staging], "anna", Never);
        Assert.Null(await runs.Due.TakeAsync(nightly: false, Never));
        runs.Time.Advance(TimeSpan.FromHours(1));
        Assert.NotNull((await runs.Due.TakeAsync(nightly: false, Never))!.RunId);
    }

    [Fact]
    public async Task The_nightly_timer_takes_only_tests_without_a_time_of_their_own()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        await DefineAsync(runs, new Schedule { Cron = "0 2 * * *" });
        var nightly = await DefineAsync(runs, new Schedule());
        await DefineAsync(runs, new Schedule { Enabled = false });
        await DefineAsync(runs, null);
        runs.Time.Advance(TimeSpan.FromDays(1));

        var due = await runs.Due.TakeAsync(nightly: true, Never);

        Assert.Equal(nightly.Id, due!.TestDefinitionId);
        Assert.Null(await runs.Due.TakeAsync(nightly: true, Never));
        Assert.NotNull(await runs.Due.TakeAsync(nightly: false, Never));
        Assert.Null(await runs.Due.TakeAsync(nightly: false, Never));
    }

    [Fact]
    public async Task A_test_that_is_deleted_or_whose_schedule_was_taken_away_is_never_due()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var deleted = await DefineAsync(runs, Hourly);
        var unscheduled = await DefineAsync(runs, Hourly);
        await runs.Tests.DeleteAsync(deleted.Id, null, null, Never);
        var changed = await runs.Tests.ReplaceScheduleAsync(unscheduled.Id, null, null, null, Never);
        runs.Time.Advance(TimeSpan.FromDays(2));

        Assert.Null(changed!.Schedule);
        Assert.Null(changed.ScheduleState);
        Assert.Null(await runs.Due.TakeAsync(nightly: false, Never));
    }

    [Fact]
    public async Task A_test_that_todays_limits_refuse_is_not_run_and_says_why()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var test = await DefineAsync(runs, Hourly);
        await runs.RowAsync(
            """UPDATE performance_tests SET configuration = configuration || '{"vus": 999999}' RETURNING id"""
        );
        runs.Time.SetUtcNow(test.ScheduleState!.NextAt!.Value);

        var due = await runs.Due.TakeAsync(nightly: false, Never);

        Assert.Null(due!.RunId);
        Assert.Contains("configuration.vus is 999999", due.Outcome, StringComparison.Ordinal);
        Assert.Equal(
            [
                "schedule",
                "refused",
                $"{test.Id}",
                $"Stored test {test.Id} of somebody: cannot be run as it is stored: configuration.vus",
            ],
            await runs.RowAsync("SELECT principal, outcome, subject, detail FROM audit_log ORDER BY id DESC LIMIT 1")
        );
    }

    [Theory]
    [InlineData("configuration = '{}'", "the test cannot be read as it is stored (configuration)", true)]
    [InlineData("configuration = configuration || '{\"vus\": \"many\"}'", "(configuration.vus)", true)]
    [InlineData("configuration = 'null'", "(configuration)", true)]
    [InlineData("schedule = '[]'", "its schedule cannot be read as it is stored", false)]
    [InlineData("schedule = 'null'", "its schedule cannot be read as it is stored", false)]
    [InlineData("schedule = NULL", "its schedule cannot be read as it is stored", false)]
    [InlineData("schedule = schedule || '{\"cron\": \"never\"}'", "the cron expression of its schedule", false)]
    [InlineData("schedule = schedule || '{\"timeZone\": \"Mars/Olympus\"}'", "the time zone of its schedule", false)]
    [InlineData("schedule = schedule || '{\"timeZone\": null}'", "the time zone of its schedule", false)]
    public async Task A_test_that_cannot_be_read_keeps_no_other_from_its_time(string change, string why, bool isMovedOn)
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var bad = await DefineAsync(runs, Hourly);
        var good = await DefineAsync(runs, Hourly);
        var first = bad.ScheduleState!.NextAt!.Value.AddSeconds(-1);
        await runs.RowAsync(
            $"UPDATE performance_tests SET {change}, schedule_next_at = '{first:O}' WHERE id = '{bad.Id}' RETURNING id"
        );
        runs.Time.SetUtcNow(good.ScheduleState!.NextAt!.Value);

        var refused = await runs.Due.TakeAsync(nightly: false, Never);
        var started = await runs.Due.TakeAsync(nightly: false, Never);

        Assert.Equal((bad.Id, null), (refused!.TestDefinitionId, refused.RunId));
        Assert.Contains(why, refused.Outcome, StringComparison.Ordinal);
        Assert.Equal(good.Id, started!.TestDefinitionId);
        Assert.NotNull(started.RunId);
        Assert.Null(await runs.Due.TakeAsync(nightly: false, Never));
        Assert.Equal(
            [refused.Outcome, isMovedOn ? "True" : "False"],
            await runs.RowAsync(
                $"SELECT schedule_last_outcome, schedule_next_at IS NOT NULL FROM performance_tests WHERE id = '{bad.Id}'"
            )
        );
        Assert.Equal(
            ["refused"],
            await runs.RowAsync($"SELECT outcome FROM audit_log WHERE subject = '{bad.Id}' AND principal = 'schedule'")
        );
    }

    [Fact]
    public async Task A_test_that_meets_a_surprise_keeps_no_other_from_its_time()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var bad = await DefineAsync(runs, Hourly);
        var good = await DefineAsync(runs, Hourly);
        await runs.RowAsync(
            $"""
            ALTER TABLE performance_test_runs ADD CONSTRAINT surprise CHECK (test_id <> '{bad.Id}');
            UPDATE performance_tests SET schedule_next_at = schedule_next_at - interval '1 second' WHERE id = '{bad.Id}'
            RETURNING id
            """
        );
        runs.Time.SetUtcNow(good.ScheduleState!.NextAt!.Value);

        var surprised = await runs.Due.TakeAsync(nightly: false, Never);
        var started = await runs.Due.TakeAsync(nightly: false, Never);

        Assert.Equal((bad.Id, null), (surprised!.TestDefinitionId, surprised.RunId));
        Assert.IsType<Npgsql.PostgresException>(surprised.Surprise);
        Assert.Equal(good.Id, started!.TestDefinitionId);
        Assert.NotNull(started.RunId);
        var state = (await runs.Tests.FindAsync(bad.Id, Never))!.ScheduleState!;
        Assert.Equal(surprised.Outcome, state.LastOutcome);
        Assert.Equal(good.ScheduleState.NextAt.Value.AddHours(1), state.NextAt);
    }

    [Fact]
    public async Task What_is_due_is_found_by_index()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        await runs.RowAsync(
            """
            WITH made AS (
              INSERT INTO performance_tests (test_type, environment, configuration, created_at, schedule, schedule_next_at)
              SELECT 'load', 'staging', '{}', now(), '{}', now() + i * interval '1 minute' FROM generate_series(1, 20000) i
              RETURNING 1)
            SELECT count(*) FROM made
            """
        );
        await runs.RowAsync("ANALYZE performance_tests; SELECT 1");
        await using var connection = await runs.Database.OpenConnectionAsync(Never);

        await using var explain = DueTests.CreateFind(connection, false, DateTimeOffset.UtcNow, "EXPLAIN");
        await using var row = await explain.ExecuteReaderAsync(Never);
        var plan = new List<string>();
        while (await row.ReadAsync(Never))
        {
            plan.Add(row.GetString(0));
        }

        Assert.Contains(plan, line => line.Contains("idx_performance_tests_due", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, line => line.Contains("Seq Scan", StringComparison.Ordinal));
    }

    private static Task<StoredTest> DefineAsync(StoredRuns runs, Schedule? schedule) =>
        runs.Tests.InsertAsync(
            Guid.NewGuid(),
            new TestDefinition(null, StoredRuns.Request(), schedule),
            "somebody",
            Never
        );
}
