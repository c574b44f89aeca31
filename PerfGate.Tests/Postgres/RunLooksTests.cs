using PerfGate.Adapters.Postgres;
using PerfGate.Core.Runs;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Postgres;

public sealed class RunLooksTests(PostgresFixture postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Hundreds_who_ask_for_one_run_at_once_take_one_connection_and_few_looks()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var id = await runs.EndAsync();
        var (now, most, all) = (0, 0, 0);
        var looks = new RunLooks(
            async (run, cancellation) =>
            {
                all++;
                most = Math.Max(most, ++now);
                var row = await runs.Store.FindAsync(run, cancellation);
                now--;
                return row;
            }
        );

        var rows = await Task.WhenAll(
            Enumerable.Range(0, 500).Select(_ => Task.Run(() => looks.FindAsync(id, Cancellation)))
        );

        Assert.All(rows, row => Assert.Equal((id, RunStatus.Completed), (row!.Id, row.Status)));
        Assert.Equal(1, most);
        Assert.InRange(all, 1, 250);
    }

    [Fact]
    public async Task Whoever_asks_while_a_look_is_under_way_is_told_what_a_later_one_saw()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var id = await runs.StartAsync();
        var (seen, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        var looks = new RunLooks(
            async (run, cancellation) =>
            {
                var row = await runs.Store.FindAsync(run, cancellation);
                seen.TrySetResult();
                await goOn.Task;
                return row;
            }
        );
        var first = looks.FindAsync(id, Cancellation);
        await seen.Task;
        await runs.Monitor.RecordTestResultsAsync(runs.Result(id, null), Cancellation);
        var second = looks.FindAsync(id, Cancellation);
        goOn.SetResult();

        Assert.Equal(RunStatus.Running, (await first)!.Status);
        Assert.True(RunStates.IsEnd((await second)!.Status));
    }

    [Fact]
    public async Task A_look_that_fails_fails_for_all_who_share_it_and_for_nobody_after()
    {
        var tries = 0;
        var looks = new RunLooks(
            async (_, _) =>
            {
                await Task.Yield();
                return tries++ == 0 ? throw new TimeoutException("away") : null;
            }
        );

        await Assert.ThrowsAsync<TimeoutException>(() => looks.FindAsync(Guid.Empty, Cancellation));

        Assert.Null(await looks.FindAsync(Guid.Empty, Cancellation));
    }

    [Fact]
    public async Task Whoever_goes_away_takes_nobody_elses_answer_along()
    {
        var answer = new TaskCompletionSource<RunRow?>();
        var looks = new RunLooks((_, _) => answer.Task);
        using var gone = new CancellationTokenSource();
        var left = looks.FindAsync(Guid.Empty, gone.Token);
        var stays = looks.FindAsync(Guid.Empty, Cancellation);

        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        answer.SetResult(null);
        Assert.Null(await stays);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => looks.FindAsync(Guid.Empty, gone.Token));
    }
}
