using PerfGate.Core.Metrics;
using PerfGate.Core.Runs;
using PerfGate.Tests.Runs;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Postgres;

public sealed class PerformanceMonitorTests(PostgresFixture postgres)
{
    private static readonly CancellationToken Never = CancellationToken.None;

    [Fact]
    public async Task A_throughput_beyond_its_column_does_not_lose_the_run()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);

        await runs.EndAsync(SampleGrounds.Metrics(requests: 150_000_000, seconds: 30));

        Assert.Equal(
            ["completed", "999999.99", "5000000"],
            await runs.RowAsync("SELECT status, throughput_rps, measured_throughput_rps FROM performance_test_runs")
        );
    }

    [Theory]
    [InlineData(double.NaN, null)]
    [InlineData(double.PositiveInfinity, "999999.99")]
    [InlineData(1e300, "999999.99")]
    public async Task A_duration_that_is_no_sensible_number_does_not_lose_the_run(double avg, string? stored)
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);

        await runs.EndAsync(SampleGrounds.Metrics(avg: avg));

        Assert.Equal(
            ["completed", stored],
            await runs.RowAsync("SELECT status, avg_response_time_ms FROM performance_test_runs")
        );
    }

    [Fact]
    public async Task Recording_again_changes_nothing()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var id = await runs.EndAsync(SampleGrounds.Metrics(avg: 100));
        const string Row = "SELECT performance_test_runs::text FROM performance_test_runs";
        var first = await runs.RowAsync(Row);

        await runs.Monitor.RecordTestResultsAsync(
            runs.Result(id, SampleGrounds.Metrics(avg: 900), Verdict.Failed),
            Never
        );

        Assert.Equal(first, await runs.RowAsync(Row));
    }

    [Fact]
    public async Task A_passed_run_ends_and_joins_the_accepted_past_or_neither()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        await runs.Baselines.EstablishAsync(await runs.EndAsync(), "somebody", Never);
        var id = await runs.StartAsync();
        await runs.RowAsync(
            """
            CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no room'; END $$;
            CREATE TRIGGER no_room BEFORE INSERT ON performance_accepted_runs
              FOR EACH STATEMENT EXECUTE FUNCTION no_room();
            SELECT 1
            """
        );

        // What ends in between ends before both.
        await Assert.ThrowsAsync<Npgsql.PostgresException>(() =>
            runs.Monitor.RecordTestResultsAsync(runs.Result(id, SampleGrounds.Metrics()), Never)
        );
        Assert.Equal(["running"], await runs.RowAsync(StatusOf(id)));
        await runs.RowAsync("DROP TRIGGER no_room ON performance_accepted_runs; SELECT 1");
        await runs.Monitor.RecordTestResultsAsync(runs.Result(id, SampleGrounds.Metrics()), Never);
        await runs.Monitor.RecordTestResultsAsync(runs.Result(id, SampleGrounds.Metrics()), Never);

        Assert.Equal(["completed"], await runs.RowAsync(StatusOf(id)));
        Assert.Equal(
            ["1"],
            await runs.RowAsync($"SELECT count(*) FROM performance_accepted_runs WHERE run_id = '{id}'")
        );
        Assert.Equal(
            ["run.result passed, baseline.accept done"],
            await runs.RowAsync(
                $"SELECT string_agg(action || ' ' || outcome, ', ' ORDER BY id) FROM audit_log WHERE subject = '{id}' AND action <> 'run.execute'"
            )
        );

        static string StatusOf(Guid id) => $"SELECT status FROM performance_test_runs WHERE id = '{id}'";
    }

    [Fact]
    public async Task A_run_cancelled_while_it_waited_stays_cancelled()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var id = await runs.QueueAsync();
        await runs.Store.RequestCancelAsync(id, Never);

        await runs.Monitor.RecordTestResultsAsync(runs.Result(id, SampleGrounds.Metrics()), Never);

        var row = (await runs.Store.FindAsync(id, Never))!;
        Assert.Equal((RunStatus.Cancelled, Verdict.Inconclusive), (row.Status, row.Verdict!.Value));
    }

    [Fact]
    public async Task A_dead_target_leaves_no_duration_rather_than_zero()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);

        await runs.EndAsync(SampleGrounds.Dead(), Verdict.Failed);

        Assert.Equal(
            [null, null, "1.0000", "False"],
            await runs.RowAsync(
                "SELECT p95_response_time_ms, measured_p95_ms, error_rate, passed FROM performance_test_runs"
            )
        );
    }

    [Fact]
    public async Task A_run_that_measured_nothing_has_no_figures_and_did_not_pass()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);

        await runs.EndAsync(SampleGrounds.Metrics(requests: 0, answered: 0), Verdict.Inconclusive);

        Assert.Equal(
            [null, null, "False"],
            await runs.RowAsync("SELECT error_rate, measured_throughput_rps, passed FROM performance_test_runs")
        );
    }

    [Fact]
    public void The_bounds_are_those_of_the_thresholds() =>
        Assert.NotEmpty(
            Adapters.Postgres.PerformanceMonitor.ValidatePerformanceThresholds(
                SampleGrounds.Metrics(),
                Core.Thresholds.ThresholdSettings.Default
            )
        );

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public async Task What_is_no_finite_number_does_not_keep_the_tests_from_being_listed(double avg)
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        await runs.EndAsync(SampleGrounds.Metrics(avg: avg));

        var page = await new Adapters.Postgres.TestPages(runs.Database).ReadAsync(new(), Never);
        var test = Assert.Single(page.Tests);

        Assert.Null(test.Latest!.AvgResponseTimeMs);
        Assert.Contains(
            "\"p95ResponseTimeMs\":200",
            System.Text.Json.JsonSerializer.Serialize(test, Core.Requests.RunJson.Options),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_waiting_run_that_nobody_can_take_further_fails_and_leaves_the_line()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var stuck = await runs.QueueAsync();
        var next = await runs.QueueAsync();

        await runs.Monitor.RecordTestResultsAsync(runs.Result(stuck, null, Verdict.Error), Never);

        Assert.Equal(RunStatus.Failed, (await runs.Store.FindAsync(stuck, Never))!.Status);
        Assert.Equal(1, (await runs.Store.FindAsync(next, Never))!.QueuePosition);
    }

    [Fact]
    public async Task A_waiting_run_cannot_complete()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var id = await runs.QueueAsync();

        await runs.Monitor.RecordTestResultsAsync(runs.Result(id, SampleGrounds.Metrics()), Never);

        Assert.Equal(RunStatus.Queued, (await runs.Store.FindAsync(id, Never))!.Status);
    }
}
