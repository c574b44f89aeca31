using PerfGate.Core.Baselines;
using PerfGate.Tests.Runs;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Postgres;

public sealed class BaselineUndoTests(PostgresFixture postgres)
{
    private const string ActivePast = """
        SELECT string_agg(run_id::text, ' ' ORDER BY run_id) FROM performance_accepted_runs WHERE superseded_at IS NULL
        """;

    private const string Baseline = """
        SELECT source_run_id::text, established_by, established_at::text, fingerprint, baseline_p95_response_time_ms::text
        FROM performance_baselines
        """;

    private static readonly CancellationToken Never = CancellationToken.None;

    [Fact]
    public async Task An_undone_update_leaves_baseline_and_past_as_they_were()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var first = await runs.EndAsync();
        var id = (await runs.Baselines.EstablishAsync(first, "ann", Never)).Baseline!.Id;
        await runs.EndAsync();
        var (baseline, past) = (await runs.RowAsync(Baseline), await runs.RowAsync(ActivePast));
        var slow = await runs.EndAsync(SampleGrounds.Metrics(p95: 900), Core.Runs.Verdict.Failed);
        await runs.Baselines.UpdateAsync(slow, "bob", true, Never, "wanted", id);
        // Runs that passed against the slow past are slow themselves.
        await runs.EndAsync(SampleGrounds.Metrics(p95: 900));
        Assert.NotEqual(past, await runs.RowAsync(ActivePast));

        var answer = await runs.Changes.UndoAsync(id, "ann", "not wanted after all", Never);

        Assert.Equal(first, answer!.Baseline!.TestId);
        Assert.Equal(baseline, await runs.RowAsync(Baseline));
        Assert.Equal(past, await runs.RowAsync(ActivePast));
        var changes = (await runs.Changes.ReadAsync(id, null, 10, Never))!.Changes;
        Assert.Equal(["undone", "on a person's word", "established"], changes.Select(change => change.Reason));
        Assert.Equal(
            (slow, first, "ann", "not wanted after all", changes[1].Id),
            (changes[0].Before!.RunId, changes[0].After.RunId, changes[0].ChangedBy, changes[0].Note, changes[0].Undoes)
        );
        Assert.Equal((changes[0].Id, "wanted"), (changes[1].UndoneBy, changes[1].Note));
    }

    [Fact]
    public async Task Undoing_again_walks_back_to_the_first_and_no_further()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var ids = new List<Guid>();
        var pasts = new List<string?[]>();
        Guid baseline = default;
        for (var i = 0; i < 3; i++)
        {
            // What did not pass is accepted by the word alone.
            var verdict = i == 0 ? Core.Runs.Verdict.Passed : Core.Runs.Verdict.Failed;
            ids.Add(await runs.EndAsync(SampleGrounds.Metrics(p95: 200 + (i * 300)), verdict));
            baseline = (await runs.Baselines.UpdateAsync(ids[i], null, true, Never, "step")).Baseline!.Id;
            await runs.EndAsync(SampleGrounds.Metrics(p95: 200 + (i * 300)));
            pasts.Add(await runs.RowAsync(ActivePast));
        }

        foreach (var i in new[] { 1, 0 })
        {
            Assert.Equal(ids[i], (await runs.Changes.UndoAsync(baseline, null, null, Never))!.Baseline!.TestId);
            Assert.Equal(pasts[i], await runs.RowAsync(ActivePast));
        }
        Assert.Contains(
            "nothing to undo",
            (await runs.Changes.UndoAsync(baseline, null, null, Never))!.Refusal!,
            StringComparison.Ordinal
        );
        Assert.Equal(5, (await runs.Changes.ReadAsync(baseline, null, 10, Never))!.Changes.Count);
    }

    [Fact]
    public async Task After_an_undo_the_next_update_is_the_one_that_is_undone_next()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var (a, b, c) = (await runs.EndAsync(), await runs.EndAsync(), await runs.EndAsync());
        var id = (await runs.Baselines.EstablishAsync(a, null, Never)).Baseline!.Id;
        await runs.Baselines.EstablishAsync(b, null, Never);
        await runs.Changes.UndoAsync(id, null, null, Never);
        await runs.Baselines.EstablishAsync(c, null, Never);

        Assert.Equal(a, (await runs.Changes.UndoAsync(id, null, null, Never))!.Baseline!.TestId);
        Assert.NotNull((await runs.Changes.UndoAsync(id, null, null, Never))!.Refusal);
    }

    [Fact]
    public async Task A_run_that_was_accepted_before_it_became_the_baseline_stays_accepted()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var id = (await runs.Baselines.EstablishAsync(await runs.EndAsync(), null, Never)).Baseline!.Id;
        var accepted = await runs.EndAsync();
        var past = await runs.RowAsync(ActivePast);
        await runs.Baselines.EstablishAsync(accepted, null, Never);

        await runs.Changes.UndoAsync(id, null, null, Never);

        Assert.Equal(past, await runs.RowAsync(ActivePast));
    }

    [Fact]
    public async Task A_baseline_that_others_rewrote_is_left_alone()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        await runs.Baselines.EstablishAsync(await runs.EndAsync(), null, Never);
        var id = (await runs.Baselines.EstablishAsync(await runs.EndAsync(), null, Never)).Baseline!.Id;
        await runs.RowAsync("WITH done AS (UPDATE performance_baselines SET source_run_id = NULL) SELECT 1");

        Assert.Contains(
            "something else",
            (await runs.Changes.UndoAsync(id, null, null, Never))!.Refusal!,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Of_many_undos_at_once_each_takes_back_another_change()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        Guid id = default;
        for (var i = 0; i < 4; i++)
        {
            id = (await runs.Baselines.EstablishAsync(await runs.EndAsync(), null, Never)).Baseline!.Id;
        }

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 6).Select(_ => runs.Changes.UndoAsync(id, null, null, Never))
        );

        Assert.Equal(3, answers.Count(answer => answer!.Baseline is not null));
        Assert.Equal(
            ["3"],
            await runs.RowAsync(
                "SELECT count(DISTINCT undoes) FROM performance_baseline_history WHERE undoes IS NOT NULL"
            )
        );
    }

    [Fact]
    public async Task Engines_have_pasts_of_their_own()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var request = StoredRuns.Request();
        var k6 = await runs.EndAsync(SampleGrounds.Metrics(p95: 200));
        await runs.Baselines.EstablishAsync(k6, null, Never);
        var embedded = await EmbeddedAsync(100);

        var refused = await runs.Baselines.UpdateAsync(embedded, null, onAPersonsWord: false, Never);
        var compared = await CompareAsync("embedded 0.1.0");

        Assert.Equal(["1"], await runs.RowAsync("SELECT count(*) FROM performance_accepted_runs"));
        Assert.Contains("engine", refused.Refusal!, StringComparison.Ordinal);
        Assert.Equal(BaselineState.None, compared.State);
        Assert.Contains("no past of this engine", compared.Sentence, StringComparison.Ordinal);
        Assert.Equal(1, (await CompareAsync("k6 v1.3.0")).AcceptedRuns);

        // A person's word begins the embedded engine's past; k6's stays as it was.
        await runs.Baselines.UpdateAsync(embedded, "ann", onAPersonsWord: true, Never);
        await EmbeddedAsync(110);
        Assert.Equal(2, (await CompareAsync("embedded 0.2.0")).AcceptedRuns);
        Assert.Equal(1, (await CompareAsync("k6 v1.3.0")).AcceptedRuns);

        Task<BaselineComparison> CompareAsync(string engine) =>
            runs.Baselines.CompareAsync(
                request,
                LoadFingerprint.Of(request),
                engine,
                SampleGrounds.Accepted() with
                {
                    RunId = Guid.NewGuid(),
                },
                Never
            );

        async Task<Guid> EmbeddedAsync(double p95)
        {
            var id = await runs.StartAsync();
            var result = runs.Result(id, SampleGrounds.Metrics(p95: p95)) with { Engine = "embedded 0.1.0" };
            await runs.Monitor.RecordTestResultsAsync(result, Never);
            return id;
        }
    }
}
