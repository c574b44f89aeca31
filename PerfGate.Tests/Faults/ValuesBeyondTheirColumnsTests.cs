using PerfGate.Core.Requests;
using PerfGate.Core.Runs;
using PerfGate.Tests.Postgres;
using PerfGate.Tests.Runs;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Faults;

/// <summary>Figures that DECIMAL(8,2) cannot hold, on their way through baseline, history and comparison.</summary>
public sealed class ValuesBeyondTheirColumnsTests(PostgresFixture postgres)
{
    private static readonly CancellationToken Never = CancellationToken.None;

    [Fact]
    public async Task A_throughput_over_a_million_becomes_a_baseline_with_its_history_and_is_compared_unclamped()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var first = await runs.EndAsync(SampleGrounds.Metrics(requests: 60_000_000, seconds: 30));
        var second = await runs.EndAsync(SampleGrounds.Metrics(requests: 150_000_000, seconds: 30));

        Assert.NotNull((await runs.Baselines.EstablishAsync(first, "somebody", Never)).Baseline);
        Assert.NotNull((await runs.Baselines.UpdateAsync(second, "somebody", onAPersonsWord: true, Never)).Baseline);

        Assert.Equal(["999999.99"], await runs.RowAsync("SELECT baseline_throughput_rps FROM performance_baselines"));
        var baseline = Assert.Single(await runs.Baselines.ListAsync(Never));
        Assert.Equal(5_000_000, baseline.ThroughputRps);
        var changes = (await runs.Changes.ReadAsync(baseline.Id, before: null, limit: 10, Never))!.Changes;
        Assert.Equal(5_000_000, changes[0].After.ThroughputRps);
        Assert.Equal(2_000_000, changes[0].Before!.ThroughputRps);
    }

    [Fact]
    public async Task A_response_time_of_hours_becomes_a_baseline_and_loses_nothing()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var run = await runs.EndAsync(SampleGrounds.Metrics(avg: 9_000_000));

        var baseline = (await runs.Baselines.EstablishAsync(run, "somebody", Never)).Baseline;

        Assert.Equal(9_000_000, baseline!.AvgResponseTimeMs);
        Assert.Equal(
            ["999999.99"],
            await runs.RowAsync("SELECT baseline_avg_response_time_ms FROM performance_baselines")
        );
    }

    [Fact]
    public async Task A_reason_with_the_character_0_is_stored_and_read_again()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var id = await runs.StartAsync();
        const string Sentence = "said \0 and \\u0000 and \\\\ and \\\0";
        var result = runs.Result(id, null, Verdict.Error) with
        {
            Verdict = new RunVerdict(Verdict.Error, [new Reason("runner-fault", Sentence)]),
        };

        await runs.Monitor.RecordTestResultsAsync(result, Never);

        var stored = (await runs.Store.FindAsync(id, Never))!;
        Assert.Equal(Sentence.Replace('\0', '\ufffd'), stored.Reasons.Single().Sentence);
    }

    [Fact]
    public async Task A_run_whose_request_can_no_longer_be_read_is_failed_and_frees_its_slot()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var damaged = await runs.StartAsync();
        var next = await runs.QueueAsync();
        await runs.RowAsync(
            $$"""UPDATE performance_test_runs SET request = '{"a":1}' WHERE id = '{{damaged}}' RETURNING id"""
        );

        await runs.Store.FailAsync(damaged, new Reason("surprise", "The request is damaged."), Never);

        Assert.Equal(
            ["failed", "error", "False"],
            await runs.RowAsync($"SELECT status, verdict, passed FROM performance_test_runs WHERE id = '{damaged}'")
        );
        Assert.Equal(Core.SlotAnswer.Granted, await runs.Queue.TakeSlotAsync(next, 1, Never));
    }
}
