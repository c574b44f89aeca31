using Microsoft.Extensions.Logging;
using PerfGate.Adapters.Postgres;
using PerfGate.Adapters.Runs;

namespace PerfGate.Adapters.Http;

/// <summary>One feed for each run that somebody follows, however many follow it.</summary>
public sealed class RunFeeds(
    RunLooks runs,
    RunWatch watch,
    ProgressReader progress,
    RunReading reading,
    ILogger<RunFeeds> log
)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, RunFeed> _feeds = [];

    internal TimeProvider Time => watch.Time;

    internal CancellationToken HostStopping => watch.HostStopping;

    /// <summary>Begins to follow a run; <see cref="Leave"/> it at the end.</summary>
    internal RunFeed Follow(Guid runId)
    {
        lock (_lock)
        {
            if (!_feeds.TryGetValue(runId, out var feed) || feed.IsGivenUp)
            {
                _feeds[runId] = feed = new RunFeed(runId, runs, watch, progress, reading, log);
                _ = Task.Run(() => feed.ReadAsync(feed.Abandoned.Token));
            }
            feed.Readers++;
            return feed;
        }
    }

    internal void Leave(Guid runId, RunFeed feed)
    {
        lock (_lock)
        {
            if (--feed.Readers == 0)
            {
                if (_feeds.GetValueOrDefault(runId) == feed)
                {
                    _feeds.Remove(runId);
                }
                feed.Abandoned.Cancel();
            }
        }
    }
}
