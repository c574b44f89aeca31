using PerfGate.Core.K6Output;

namespace PerfGate.Core.Metrics;

/// <summary>Some seconds of a run as one point.</summary>
/// <param name="Second">Its first second: Unix time, seconds.</param>
/// <param name="Seconds">How many it stands for.</param>
/// <param name="Vus">Most VUs active in one of them.</param>
/// <param name="Requests">Requests that ended in them.</param>
/// <param name="Failed">Failed ones.</param>
/// <param name="Dropped">Iterations dropped.</param>
/// <param name="MinRequestsPerSecond">Requests of the second with the fewest.</param>
/// <param name="MaxRequestsPerSecond">Requests of the second with the most.</param>
/// <param name="MinMs">Shortest answered request; null where none.</param>
/// <param name="MedMs">Median over all answered requests of the seconds; null where none.</param>
/// <param name="P95Ms">95th percentile over all of them; null where none.</param>
/// <param name="P99Ms">99th percentile over all of them; null where none.</param>
/// <param name="MaxMs">Longest answered request; null where none.</param>
/// <param name="MaxP95Ms">Highest 95th percentile of one of the seconds; null where none.</param>
public sealed record SeriesBucket(
    long Second,
    int Seconds,
    int Vus,
    long Requests,
    long Failed,
    long Dropped,
    long MinRequestsPerSecond,
    long MaxRequestsPerSecond,
    double? MinMs,
    double? MedMs,
    double? P95Ms,
    double? P99Ms,
    double? MaxMs,
    double? MaxP95Ms
);

/// <summary>
/// Shortens the series of a run without hiding its peaks. Counts of the seconds are added, and percentiles come from the
/// seconds' histograms, added (within 0.1 % of those over all requests); they are never averaged.
/// </summary>
public sealed class SeriesBuckets
{
    private readonly SortedDictionary<long, SecondTotal> _seconds = [];

    /// <summary>Adds a record of a segment.</summary>
    public void Add(int segment, SecondRecord record)
    {
        if (!_seconds.TryGetValue(record.Second, out var second))
        {
            _seconds.Add(record.Second, second = new SecondTotal());
        }
        second.Add(segment, record);
    }

    /// <summary>The points, in order of time and without gaps.</summary>
    /// <param name="mostPoints">At most this many, at least 1; each stands for the same number of seconds, but the last.</param>
    /// <param name="from">First second wanted; null for the first there is.</param>
    /// <param name="to">Second after the last one wanted; null for the last there is.</param>
    /// <exception cref="FormatException">A histogram is damaged.</exception>
    public IReadOnlyList<SeriesBucket> Build(int mostPoints, long? from = null, long? to = null)
    {
        if (_seconds.Count == 0)
        {
            return [];
        }
        var (first, last) = (_seconds.Keys.First(), _seconds.Keys.Last());
        var begin = Math.Max(first, from ?? first);
        var end = Math.Min(last + 1, to ?? (last + 1));
        if (begin >= end)
        {
            return [];
        }
        // VUs are carried over seconds that say nothing of them, so they are counted from the very first.
        var vus = RunSeries.Vus(_seconds).Skip((int)(begin - first)).Take((int)(end - begin)).ToArray();
        var width = (int)((end - begin + mostPoints - 1) / mostPoints);
        var points = new List<SeriesBucket>();
        var scratch = (Bucket: new DurationTotal(), Second: new DurationTotal());
        for (var second = begin; second < end; second += width)
        {
            var seconds = (int)Math.Min(width, end - second);
            points.Add(Point(second, seconds, vus.AsSpan((int)(second - begin), seconds), scratch));
        }
        return points;
    }

    private SeriesBucket Point(
        long first,
        int seconds,
        ReadOnlySpan<int> vus,
        (DurationTotal Bucket, DurationTotal Second) scratch
    )
    {
        scratch.Bucket.Clear();
        var (requests, failed, dropped, fewest, most) = (0L, 0L, 0L, long.MaxValue, 0L);
        var mostVus = 0;
        double? worst = null;
        for (var i = 0; i < seconds; i++)
        {
            mostVus = Math.Max(mostVus, vus[i]);
            if (!_seconds.TryGetValue(first + i, out var second))
            {
                fewest = 0;
                continue;
            }
            requests += second.Requests;
            failed += second.Failed;
            dropped += second.Dropped;
            fewest = Math.Min(fewest, second.Requests);
            most = Math.Max(most, second.Requests);
            scratch.Second.Clear();
            second.AddAnsweredTo(scratch.Second);
            if (scratch.Second.Percentile(95) is { } p95)
            {
                worst = Math.Max(worst ?? 0, p95);
                scratch.Bucket.Add(scratch.Second);
            }
        }
        var stats = scratch.Bucket.Stats();
        return new SeriesBucket(
            first,
            seconds,
            mostVus,
            requests,
            failed,
            dropped,
            fewest,
            most,
            stats?.Min,
            stats?.Med,
            stats?.P95,
            stats?.P99,
            stats?.Max,
            worst
        );
    }
}
