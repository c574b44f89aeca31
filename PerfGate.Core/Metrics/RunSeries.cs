namespace PerfGate.Core.Metrics;

/// <summary>
/// The series of a run: a point for each second of which anything was reported, or, where those are too many, for as many seconds as
/// bring them down to <see cref="MostPoints"/>. What was not reported takes no room, however long it was.
/// </summary>
internal static class RunSeries
{
    /// <summary>Most points of a series.</summary>
    public const int MostPoints = 10_000;

    public static List<SeriesPoint> From(SecondTotals seconds, int mostPoints = MostPoints)
    {
        var points = new List<SeriesPoint>();
        var width = Width(seconds, mostPoints);
        var scratch = (All: new DurationTotal(), One: new DurationTotal());
        foreach (var stretches in Chunks(seconds, width))
        {
            points.Add(
                seconds.Width == 1 && width == 1
                    ? OfOneSecond(stretches[0], scratch.One)
                    : OfSeveral(stretches, seconds, width, scratch)
            );
        }
        return points;
    }

    private static SeriesPoint OfOneSecond((long Second, int Vus, SecondTotal Total) only, DurationTotal durations)
    {
        durations.Clear();
        only.Total.AddAnsweredTo(durations);
        return new SeriesPoint(
            only.Second,
            only.Vus,
            only.Total.Requests,
            only.Total.Failed,
            only.Total.Dropped,
            durations.Percentile(50),
            durations.Percentile(95),
            durations.Percentile(99)
        );
    }

    private static SeriesPoint OfSeveral(
        List<(long Second, int Vus, SecondTotal Total)> stretches,
        SecondTotals seconds,
        int width,
        (DurationTotal All, DurationTotal One) scratch
    )
    {
        scratch.All.Clear();
        var first = Math.Max(seconds.First, Begin(stretches[0].Second, seconds, width));
        var length = (int)(Math.Min(Begin(first, seconds, width) + width, seconds.Last + 1) - first);
        var spread = new SeriesSpread();
        foreach (var (second, _, total) in stretches)
        {
            scratch.One.Clear();
            total.AddAnsweredTo(scratch.One);
            scratch.All.Add(scratch.One);
            // The first and the last stretch of a run may be shorter.
            var end = (second / seconds.Width * seconds.Width) + seconds.Width;
            spread.Add(total, scratch.One, Math.Min(end, seconds.Last + 1) - second);
        }
        if (stretches.Count * (long)seconds.Width < length)
        {
            spread.AddNothing();
        }
        return new SeriesPoint(
            first,
            stretches.Max(one => one.Vus),
            stretches.Sum(one => one.Total.Requests),
            stretches.Sum(one => one.Total.Failed),
            stretches.Sum(one => one.Total.Dropped),
            scratch.All.Percentile(50),
            scratch.All.Percentile(95),
            scratch.All.Percentile(99),
            length,
            spread.Lowest,
            spread.Highest
        );
    }

    private static long Begin(long second, SecondTotals seconds, int width)
    {
        var origin = Origin(seconds);
        return origin + ((second - origin) / width * width);
    }

    private static long Origin(SecondTotals seconds) => seconds.First / seconds.Width * seconds.Width;

    /// <summary>Seconds of a point: so many that there are no more points than may be.</summary>
    private static int Width(SecondTotals seconds, int mostPoints)
    {
        var width = seconds.Width * Math.Max(1, (seconds.Count + mostPoints - 1) / mostPoints);
        // Where samples lie far apart, neighbours are not in one point yet.
        while (seconds.Count > mostPoints && Chunks(seconds, width).Count() > mostPoints)
        {
            width += Math.Max(seconds.Width, width / 2 / seconds.Width * seconds.Width);
        }
        return width;
    }

    private static IEnumerable<List<(long Second, int Vus, SecondTotal Total)>> Chunks(SecondTotals seconds, int width)
    {
        var chunk = new List<(long Second, int Vus, SecondTotal Total)>();
        foreach (var stretch in seconds.InOrder())
        {
            if (chunk.Count > 0 && Begin(chunk[0].Second, seconds, width) != Begin(stretch.Second, seconds, width))
            {
                yield return chunk;
                chunk = [];
            }
            chunk.Add(stretch);
        }
        if (chunk.Count > 0)
        {
            yield return chunk;
        }
    }
}
