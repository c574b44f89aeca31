using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using PerfGate.Adapters.Postgres;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Postgres;

public sealed class RunWatchTests(PostgresFixture postgres)
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_hundred_who_wait_share_one_connection()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var runs = StoredRuns.On(NpgsqlDataSource.Create(database));
        await using var single = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(database) { MaxPoolSize = 1, Timeout = 5 }
        );
        await using var watch = Watch(single);
        var ids = new List<Guid>();
        for (var i = 0; i < 200; i++)
        {
            ids.Add(await runs.QueueAsync());
        }
        var watchings = ids.Select(watch.Watch).ToList();

        await runs.RowAsync("WITH moved AS (UPDATE performance_test_runs SET status = 'cancelled') SELECT 1");

        await Task.WhenAll(watchings.Select(watching => watching.Ended)).WaitAsync(Long, Cancellation);
        watchings.ForEach(watching => watching.Dispose());
    }

    [Fact]
    public async Task An_end_that_nobody_could_hear_is_found_after_the_next_connect()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var id = await runs.StartAsync();
        var other = await runs.QueueAsync();
        await using var watch = Watch(runs.Database);
        using var first = watch.Watch(other);
        await runs.Store.RequestCancelAsync(other, Cancellation);
        await first.Ended.WaitAsync(Long, Cancellation);
        using var watching = watch.Watch(id);

        // In one statement, so that the listener is gone before it can be told.
        await runs.RowAsync(
            """
            WITH killed AS (
              SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
              WHERE datname = current_database() AND pid <> pg_backend_pid()),
            ended AS (UPDATE performance_test_runs SET status = 'completed' WHERE status = 'running')
            SELECT count FROM killed
            """
        );

        await watching.Ended.WaitAsync(Long, Cancellation);
    }

    [Fact]
    public async Task A_run_that_ended_before_anybody_listened_counts_as_ended()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var id = await runs.EndAsync();
        await using var watch = Watch(runs.Database);

        using var watching = watch.Watch(id);

        await watching.Ended.WaitAsync(Long, Cancellation);
    }

    [Fact]
    public async Task A_move_of_one_run_wakes_those_who_stand_behind_it()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var ahead = await runs.QueueAsync();
        var behind = await runs.QueueAsync();
        await using var watch = Watch(runs.Database);
        using var watching = watch.Watch(behind);
        // The look that follows the connect moves everybody once.
        await watching.Moved.WaitAsync(Long, Cancellation);
        var moved = watching.Moved;

        await runs.Store.RequestCancelAsync(ahead, Cancellation);

        await moved.WaitAsync(TimeSpan.FromSeconds(8), Cancellation);
        Assert.False(watching.Ended.IsCompleted);
    }

    [Fact]
    public async Task What_others_say_on_the_channel_is_ignored()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var id = await runs.StartAsync();
        await using var watch = Watch(runs.Database);
        using var watching = watch.Watch(id);
        await watching.Moved.WaitAsync(Long, Cancellation);

        await runs.RowAsync($"SELECT pg_notify('perfgate_runs', 'nonsense'), pg_notify('perfgate_runs', '{id} gone')");
        await runs.Monitor.RecordTestResultsAsync(runs.Result(id, null), Cancellation);

        await watching.Ended.WaitAsync(Long, Cancellation);
    }

    [Fact]
    public async Task A_wait_ends_with_the_one_who_waits()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var id = await runs.StartAsync();
        await using var watch = Watch(runs.Database);
        using var watching = watch.Watch(id);
        using var gone = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watching.WaitForEndAsync(Long, gone.Token));
        await watching.WaitForEndAsync(TimeSpan.FromMilliseconds(50), Cancellation);

        Assert.False(watching.Ended.IsCompleted);
    }

    private static RunWatch Watch(NpgsqlDataSource database) =>
        new(database, TimeProvider.System, NullLogger<RunWatch>.Instance);
}
