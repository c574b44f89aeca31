namespace PerfGate.Core.Metrics;

/// <summary>The series of a run: a point for every second from the first to the last, those without a sample included.</summary>
internal static class RunSeries
{
    public static List<SeriesPoint> From(SortedDictionary<long, SecondTotal> seconds)
    {
        var points = new List<SeriesPoint>();
        var durations = new DurationTotal();
        using var vus = Vus(seconds).GetEnumerator();
        foreach (var (second, total) in WithoutGaps(seconds))
        {
            vus.MoveNext();
            durations.Clear();
            total?.AddAnsweredTo(durations);
            points.Add(
                new SeriesPoint(
                    second,
                    vus.Current,
                    total?.Requests ?? 0,
                    total?.Failed ?? 0,
                    total?.Dropped ?? 0,
                    durations.Percentile(50),
                    durations.Percentile(95),
                    durations.Percentile(99)
                )
            );
        }
        return points;
    }

    /// <summary>VUs of every second, gaps included: a segment that said nothing has as many as it had before.</summary>
    public static IEnumerable<int> Vus(SortedDictionary<long, SecondTotal> seconds)
    {
        var bySegment = new Dictionary<int, int>();
        foreach (var (_, total) in WithoutGaps(seconds))
        {
            foreach (var (segment, vus) in total?.VusBySegment ?? new Dictionary<int, int>())
            {
                bySegment[segment] = vus;
            }
            yield return bySegment.Values.Sum();
        }
    }

    private static IEnumerable<(long Second, SecondTotal? Total)> WithoutGaps(
        SortedDictionary<long, SecondTotal> seconds
    )
    {
        long? next = null;
        foreach (var (second, total) in seconds)
        {
            for (var missing = next ?? second; missing < second; missing++)
            {
                yield return (missing, null);
            }
            yield return (second, total);
            next = second + 1;
        }
    }
}
