namespace PerfGate.Core.Metrics;

/// <summary>Shortens a series of which only the figures of each second are kept, no histograms.</summary>
public static class SeriesPoints
{
    /// <summary>
    /// The points, as <see cref="SeriesBuckets.Build"/> makes them. Where one stands for several seconds its median and
    /// percentiles are not known, and null: the worst second's 95th percentile is.
    /// </summary>
    /// <param name="series">One point a second, in order of time and without gaps.</param>
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
            .ToArray();
        var width = Math.Max(1, (wanted.Length + mostPoints - 1) / mostPoints);
        return [.. wanted.Chunk(width).Select(Point)];
    }

    private static SeriesBucket Point(SeriesPoint[] seconds) =>
        new(
            seconds[0].Second,
            seconds.Length,
            seconds.Max(second => second.Vus),
            seconds.Sum(second => second.Requests),
            seconds.Sum(second => second.Failed),
            seconds.Sum(second => second.Dropped),
            seconds.Min(second => second.Requests),
            seconds.Max(second => second.Requests),
            null,
            seconds is [var one] ? one.MedMs : null,
            seconds is [var same] ? same.P95Ms : null,
            seconds is [var last] ? last.P99Ms : null,
            null,
            seconds.Max(second => second.P95Ms)
        );
}
