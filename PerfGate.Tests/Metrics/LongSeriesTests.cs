using System.Text.Json;
using PerfGate.Core.K6Output;
using PerfGate.Core.Metrics;
using PerfGate.Core.Requests;

namespace PerfGate.Tests.Metrics;

/// <summary>A series takes bounded room, however long the run was and however far its samples lie apart.</summary>
public class LongSeriesTests
{
    private const int MostPoints = 10_000;
    private const long Start = 1_795_400_000;

    [Fact]
    public void Two_samples_thirty_days_apart_make_two_points()
    {
        var builder = new RunMetricsBuilder();
        builder.Add(0, Second(Start, 10, vus: 3));
        builder.Add(0, Second(Start + (30 * 86_400), 10));

        var metrics = builder.Build([], []);

        Assert.Equal([Start, Start + (30 * 86_400)], metrics.Series.Select(point => point.Second));
        Assert.Equal([3, 3], metrics.Series.Select(point => point.Vus));
        Assert.Equal((30 * 86_400) + 1, metrics.DurationSeconds);
        Assert.InRange(JsonSerializer.SerializeToUtf8Bytes(metrics, RunJson.Options).Length, 100, 10_000);
    }

    [Fact]
    public void Seven_hours_are_shortened_without_hiding_a_peak_of_one_second()
    {
        const int Seconds = 25_000;
        var builder = new RunMetricsBuilder();
        for (var i = 0; i < Seconds; i++)
        {
            builder.Add(0, i == 12_345 ? Second(Start + i, 4000, requests: 50) : Second(Start + i, 20, vus: 5));
        }

        var metrics = builder.Build([], []);

        Assert.InRange(metrics.Series.Count, MostPoints / 2, MostPoints);
        Assert.Equal(Seconds + 49, metrics.Series.Sum(point => point.Requests));
        Assert.Equal(Seconds, metrics.Series.Sum(point => point.Seconds));
        var peak = Assert.Single(metrics.Series, point => point.Highest!.Requests > 1);
        Assert.InRange(12_345 + Start, peak.Second, peak.Second + peak.Seconds - 1);
        Assert.Equal((1.0, 50.0), (peak.Lowest!.Requests, peak.Highest!.Requests));
        Assert.InRange(peak.Highest.P95Ms!.Value, 3995, 4005);
        Assert.InRange(peak.Lowest.P95Ms!.Value, 19.9, 20.1);
        Assert.All(metrics.Series, point => Assert.Equal(5, point.Vus));
        Assert.Equal(Seconds, metrics.DurationSeconds);
        Assert.InRange(JsonSerializer.SerializeToUtf8Bytes(metrics, RunJson.Options).Length, 100_000, 6_000_000);
    }

    [Fact]
    public void Seconds_of_which_nothing_is_known_between_others_count_as_none_in_a_shortened_series()
    {
        var builder = new RunMetricsBuilder();
        for (var i = 0; i < 12_000; i++)
        {
            builder.Add(0, Second(Start + (i * 2), 20));
        }

        var series = builder.Build([], []).Series;

        Assert.InRange(series.Count, MostPoints / 2, MostPoints);
        Assert.Equal(12_000, series.Sum(point => point.Requests));
        Assert.All(
            series.SkipLast(1),
            point => Assert.Equal((0.0, 1.0), (point.Lowest!.Requests, point.Highest!.Requests))
        );
        Assert.All(series, point => Assert.InRange(point.Lowest!.P95Ms ?? 0, 19.9, 20.1));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(13)]
    public void Days_of_seconds_keep_their_sums_their_vus_and_their_percentiles(int apart)
    {
        const int Seconds = 1200;
        var (totals, ofOne) = (new SecondTotals(mostStretches: 500), new SecondTotals(mostStretches: 500));
        for (var i = 0; i < Seconds; i++)
        {
            var second = Start + ((long)i * apart);
            var record = Second(second, i < Seconds / 2 ? 20 : 60, vus: i < Seconds / 2 ? 4 : 9);
            totals.Add(i % 2, record);
            ofOne.Add(0, record);
        }
        var length = ((Seconds - 1) * apart) + 1;

        var series = RunSeries.From(totals, mostPoints: 100);
        var shown = new SeriesBuckets(ofOne).Build(50);

        Assert.InRange(totals.Count, 250, 500);
        Assert.InRange(series.Count, 50, 100);
        Assert.Equal(Seconds, series.Sum(point => point.Requests));
        Assert.Equal(length, LoadLength.Seconds(totals, null));
        Assert.Equal(18, series.Max(point => point.Vus));
        Assert.InRange(series[0].P95Ms!.Value, 19.9, 20.1);
        Assert.InRange(series[^1].P95Ms!.Value, 59.9, 60.1);
        var seconds = series.Select(point => point.Second).ToList();
        Assert.Equal(seconds.Order().Distinct(), seconds);
        Assert.Equal(Start, seconds[0]);
        Assert.Equal(Start + length, seconds[^1] + series[^1].Seconds);
        Assert.InRange(shown.Count, 25, 50);
        Assert.Equal(Seconds, shown.Sum(bucket => bucket.Requests));
        Assert.Equal((4, 9), (shown[0].Vus, shown[^1].Vus));
        Assert.Equal(length, shown.Sum(bucket => bucket.Seconds));
    }

    [Fact]
    public void Sketches_of_many_endpoints_are_packed_and_give_the_same_percentiles()
    {
        var builder = new RunMetricsBuilder();
        for (var i = 1; i <= 40; i++)
        {
            builder.Add(0, Second(Start, i * 10, name: $"e{i}"));
        }

        var point = Assert.Single(builder.Build([], []).Series);

        Assert.Equal(40, point.Requests);
        Assert.InRange(point.MedMs!.Value, 204.5, 205.5);
        Assert.InRange(point.P95Ms!.Value, 380, 381);
    }

    [Fact]
    public void A_kept_series_is_shortened_by_time_and_silence_counts_as_none()
    {
        SeriesPoint[] series =
        [
            new(100, 4, 10, 1, 0, 5, 9, 10),
            new(101, 6, 20, 0, 0, 5, 900, 950),
            new(104, 5, 30, 0, 0, 5, 7, 10),
        ];

        var whole = SeriesPoints.Shorten(series, 10);
        var halved = SeriesPoints.Shorten(series, 3);

        Assert.Equal([100L, 101, 102, 103, 104], whole.Select(point => point.Second));
        Assert.Equal([10L, 20, 0, 0, 30], whole.Select(point => point.Requests));
        Assert.Equal([4, 6, 6, 6, 5], whole.Select(point => point.Vus));
        Assert.Equal(new double?[] { 9, 900, null, null, 7 }, whole.Select(point => point.P95Ms));
        Assert.Equal([2, 2, 1], halved.Select(point => point.Seconds));
        Assert.Equal([30L, 0, 30], halved.Select(point => point.Requests));
        Assert.Equal([10L, 0, 30], halved.Select(point => point.MinRequestsPerSecond));
        Assert.Equal([20L, 0, 30], halved.Select(point => point.MaxRequestsPerSecond));
        Assert.Equal(new double?[] { 900, null, 7 }, halved.Select(point => point.MaxP95Ms));
    }

    [Fact]
    public void Two_points_thirty_days_apart_are_answered_with_no_more_points_than_asked_for()
    {
        SeriesPoint[] series = [new(Start, 1, 1, 0, 0, 5, 5, 5), new(Start + (30 * 86_400), 1, 1, 0, 0, 5, 5, 5)];

        var points = SeriesPoints.Shorten(series, 100);

        Assert.InRange(points.Count, 90, 100);
        Assert.Equal(2, points.Sum(point => point.Requests));
    }

    private static SecondRecord Second(
        long second,
        double duration,
        int requests = 1,
        int? vus = null,
        string name = "home"
    )
    {
        var gatherer = new DurationGatherer();
        for (var i = 0; i < requests; i++)
        {
            gatherer.Add(duration);
        }
        return new SecondRecord
        {
            Second = second,
            Vus = vus,
            Requests = [new RequestRecord("browse", "", name, requests, 0, gatherer.Take(), DurationSketch.Empty)],
        };
    }
}
