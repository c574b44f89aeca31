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
    private readonly SecondTotals _seconds;
    private readonly SecondSpan _span = new();

    /// <summary>Of nothing yet.</summary>
    public SeriesBuckets()
        : this(new SecondTotals()) { }

    internal SeriesBuckets(SecondTotals seconds) => _seconds = seconds;

    /// <summary>Adds a record of a segment.</summary>
    /// <exception cref="FormatException">A histogram is damaged, or it lies more than 31 days from another.</exception>
    public void Add(int segment, SecondRecord record)
    {
        _span.Add(record.Second);
        _seconds.Add(segment, record);
    }

    /// <summary>The points, in order of time and without gaps.</summary>
    /// <param name="mostPoints">At most this many, at least 1; each stands for the same number of seconds, but the last.</param>
    /// <param name="from">First second wanted; null for the first there is.</param>
    /// <param name="to">Second after the last one wanted; null for the last there is.</param>
    public IReadOnlyList<SeriesBucket> Build(int mostPoints, long? from = null, long? to = null)
    {
        if (_seconds.Count == 0)
        {
            return [];
        }
        var begin = Math.Max(_seconds.First, from ?? _seconds.First);
        var end = Math.Min(_seconds.Last + 1, to ?? (_seconds.Last + 1));
        if (begin >= end)
        {
            return [];
        }
        var width = Math.Max(_seconds.Width, (end - begin + mostPoints - 1) / mostPoints);
        var points = new List<SeriesBucket>();
        var scratch = (Bucket: new DurationTotal(), Second: new DurationTotal());
        var vus = 0;
        using var stretches = _seconds.InOrder().GetEnumerator();
        var more = stretches.MoveNext();
        // VUs are carried over seconds that say nothing of them, so they are looked at from the very first.
        for (; more && stretches.Current.Second < begin; more = stretches.MoveNext())
        {
            vus = stretches.Current.Vus;
        }
        for (var second = begin; second < end; second += width)
        {
            var bucket = new List<(long Second, int Vus, SecondTotal Total)>();
            for (; more && stretches.Current.Second < Math.Min(second + width, end); more = stretches.MoveNext())
            {
                bucket.Add(stretches.Current);
            }
            points.Add(Point(second, (int)Math.Min(width, end - second), vus, bucket, scratch));
            vus = bucket.Count > 0 ? bucket[^1].Vus : vus;
        }
        return points;
    }

    private SeriesBucket Point(
        long first,
        int seconds,
        int vusBefore,
        List<(long Second, int Vus, SecondTotal Total)> stretches,
        (DurationTotal Bucket, DurationTotal Second) scratch
    )
    {
        scratch.Bucket.Clear();
        var isWhole = stretches.Count * (long)_seconds.Width >= seconds;
        var (fewest, most) = (isWhole ? long.MaxValue : 0L, 0L);
        // As many as before, until something else is said.
        var mostVus = stretches is [var earliest, ..] && earliest.Second == first ? 0 : vusBefore;
        double? worst = null;
        foreach (var (_, vus, total) in stretches)
        {
            mostVus = Math.Max(mostVus, vus);
            fewest = Math.Min(fewest, total.Requests / _seconds.Width);
            most = Math.Max(most, total.Requests / _seconds.Width);
            scratch.Second.Clear();
            total.AddAnsweredTo(scratch.Second);
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
            stretches.Sum(stretch => stretch.Total.Requests),
            stretches.Sum(stretch => stretch.Total.Failed),
            stretches.Sum(stretch => stretch.Total.Dropped),
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
