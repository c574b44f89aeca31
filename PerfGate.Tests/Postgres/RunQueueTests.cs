using Npgsql;
using PerfGate.Adapters.Postgres;
using PerfGate.Core;
using PerfGate.Core.Requests;
using PerfGate.Core.Runs;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Postgres;

public sealed class RunQueueTests(PostgresFixture postgres)
{
    private static readonly CancellationToken Never = CancellationToken.None;

    [Fact]
    public async Task Twenty_runs_that_ask_at_once_run_one_by_one_in_order_of_arrival()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var ids = new List<Guid>();
        for (var i = 0; i < 20; i++)
        {
            ids.Add(await runs.QueueAsync());
        }

        var granted = new List<Guid>();
        while (granted.Count < ids.Count)
        {
            var waiting = ids.Except(granted).ToArray();
            var answers = await Task.WhenAll(waiting.Select(id => runs.Queue.TakeSlotAsync(id, 1, Never)));
            var winner = Assert.Single(waiting.Zip(answers), pair => pair.Second == SlotAnswer.Granted).First;
            Assert.All(answers, answer => Assert.NotEqual(SlotAnswer.Withdrawn, answer));
            granted.Add(winner);
            await runs.Monitor.RecordTestResultsAsync(runs.Result(winner, null, Verdict.Error), Never);
        }

        Assert.Equal(ids, granted);
    }

    [Fact]
    public async Task With_two_slots_the_first_two_run()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        Guid[] ids = [await runs.QueueAsync(), await runs.QueueAsync(), await runs.QueueAsync()];

        Assert.Equal(SlotAnswer.Waiting, await runs.Queue.TakeSlotAsync(ids[2], 2, Never));
        Assert.Equal(SlotAnswer.Granted, await runs.Queue.TakeSlotAsync(ids[1], 2, Never));
        Assert.Equal(SlotAnswer.Granted, await runs.Queue.TakeSlotAsync(ids[0], 2, Never));
        Assert.Equal(SlotAnswer.Waiting, await runs.Queue.TakeSlotAsync(ids[2], 2, Never));
    }

    [Fact]
    public async Task Environments_do_not_wait_for_each_other()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var staging = await runs.QueueAsync();
        var production = await runs.QueueAsync(StoredRuns.Request(TargetEnvironment.Production));

        Assert.Equal(SlotAnswer.Granted, await runs.Queue.TakeSlotAsync(staging, 1, Never));
        Assert.Equal(SlotAnswer.Granted, await runs.Queue.TakeSlotAsync(production, 1, Never));
    }

    [Fact]
    public async Task Environments_may_have_different_numbers_of_slots()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var production = StoredRuns.Request(TargetEnvironment.Production);
        Guid[] ids =
        [
            await runs.QueueAsync(),
            await runs.QueueAsync(),
            await runs.QueueAsync(production),
            await runs.QueueAsync(production),
        ];

        var answers = new List<SlotAnswer>();
        foreach (var id in ids)
        {
            answers.Add(await runs.Queue.TakeSlotAsync(id, on => on == TargetEnvironment.Staging ? 2 : 1, Never));
        }

        Assert.Equal([SlotAnswer.Granted, SlotAnswer.Granted, SlotAnswer.Granted, SlotAnswer.Waiting], answers);
    }

    [Fact]
    public async Task A_run_that_holds_its_slot_is_granted_it_again()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var id = await runs.StartAsync();
        var started = (await runs.Store.FindAsync(id, Never))!.StartedAt;
        runs.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(SlotAnswer.Granted, await runs.Queue.TakeSlotAsync(id, 1, Never));
        Assert.Equal(started, (await runs.Store.FindAsync(id, Never))!.StartedAt);
    }

    [Fact]
    public async Task A_run_that_was_cancelled_has_ended_or_never_was_is_withdrawn()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var cancelled = await runs.QueueAsync();
        await runs.Store.RequestCancelAsync(cancelled, Never);
        var ended = await runs.EndAsync();

        Assert.Equal(SlotAnswer.Withdrawn, await runs.Queue.TakeSlotAsync(cancelled, 1, Never));
        Assert.Equal(SlotAnswer.Withdrawn, await runs.Queue.TakeSlotAsync(ended, 1, Never));
        Assert.Equal(SlotAnswer.Withdrawn, await runs.Queue.TakeSlotAsync(Guid.NewGuid(), 1, Never));
    }

    [Fact]
    public async Task A_cancelled_run_holds_up_nobody_behind_it()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var first = await runs.QueueAsync();
        var second = await runs.QueueAsync();
        await runs.Store.RequestCancelAsync(first, Never);

        Assert.Equal(SlotAnswer.Granted, await runs.Queue.TakeSlotAsync(second, 1, Never));
    }

    [Fact]
    public async Task A_row_written_by_somebody_else_does_not_stand_in_the_line()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        await runs.RowAsync(
            "INSERT INTO performance_test_runs (test_type, environment, passed) VALUES ('load', 'staging', TRUE) RETURNING id"
        );
        var id = await runs.QueueAsync();

        Assert.Equal(1, (await runs.Store.FindAsync(id, Never))!.QueuePosition);
        Assert.Equal(SlotAnswer.Granted, await runs.Queue.TakeSlotAsync(id, 1, Never));
    }

    [Fact]
    public async Task One_run_asked_for_from_many_servers_at_once_takes_one_slot()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var id = await runs.QueueAsync();

        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => runs.Queue.TakeSlotAsync(id, 1, Never)));

        Assert.Equal(SlotAnswer.Granted, await runs.Queue.TakeSlotAsync(id, 1, Never));
        Assert.Equal(["running"], await runs.RowAsync("SELECT status FROM performance_test_runs"));
    }

    [Fact]
    public async Task Only_running_runs_and_the_front_of_each_line_are_worth_a_worker()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var running = await runs.StartAsync();
        await runs.EndAsync();
        Guid[] line = [await runs.QueueAsync(), await runs.QueueAsync(), await runs.QueueAsync()];
        var elsewhere = await runs.QueueAsync(StoredRuns.Request(TargetEnvironment.Production));

        Assert.Equal([running, line[0], line[1], elsewhere], await runs.Queue.ListOrphansAsync(2, Never));
        Assert.True(await runs.Queue.IsDueAsync(running, 2, Never));
        Assert.True(await runs.Queue.IsDueAsync(line[1], 2, Never));
        Assert.False(await runs.Queue.IsDueAsync(line[2], 2, Never));
        Assert.False(await runs.Queue.IsDueAsync(Guid.NewGuid(), 2, Never));
    }

    [Fact]
    public async Task A_run_that_a_worker_holds_is_no_orphan_until_the_workers_connection_is_gone()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var run = await runs.StartAsync();
        await using (var worker = await runs.Database.OpenConnectionAsync(Never))
        {
            await using var hold = new NpgsqlCommand("SELECT pg_advisory_lock($1)", worker);
            hold.Parameters.AddWithValue(RunQueue.HoldKey(run));
            await hold.ExecuteNonQueryAsync(Never);

            Assert.Empty(await runs.Queue.ListOrphansAsync(2, Never));
        }

        Assert.Equal([run], await runs.Queue.ListOrphansAsync(2, Never));
    }
}
