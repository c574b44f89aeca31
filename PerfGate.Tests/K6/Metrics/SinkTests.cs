using PerfGate.K6.Metrics;

namespace PerfGate.Tests.K6.Metrics;

public sealed class SinkTests
{
    [Fact]
    public void Percentiles_lie_between_the_closest_ranks_as_in_k6()
    {
        var sink = Filled(MetricType.Trend, 40, 10, 30, 20);

        Assert.Equal(25, sink.Statistic("med", 1));
        Assert.Equal(37, sink.Statistic("p(90)", 1)!.Value, 9);
        Assert.Equal(10, sink.Statistic("p(0)", 1));
        Assert.Equal(40, sink.Statistic("p(100)", 1));
        Assert.Equal(39.97, sink.Statistic("p(99.9)", 1)!.Value, 9);
    }

    [Fact]
    public void Asking_while_values_come_gives_the_same_as_asking_once()
    {
        var random = new Random(5);
        var (asked, values) = (Filled(MetricType.Trend), new List<double>());
        for (var at = 0; at < 5_000; at++)
        {
            values.Add(random.Next(2_000) / 10.0);
            asked.Add(values[^1]);
            if (random.Next(40) == 0)
            {
                asked.Statistic("p(95)", 1);
            }
        }

        foreach (var statistic in new[] { "avg", "min", "med", "max", "p(90)", "p(95)", "p(99.5)", "count" })
        {
            Assert.Equal(Filled(MetricType.Trend, [.. values]).Statistic(statistic, 1), asked.Statistic(statistic, 1));
        }
    }

    [Fact]
    public void Counters_add_up_and_rate_over_the_length_of_the_test()
    {
        var sink = Filled(MetricType.Counter, 2, 3);

        Assert.Equal(5, sink.Statistic("count", 2));
        Assert.Equal(2.5, sink.Statistic("rate", 2));
        Assert.Equal(0, sink.Statistic("rate", 0));
    }

    [Fact]
    public void Gauges_keep_the_last_the_smallest_and_the_largest()
    {
        var sink = Filled(MetricType.Gauge, -2, -7, -3);

        Assert.Equal([-3, -7, -2], new[] { "value", "min", "max" }.Select(name => sink.Statistic(name, 1)!.Value));
    }

    [Fact]
    public void Rates_count_what_is_not_zero()
    {
        var sink = Filled(MetricType.Rate, 1, 0, 5, 0);

        Assert.Equal((4, 2, 0.5), (sink.Count, sink.Passes, sink.Statistic("rate", 1)));
    }

    [Theory]
    [InlineData(MetricType.Counter, "avg")]
    [InlineData(MetricType.Rate, "count")]
    [InlineData(MetricType.Gauge, "rate")]
    [InlineData(MetricType.Trend, "value")]
    public void A_statistic_of_another_type_is_none(MetricType type, string statistic) =>
        Assert.Null(Filled(type, 1).Statistic(statistic, 1));

    [Fact]
    public void A_trend_of_very_many_values_keeps_them_in_little_room_and_its_percentiles_within_a_fiftieth_of_a_percent()
    {
        var sink = new Sink(new Metric("any_metric", MetricType.Trend, MetricContains.Time));
        var random = new Random(7);
        var values = Enumerable
            .Range(0, 3 * Sink.MostKept)
            .Select(i =>
                i % 1000 == 0 ? 0
                : i % 500 == 1 ? -random.NextDouble()
                : Math.Exp(8 * random.NextDouble())
            )
            .ToArray();
        foreach (var value in values)
        {
            sink.Add(value);
        }
        Array.Sort(values);

        Assert.Equal(values.Length, sink.Statistic("count", 1));
        Assert.Equal(values[0], sink.Statistic("min", 1));
        Assert.Equal(values[^1], sink.Statistic("max", 1));
        Assert.Equal(values[^1], sink.Statistic("p(100)", 1));
        foreach (var percentile in new[] { 0.05, 0.25, 1, 50, 90, 95, 99, 99.9 })
        {
            var rank = percentile / 100 * (values.Length - 1);
            var low = values[(int)Math.Floor(rank)];
            var exact = low + ((values[(int)Math.Ceiling(rank)] - low) * (rank - Math.Floor(rank)));
            var name = FormattableString.Invariant($"p({percentile})");
            Assert.InRange(
                sink.Statistic(name, 1)!.Value,
                exact - (Math.Abs(exact) * 2e-4),
                exact + (Math.Abs(exact) * 2e-4)
            );
        }
    }

    private static Sink Filled(MetricType type, params double[] values)
    {
        var sink = new Sink(new Metric("any_metric", type, MetricContains.Default));
        foreach (var value in values)
        {
            sink.Add(value);
        }
        return sink;
    }
}
