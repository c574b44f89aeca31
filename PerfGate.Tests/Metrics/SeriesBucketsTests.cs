using PerfGate.Core.Metrics;
using static PerfGate.Tests.K6Output.Captures;

namespace PerfGate.Tests.Metrics;

public class SeriesBucketsTests
{
    [Fact]
    public void Without_a_record_there_is_no_point() => Assert.Empty(new SeriesBuckets().Build(10));

    [Fact]
    public void Where_there_is_room_each_second_keeps_its_own_point_gaps_included()
    {
        var series = new SeriesBuckets();
        Add(series, 100, [10, 20], vus: 3);
        Add(series, 102, [30]);

        var points = series.Build(10);

        Assert.Equal([100L, 101, 102], points.Select(point => point.Second));
        Assert.All(points, point => Assert.Equal(1, point.Seconds));
        Assert.Equal([2L, 0, 1], points.Select(point => point.Requests));
        Assert.Equal([3, 3, 3], points.Select(point => point.Vus));
        Assert.Null(points[1].P95Ms);
        Assert.InRange(points[2].MaxMs!.Value, 29.97, 30.03);
    }

    [Fact]
    public void Counts_are_added_and_peaks_stay()
    {
        var series = new SeriesBuckets();
        for (var second = 0; second < 100; second++)
        {
            Add(
                series,
                1000 + second,
                second == 57 ? [.. Enumerable.Repeat(900.0, 30)] : [10, 10],
                vus: 1 + (second % 7)
            );
        }

        var points = series.Build(10);

        Assert.Equal(10, points.Count);
        Assert.Equal(228, points.Sum(point => point.Requests));
        Assert.All(points, point => Assert.Equal((10, 7), (point.Seconds, point.Vus)));
        var peak = points[5];
        Assert.Equal((48L, 2L, 30L), (peak.Requests, peak.MinRequestsPerSecond, peak.MaxRequestsPerSecond));
        Assert.InRange(peak.MaxP95Ms!.Value, 899, 901);
        Assert.InRange(peak.MinMs!.Value, 9.9, 10.1);
    }

    [Fact]
    public void Percentiles_are_those_of_all_requests_and_not_the_mean_of_the_seconds()
    {
        var series = new SeriesBuckets();
        // Nine quiet seconds of one slow request each, and a busy one of a thousand fast ones.
        for (var second = 0; second < 9; second++)
        {
            Add(series, 100 + second, [1000]);
        }
        Add(series, 109, [.. Enumerable.Repeat(10.0, 1000)]);

        var point = Assert.Single(series.Build(1));

        Assert.InRange(point.P95Ms!.Value, 9.99, 10.01);
        Assert.InRange(point.P99Ms!.Value, 9.99, 10.01);
        Assert.InRange(point.MaxMs!.Value, 999, 1001);
    }

    [Fact]
    public void Only_the_seconds_asked_for_are_shown_and_vus_are_known_from_before()
    {
        var series = new SeriesBuckets();
        Add(series, 10, [1], vus: 4);
        for (var second = 11; second < 20; second++)
        {
            Add(series, second, [1]);
        }

        var points = series.Build(3, from: 12, to: 18);

        Assert.Equal([12L, 14, 16], points.Select(point => point.Second));
        Assert.All(points, point => Assert.Equal((2, 4), (point.Seconds, point.Vus)));
        Assert.Empty(series.Build(10, from: 20));
        Assert.Empty(series.Build(10, to: 10));
    }

    [Fact]
    public void The_last_point_may_stand_for_fewer_seconds()
    {
        var series = new SeriesBuckets();
        for (var second = 100; second < 125; second++)
        {
            Add(series, second, [1]);
        }

        Assert.Equal([3, 3, 3, 3, 3, 3, 3, 3, 1], series.Build(10).Select(point => point.Seconds));
    }

    [Fact]
    public void Without_histograms_counts_and_peaks_are_kept_and_no_percentile_is_invented()
    {
        var series = Enumerable
            .Range(0, 20)
            .Select(i => new SeriesPoint(100 + i, i, 10, 1, 0, 5, i == 7 ? 900 : 10, 20))
            .ToList();

        var points = SeriesPoints.Shorten(series, 10, from: 102, to: 118);

        Assert.Equal(8, points.Count);
        Assert.Equal((106L, 2, 7, 20L), (points[2].Second, points[2].Seconds, points[2].Vus, points[2].Requests));
        Assert.Equal((null, 900.0), (points[2].P95Ms, points[2].MaxP95Ms));
        Assert.Equal(900, SeriesPoints.Shorten(series, 20)[7].P95Ms);
        Assert.Empty(SeriesPoints.Shorten([], 10));
    }

    private static void Add(SeriesBuckets series, long second, double[] durations, int? vus = null)
    {
        var rows = durations.SelectMany(duration =>
            new[] { Request("http_reqs", second, 1), Request("http_req_duration", second, duration) }
        );
        foreach (var record in Condense([.. rows]))
        {
            series.Add(0, record with { Vus = vus });
        }
    }
}
