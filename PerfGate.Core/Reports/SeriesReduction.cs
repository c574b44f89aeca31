namespace PerfGate.Core.Reports;

/// <summary>A point of a chart line.</summary>
/// <param name="X">Seconds since the first point of the run.</param>
/// <param name="Y">The value; null breaks the line.</param>
internal readonly record struct ChartPoint(double X, double? Y);

/// <summary>Makes long lines short enough to draw without losing what matters in them.</summary>
internal static class SeriesReduction
{
    /// <summary>Points a line may have in a report.</summary>
    public const int MostPoints = 600;

    /// <summary>
    /// Keeps the lowest and the highest point of each of equally many points: a peak of one second is still seen, and at its
    /// own place, in a run of a day. Averages would hide it. A bucket
    /// of equal values gives the same point twice: points come in pairs. Breaks survive only where a whole bucket is empty.
    /// </summary>
    public static IReadOnlyList<ChartPoint> Reduce(IReadOnlyList<ChartPoint> points, int mostPoints = MostPoints)
    {
        if (points.Count <= mostPoints)
        {
            return points;
        }
        var buckets = Math.Max(1, mostPoints / 2);
        var reduced = new List<ChartPoint>(mostPoints);
        for (var bucket = 0; bucket < buckets; bucket++)
        {
            var from = (int)((long)points.Count * bucket / buckets);
            var to = (int)((long)points.Count * (bucket + 1) / buckets);
            AddExtremes(points, from, to, reduced);
        }
        return reduced;
    }

    private static void AddExtremes(IReadOnlyList<ChartPoint> points, int from, int to, List<ChartPoint> reduced)
    {
        int? lowest = null;
        int? highest = null;
        for (var i = from; i < to; i++)
        {
            if (points[i].Y is not { } y)
            {
                continue;
            }
            lowest = lowest is null || y < points[lowest.Value].Y ? i : lowest;
            highest = highest is null || y > points[highest.Value].Y ? i : highest;
        }
        if (lowest is null || highest is null)
        {
            reduced.Add(new ChartPoint(points[from].X, null));
            reduced.Add(new ChartPoint(points[from].X, null));
            return;
        }
        reduced.Add(points[Math.Min(lowest.Value, highest.Value)]);
        reduced.Add(points[Math.Max(lowest.Value, highest.Value)]);
    }
}
