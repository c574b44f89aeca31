using PerfGate.Adapters.Postgres;
using PerfGate.Adapters.Runs;

namespace PerfGate.Adapters.Http;

/// <summary>One feed for each run that somebody follows, however many follow it.</summary>
public sealed class RunFeeds(RunStore runs, RunWatch watch, ProgressReader progress, RunReading reading)
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
            if (!_feeds.TryGetValue(runId, out var feed))
            {
                _feeds.Add(runId, feed = new RunFeed(runId, runs, watch, progress, reading));
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
                _feeds.Remove(runId);
                feed.Abandoned.Cancel();
            }
        }
    }
}
