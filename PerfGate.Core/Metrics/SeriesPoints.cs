namespace PerfGate.Core.Metrics;

/// <summary>Shortens a series of which only the figures of its points are kept, no histograms.</summary>
public static class SeriesPoints
{
    /// <summary>
    /// The points, as <see cref="SeriesBuckets.Build"/> makes them, without gaps. Where one is made of several its median and
    /// percentiles are not known, and null: the worst second's 95th percentile is.
    /// </summary>
    /// <param name="series">In order of time.</param>
    /// <param name="mostPoints">At most this many, at least 1.</param>
    /// <param name="from">First second wanted; null for the first there is.</param>
    /// <param name="to">Second after the last one wanted; null for the last there is.</param>
    public static IReadOnlyList<SeriesBucket> Shorten(
        IReadOnlyList<SeriesPoint> series,
        int mostPoints,
        long? from = null,
        long? to = null
    )
    {
        var wanted = series
            .Where(point => point.Second >= (from ?? point.Second) && point.Second < (to ?? long.MaxValue))
            .ToList();
        if (wanted.Count == 0)
        {
            return [];
        }
        var begin = wanted[0].Second;
        var end = wanted[^1].Second + wanted[^1].Seconds;
        var least = wanted.Max(point => point.Seconds);
        var width = (end - begin + mostPoints - 1) / mostPoints;
        // Points are not taken apart.
        width = (width + least - 1) / least * least;
        var points = new List<SeriesBucket>();
        var next = 0;
        for (var second = begin; second < end; second += width)
        {
            var bucket = wanted.Skip(next).TakeWhile(point => point.Second < second + width).ToList();
            next += bucket.Count;
            points.Add(Point(second, (int)Math.Min(width, end - second), bucket, next > 0 ? wanted[next - 1].Vus : 0));
        }
        return points;
    }

    private static SeriesBucket Point(long second, int seconds, List<SeriesPoint> points, int vus)
    {
        var only = points is [var one] && one.Seconds == seconds ? one : null;
        return new SeriesBucket(
            second,
            seconds,
            points.Count > 0 ? points.Max(point => point.Vus) : vus,
            points.Sum(point => point.Requests),
            points.Sum(point => point.Failed),
            points.Sum(point => point.Dropped),
            points.Sum(point => point.Seconds) < seconds ? 0 : points.Min(point => (long)Lowest(point)),
            points.Count == 0 ? 0 : points.Max(point => (long)Highest(point)),
            null,
            only?.MedMs,
            only?.P95Ms,
            only?.P99Ms,
            null,
            points.Max(point => point.Highest is { } highest ? highest.P95Ms : point.P95Ms)
        );
    }

    private static double Lowest(SeriesPoint point) => point.Lowest?.Requests ?? point.Requests / (double)point.Seconds;

    private static double Highest(SeriesPoint point) =>
        point.Highest?.Requests ?? point.Requests / (double)point.Seconds;
}
