using PerfGate.Adapters.Postgres;
using PerfGate.Core.Baselines;
using PerfGate.Core.Requests;
using PerfGate.Core.Runs;
using PerfGate.Tests.Runs;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Postgres;

public sealed class RunStoreTests(PostgresFixture postgres)
{
    private static readonly CancellationToken Never = CancellationToken.None;

    [Fact]
    public async Task A_run_stored_twice_is_stored_once_and_keeps_its_place()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var first = await runs.QueueAsync();
        await runs.QueueAsync();
        var request = StoredRuns.Request();

        await runs.Store.InsertAsync(
            new NewRun(first, request, SampleGrounds.Start, "somebody else", LoadFingerprint.Of(request)),
            Never
        );

        Assert.Equal(1, (await runs.Store.FindAsync(first, Never))!.QueuePosition);
        Assert.Equal(2, (await runs.Queue.ListOrphansAsync(9, Never)).Count);
    }

    [Fact]
    public async Task The_place_in_the_line_counts_only_the_same_environment_and_moves_up()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var first = await runs.QueueAsync();
        await runs.QueueAsync(StoredRuns.Request(TargetEnvironment.Production));
        var second = await runs.QueueAsync();
        Assert.Equal(2, (await runs.Store.FindAsync(second, Never))!.QueuePosition);

        await runs.Queue.TakeSlotAsync(first, 1, Never);

        Assert.Null((await runs.Store.FindAsync(first, Never))!.QueuePosition);
        Assert.Equal(1, (await runs.Store.FindAsync(second, Never))!.QueuePosition);
    }

    [Fact]
    public async Task A_waiting_run_is_cancelled_at_once_and_says_that_it_made_no_load()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var id = await runs.QueueAsync();

        Assert.Equal(CancelAnswer.Cancelled, await runs.Store.RequestCancelAsync(id, Never));

        var row = (await runs.Store.FindAsync(id, Never))!;
        Assert.Equal((RunStatus.Cancelled, Verdict.Inconclusive), (row.Status, row.Verdict!.Value));
        Assert.Equal("cancelled", Assert.Single(row.Reasons).Code);
        Assert.NotNull(row.EndedAt);
        Assert.Equal(CancelAnswer.AlreadyEnded, await runs.Store.RequestCancelAsync(id, Never));
    }

    [Fact]
    public async Task A_running_run_is_asked_to_stop_and_the_first_to_ask_is_remembered()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var id = await runs.StartAsync();

        Assert.Equal(CancelAnswer.Requested, await runs.Store.RequestCancelAsync(id, Never));
        var first = (await runs.Store.FindAsync(id, Never))!;
        runs.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(CancelAnswer.Requested, await runs.Store.RequestCancelAsync(id, Never));

        var second = (await runs.Store.FindAsync(id, Never))!;
        Assert.Equal(RunStatus.Running, second.Status);
        Assert.NotNull(first.CancelRequestedAt);
        Assert.Equal(first.CancelRequestedAt, second.CancelRequestedAt);
    }

    [Fact]
    public async Task Cancelling_what_has_ended_or_never_was_changes_nothing()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var ended = await runs.EndAsync();

        Assert.Equal(CancelAnswer.AlreadyEnded, await runs.Store.RequestCancelAsync(ended, Never));
        Assert.Equal(CancelAnswer.Unknown, await runs.Store.RequestCancelAsync(Guid.NewGuid(), Never));

        var row = (await runs.Store.FindAsync(ended, Never))!;
        Assert.Equal((RunStatus.Completed, Verdict.Passed), (row.Status, row.Verdict!.Value));
        Assert.Null(row.CancelRequestedAt);
    }

    [Fact]
    public async Task Of_ten_that_start_the_load_of_a_run_only_one_does()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var id = await runs.StartAsync();

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 10).Select(_ => runs.Store.MarkRunnerStartedAsync(id, Never))
        );

        Assert.Single(answers, first => first);
    }

    [Fact]
    public async Task Load_never_starts_for_a_run_that_waits_or_was_cancelled()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var id = await runs.QueueAsync();
        Assert.False(await runs.Store.MarkRunnerStartedAsync(id, Never));

        await runs.Store.RequestCancelAsync(id, Never);

        Assert.False(await runs.Store.MarkRunnerStartedAsync(id, Never));
    }

    [Fact]
    public async Task A_stored_request_and_plan_come_back_as_they_were()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var request = Scripts.SampleRequests.Custom(TestType.Load);
        var id = await runs.StartAsync(request);
        await runs.Store.SavePlanAsync(id, SampleGrounds.Plan(), Never);

        var row = (await runs.Store.FindAsync(id, Never))!;

        Assert.Equal(LoadFingerprint.Of(request), LoadFingerprint.Of(row.Request));
        Assert.Equivalent(SampleGrounds.Plan(), row.Plan);
    }
}
