using PerfGate.Core.Baselines;
using PerfGate.Core.Requests;
using PerfGate.Core.Runs;
using PerfGate.Tests.Runs;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Postgres;

public sealed class PerformanceBaselineManagerTests(PostgresFixture postgres)
{
    private const string History =
        "SELECT count(*), max(reason), max(changed_by), max(previous_run_id::text) FROM performance_baseline_history";

    private static readonly CancellationToken Never = CancellationToken.None;

    [Fact]
    public async Task A_passed_run_becomes_the_baseline_with_its_whole_figures()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var id = await runs.EndAsync(SampleGrounds.Metrics(avg: 100.123456, p95: 200));

        var answer = await runs.Baselines.EstablishAsync(id, "somebody", Never);

        Assert.Null(answer.Refusal);
        Assert.Equal(
            (id, 100.123456, 200.0),
            (answer.Baseline!.TestId!.Value, answer.Baseline.AvgResponseTimeMs, answer.Baseline.P95ResponseTimeMs)
        );
        Assert.Equal(answer.Baseline, Assert.Single(await runs.Baselines.ListAsync(Never)));
        Assert.Equal(["1", "established", "somebody", null], await runs.RowAsync(History));
    }

    [Theory]
    [InlineData(Verdict.Failed)]
    [InlineData(Verdict.Inconclusive)]
    [InlineData(Verdict.Error)]
    public async Task A_run_that_did_not_pass_is_refused(Verdict verdict)
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var id = await runs.EndAsync(verdict: verdict);

        Assert.NotNull((await runs.Baselines.EstablishAsync(id, null, Never)).Refusal);
        Assert.NotNull((await runs.Baselines.UpdateAsync(id, null, onAPersonsWord: false, Never)).Refusal);
        Assert.Empty(await runs.Baselines.ListAsync(Never));
    }

    [Fact]
    public async Task A_run_that_waits_or_is_unknown_is_refused()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var waiting = await runs.QueueAsync();

        Assert.NotNull((await runs.Baselines.EstablishAsync(waiting, null, Never)).Refusal);
        Assert.NotNull((await runs.Baselines.EstablishAsync(Guid.NewGuid(), null, Never)).Refusal);
        Assert.NotNull((await runs.Baselines.UpdateAsync(waiting, null, onAPersonsWord: false, Never)).Refusal);
    }

    [Fact]
    public async Task Establishing_the_same_run_again_changes_nothing()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var id = await runs.EndAsync();
        var first = await runs.Baselines.EstablishAsync(id, "somebody", Never);
        runs.Time.Advance(TimeSpan.FromHours(1));

        var second = await runs.Baselines.EstablishAsync(id, "somebody else", Never);

        Assert.Equal(first.Baseline, second.Baseline);
        Assert.Equal(["1", "established", "somebody", null], await runs.RowAsync(History));
        Assert.Equal(["1"], await runs.RowAsync("SELECT count(*) FROM performance_accepted_runs"));
    }

    [Fact]
    public async Task A_better_run_replaces_the_baseline_and_the_history_names_the_one_before()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var first = await runs.EndAsync(SampleGrounds.Metrics(avg: 100));
        await runs.Baselines.EstablishAsync(first, null, Never);
        var better = await runs.EndAsync(SampleGrounds.Metrics(avg: 80));

        var answer = await runs.Baselines.UpdateAsync(better, "somebody", onAPersonsWord: false, Never);

        Assert.Equal(better, answer.Baseline!.TestId);
        Assert.Equal(
            ["better results", first.ToString()],
            await runs.RowAsync(
                "SELECT reason, previous_run_id FROM performance_baseline_history ORDER BY id DESC LIMIT 1"
            )
        );
    }

    [Fact]
    public async Task A_worse_run_replaces_the_baseline_only_on_a_persons_word()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        await runs.Baselines.EstablishAsync(await runs.EndAsync(SampleGrounds.Metrics(avg: 100)), null, Never);
        var worse = await runs.EndAsync(SampleGrounds.Metrics(avg: 101));

        Assert.NotNull((await runs.Baselines.UpdateAsync(worse, null, onAPersonsWord: false, Never)).Refusal);
        var answer = await runs.Baselines.UpdateAsync(worse, "somebody", onAPersonsWord: true, Never);

        Assert.Equal(worse, answer.Baseline!.TestId);
        Assert.Equal(
            ["on a person's word"],
            await runs.RowAsync("SELECT reason FROM performance_baseline_history ORDER BY id DESC LIMIT 1")
        );
    }

    [Fact]
    public async Task A_run_under_another_load_is_not_better_however_fast()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        await runs.Baselines.EstablishAsync(await runs.EndAsync(SampleGrounds.Metrics(avg: 100)), null, Never);
        var lighter = await runs.EndAsync(SampleGrounds.Metrics(avg: 10), request: StoredRuns.Request(vus: 1));

        Assert.NotNull((await runs.Baselines.UpdateAsync(lighter, null, onAPersonsWord: false, Never)).Refusal);
    }

    [Fact]
    public async Task Accepting_needs_a_baseline_of_the_same_load_and_a_pass_and_counts_once()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var early = await runs.EndAsync();
        Assert.Equal(["0"], await runs.RowAsync("SELECT count(*) FROM performance_accepted_runs"));
        await runs.Baselines.EstablishAsync(early, null, Never);

        var good = await runs.EndAsync();
        await runs.Monitor.RecordTestResultsAsync(runs.Result(good, SampleGrounds.Metrics()), Never);
        await runs.EndAsync(verdict: Verdict.Failed);
        await runs.EndAsync(request: StoredRuns.Request(vus: 1));

        Assert.Equal(["2"], await runs.RowAsync("SELECT count(*) FROM performance_accepted_runs"));
    }

    [Fact]
    public async Task A_run_is_compared_with_the_same_load_and_never_with_itself()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var request = StoredRuns.Request();
        var id = await runs.EndAsync();
        await runs.Baselines.EstablishAsync(id, null, Never);
        var current = SampleGrounds.Accepted();

        Assert.Equal(1, (await CompareAsync(LoadFingerprint.Of(request), current)).AcceptedRuns);
        Assert.Equal(
            BaselineState.None,
            (await CompareAsync(LoadFingerprint.Of(StoredRuns.Request(vus: 1)), current)).State
        );
        Assert.Equal(
            BaselineState.None,
            (await CompareAsync(LoadFingerprint.Of(request), current with { RunId = id })).State
        );

        Task<BaselineComparison> CompareAsync(string fingerprint, AcceptedRun run) =>
            runs.Baselines.CompareAsync(request, fingerprint, "k6 v2.2.0", run, Never);
    }

    [Theory]
    [InlineData(Verdict.Inconclusive)]
    [InlineData(Verdict.Error)]
    public async Task No_word_makes_a_baseline_of_a_run_that_carries_no_verdict(Verdict verdict)
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var id = await runs.EndAsync(verdict: verdict);

        var answer = await runs.Baselines.UpdateAsync(id, "somebody", onAPersonsWord: true, Never);

        Assert.Contains("never", answer.Refusal, StringComparison.Ordinal);
        Assert.Empty(await runs.Baselines.ListAsync(Never));
    }

    [Fact]
    public async Task A_persons_word_accepts_a_wanted_slowdown_and_the_past_begins_anew_with_it()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        await runs.Baselines.EstablishAsync(await runs.EndAsync(SampleGrounds.Metrics(p95: 200)), null, Never);
        for (var i = 0; i < 9; i++)
        {
            await runs.EndAsync(SampleGrounds.Metrics(p95: 200 + i));
        }
        var slow = await runs.EndAsync(SampleGrounds.Metrics(p95: 900), Verdict.Failed);
        Assert.Equal(ComparisonOutcome.Regressed, await OutcomeAsync(900));

        var answer = await runs.Baselines.UpdateAsync(slow, "somebody", onAPersonsWord: true, Never);

        Assert.Equal(slow, answer.Baseline!.TestId);
        Assert.Equal(ComparisonOutcome.Unchanged, await OutcomeAsync(905));

        async Task<ComparisonOutcome> OutcomeAsync(double p95)
        {
            var request = StoredRuns.Request();
            var current = SampleGrounds.Accepted() with { RunId = Guid.NewGuid(), P95ResponseTimeMs = p95 };
            var comparison = await runs.Baselines.CompareAsync(
                request,
                LoadFingerprint.Of(request),
                "k6 v2.2.0",
                current,
                Never
            );
            return comparison.Metrics.Single(metric => metric.Metric == "p95_response_time_ms").Outcome;
        }
    }

    [Fact]
    public async Task Many_who_establish_at_once_leave_one_baseline_and_an_unbroken_history()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var ids = new List<Guid>();
        for (var i = 0; i < 8; i++)
        {
            ids.Add(await runs.EndAsync());
        }

        await Task.WhenAll(ids.Select(id => runs.Baselines.EstablishAsync(id, null, Never)));

        var baseline = Assert.Single(await runs.Baselines.ListAsync(Never));
        var changes = (await runs.Changes.ReadAsync(baseline.Id, null, 200, Never))!.Changes;
        Assert.Equal(8, changes.Count);
        Assert.Equal(baseline.TestId, changes[0].After.RunId);
        Assert.Equal(
            [.. changes.Skip(1).Select(change => (Guid?)change.After.RunId), null],
            changes.Select(change => change.Before?.RunId)
        );
    }
}
