namespace PerfGate.Core.Metrics;

/// <summary>Gathers the lowest and the highest figures of the seconds of a point.</summary>
internal sealed class SeriesSpread
{
    /// <summary>The lowest of each figure; null before the first.</summary>
    public SecondFigures? Lowest { get; private set; }

    /// <summary>The highest of each figure; null before the first.</summary>
    public SecondFigures? Highest { get; private set; }

    /// <summary>Adds a stretch of so many seconds, as figures of a second.</summary>
    public void Add(SecondTotal total, DurationTotal durations, long seconds) =>
        Add(
            new SecondFigures(
                total.Requests / (double)seconds,
                total.Failed / (double)seconds,
                total.Dropped / (double)seconds,
                durations.Percentile(50),
                durations.Percentile(95),
                durations.Percentile(99)
            )
        );

    /// <summary>Adds a second of which nothing was reported.</summary>
    public void AddNothing() => Add(new SecondFigures(0, 0, 0, null, null, null));

    private void Add(SecondFigures figures)
    {
        Lowest = Lowest is { } low ? Each(low, figures, Math.Min) : figures;
        Highest = Highest is { } high ? Each(high, figures, Math.Max) : figures;
    }

    private static SecondFigures Each(SecondFigures a, SecondFigures b, Func<double, double, double> choose)
    {
        return new SecondFigures(
            choose(a.Requests, b.Requests),
            choose(a.Failed, b.Failed),
            choose(a.Dropped, b.Dropped),
            OfTwo(a.MedMs, b.MedMs),
            OfTwo(a.P95Ms, b.P95Ms),
            OfTwo(a.P99Ms, b.P99Ms)
        );

        // A second in which nothing was answered has no duration, not one of 0.
        double? OfTwo(double? one, double? other) => one is { } x && other is { } y ? choose(x, y) : one ?? other;
    }
}
