using System.Collections.Concurrent;
using PerfGate.Adapters.Files;
using PerfGate.Core.Runners;

namespace PerfGate.Adapters.Runs;

/// <summary>
/// Tells by the series alone whether a runner lives: it appends at least a sign of life every few seconds. The only way to know
/// of a runner that another server started.
/// </summary>
public sealed class RunnerPulse(IArtifactStore store, TimeProvider time)
{
    // A machine that slept was silent as a whole: between two looks no more than this is held against the runner.
    private static readonly TimeSpan MostBetweenLooks = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<(Guid Run, int Segment), Seen> _seen = new();

    /// <summary>How long a segment's series has not grown while this server looked, and whether there is one.</summary>
    public async Task<(TimeSpan Silence, bool HasBegun)> TakeAsync(
        Guid runId,
        int segment,
        CancellationToken cancellation
    )
    {
        long? length;
        await using (var series = await store.OpenReadAsync(runId, ArtifactNames.Series(segment), cancellation))
        {
            length = series?.Length;
        }
        var now = time.GetTimestamp();
        var seen = _seen.AddOrUpdate(
            (runId, segment),
            _ => new Seen(length, TimeSpan.Zero, now),
            (_, before) =>
                new Seen(length, before.Length == length ? before.Silence + Since(before.At) : TimeSpan.Zero, now)
        );
        return (seen.Silence, length is not null);
    }

    private TimeSpan Since(long look) =>
        time.GetElapsedTime(look) is var since && since < MostBetweenLooks ? since : MostBetweenLooks;

    /// <summary>A run has ended: forget it.</summary>
    public void Forget(Guid runId)
    {
        foreach (var key in _seen.Keys.Where(key => key.Run == runId))
        {
            _seen.TryRemove(key, out _);
        }
    }

    /// <summary>A segment is started anew: what was seen of its earlier runner is not held against it.</summary>
    public void Forget(Guid runId, int segment) => _seen.TryRemove((runId, segment), out _);

    private sealed record Seen(long? Length, TimeSpan Silence, long At);
}
