using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using PerfGate.Adapters.Files;
using PerfGate.Adapters.Http;
using PerfGate.Adapters.Postgres;
using PerfGate.Adapters.Runs;
using PerfGate.Tests.Postgres;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Http;

public sealed class RunFeedsTests(PostgresFixture postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false, 10)]
    [InlineData(true, 600)]
    public async Task Whoever_follows_a_run_that_cannot_be_read_is_let_go_after_a_while_and_the_log_says_so(
        bool isAway,
        int patienceSeconds
    )
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var id = await runs.StartAsync();
        var (looked, log) = (0, new Levels());
        var looks = new RunLooks(
            (run, cancellation) =>
                looked++ == 0 ? runs.Store.FindAsync(run, cancellation)
                : isAway ? throw new IOException("away")
                : throw new FormatException("damaged")
        );
        await using var watch = new RunWatch(runs.Database, runs.Time, NullLogger<RunWatch>.Instance);
        var feeds = Feeds(runs, looks, watch, log);
        var context = new DefaultHttpContext();
        using var body = new MemoryStream();
        context.Response.Body = body;
        var stream = await RunEventsEndpoint.FollowAsync(context.Request, id, looks, feeds, Cancellation);

        var following = stream.ExecuteAsync(context);
        var waited = 0;
        while (!following.IsCompleted)
        {
            await Task.Delay(10, Cancellation);
            runs.Time.Advance(TimeSpan.FromSeconds(patienceSeconds / 10));
            waited += patienceSeconds / 10;
        }
        await following;

        Assert.InRange(waited, patienceSeconds, int.MaxValue);
        Assert.Equal([LogLevel.Warning, LogLevel.Error], log.Logged);
    }

    private static RunFeeds Feeds(StoredRuns runs, RunLooks looks, RunWatch watch, ILogger<RunFeeds> log)
    {
        var store = new FolderArtifactStore(Path.GetTempPath());
        var progress = new ProgressReader(store, runs.Store);
        var reading = new RunReading(
            looks,
            watch,
            new RunArtifacts(store),
            progress,
            new RunAnswers(),
            NullLogger<RunReading>.Instance
        );
        return new RunFeeds(looks, watch, progress, reading, log);
    }

    private sealed class Levels : ILogger<RunFeeds>
    {
        public List<LogLevel> Logged { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => Logged.Add(logLevel);
    }
}
