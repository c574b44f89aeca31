using PerfGate.K6;
using PerfGate.K6.Metrics;
using PerfGate.K6.Options;

namespace PerfGate.Tests.K6.Thresholds;

/// <summary>Against the behaviour of k6 v2.2.0 (<c>metrics/thresholds.go</c>, <c>internal/metrics/engine</c>).</summary>
public sealed class ThresholdWatchTests
{
    private readonly MetricRegistry _registry = new();
    private readonly MetricEngine _engine = new();

    public ThresholdWatchTests() => _ = new BuiltInMetrics(_registry);

    [Theory]
    [InlineData(
        "http_req_duration",
        "rate<1",
        "unsupported aggregation method rate on metric of type trend. supported aggregation methods for this metric are: avg, min, max, med, p"
    )]
    [InlineData("http_req_duration", "count>1", "unsupported aggregation method count on metric of type trend")]
    [InlineData("vus", "max<1", "supported aggregation methods for this metric are: value")]
    [InlineData("http_reqs", "avg<1", "supported aggregation methods for this metric are: count, rate")]
    [InlineData("checks", "p(95)<1", "unsupported aggregation method p on metric of type rate")]
    [InlineData("nope", "count<1", "invalid threshold defined on nope; reason: no metric name \"nope\" found")]
    [InlineData("http_reqs", "count", "failed parsing threshold expression \"count\"")]
    [InlineData("http_req_duration", "p(95)<a", "p(95)<a")]
    [InlineData("http_req_duration", "p(101)<1", "p(101)<1")]
    [InlineData("http_req_duration{a}", "avg<1", "http_req_duration{a}")]
    [InlineData("http_req_duration{a:b", "avg<1", "http_req_duration{a:b")]
    public void What_k6_refuses_is_refused_and_named(string metric, string expression, string expected)
    {
        var refusal = Assert.Throws<ScriptException>(() => Watch(metric, expression));

        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http_reqs", "count>10", true)]
    [InlineData("http_reqs", "count<10", false)]
    [InlineData("http_reqs", "rate>=1", true)]
    [InlineData("vus", "value>1", true)]
    [InlineData("http_req_duration", "avg>1", true)]
    [InlineData("http_req_duration", "p(95)<200", false)]
    [InlineData("checks", "rate>0.5", false)]
    [InlineData("http_req_duration{scenario:nobody}", "med!=0", true)]
    public void Without_samples_all_but_rates_see_zero_at_the_end_and_hold_until_then(
        string metric,
        string expression,
        bool isCrossed
    )
    {
        var watch = Watch(metric, expression);

        Assert.False(watch.Evaluate(TimeSpan.FromSeconds(2)));
        Assert.Empty(watch.CrossedMetrics);
        watch.Finish(TimeSpan.FromSeconds(4));
        Assert.Equal(isCrossed ? [metric] : [], watch.CrossedMetrics);
    }

    [Theory]
    [InlineData("avg===2", false)]
    [InlineData("avg!=2", true)]
    [InlineData("med <= 2", false)]
    [InlineData("p(50)<2", true)]
    [InlineData("p(99.9)>2.99", false)]
    [InlineData("min>1", true)]
    [InlineData("max==3", false)]
    public void Trends_are_compared_as_written(string expression, bool isCrossed)
    {
        var watch = Watch("http_req_duration", expression);
        Add("http_req_duration", 1, 2, 3);

        watch.Finish(TimeSpan.FromSeconds(1));

        Assert.Equal(isCrossed, Assert.Single(watch.Thresholds).Crossed);
    }

    [Fact]
    public void Crossing_one_that_aborts_ends_the_test_once_its_delay_is_over()
    {
        var watch = Watch("http_reqs", new ThresholdOptions("count<2", true, TimeSpan.FromSeconds(4)));
        Add("http_reqs", 5);

        Assert.False(watch.Evaluate(TimeSpan.FromSeconds(2)));
        Assert.False(watch.Evaluate(TimeSpan.FromSeconds(4)));
        Assert.True(watch.Evaluate(TimeSpan.FromSeconds(4.01)));
    }

    [Fact]
    public void Without_a_delay_it_ends_the_test_at_once_and_one_that_does_not_abort_never_does()
    {
        Assert.True(Aborts(new ThresholdOptions("count<2", true, TimeSpan.Zero)));
        Assert.False(Aborts(new ThresholdOptions("count<2", false, TimeSpan.Zero)));

        bool Aborts(ThresholdOptions threshold)
        {
            var engine = new MetricEngine();
            var watch = new ThresholdWatch(
                new Dictionary<string, IReadOnlyList<ThresholdOptions>> { ["http_reqs"] = [threshold] },
                _registry,
                engine
            );
            engine.Add([new Sample(_registry.Find("http_reqs")!, TagSet.Empty, 5, 0)]);
            return watch.Evaluate(TimeSpan.Zero);
        }
    }

    [Fact]
    public void A_threshold_can_recover()
    {
        var watch = Watch("http_req_duration", "avg<10");
        Add("http_req_duration", 30);
        watch.Evaluate(TimeSpan.FromSeconds(2));
        Assert.Equal(["http_req_duration"], watch.CrossedMetrics);

        Add("http_req_duration", 1, 1, 1, 1, 1);
        watch.Finish(TimeSpan.FromSeconds(4));

        Assert.Empty(watch.CrossedMetrics);
    }

    [Fact]
    public void A_part_counts_only_samples_with_all_of_its_tags()
    {
        var watch = Watch("http_reqs{scenario:a, method:GET}", "count==2");
        var get = TagSet.Empty.With("scenario", "a").With("method", "GET");
        Add(get, "http_reqs", 1);
        Add(get.With("name", "x"), "http_reqs", 1);
        Add(get.With("method", "POST"), "http_reqs", 1);
        Add(TagSet.Empty.With("method", "GET"), "http_reqs", 1);

        watch.Finish(TimeSpan.FromSeconds(1));

        Assert.Empty(watch.CrossedMetrics);
    }

    [Fact]
    public void A_part_that_is_always_watched_is_not_watched_twice()
    {
        var watch = Watch("http_req_duration{ 'expected_response':\"true\" }", "max<1");
        Add(TagSet.Empty.With("expected_response", "true"), "http_req_duration", 5);

        watch.Finish(TimeSpan.FromSeconds(1));

        var parts = _engine.Read(sinks =>
            sinks.Where(entry => entry.Name.Contains('{', StringComparison.Ordinal)).ToList()
        );
        Assert.Equal(1, Assert.Single(parts).Sink.Count);
        Assert.Single(watch.CrossedMetrics);
    }

    private ThresholdWatch Watch(string metric, string expression) =>
        Watch(metric, new ThresholdOptions(expression, false, TimeSpan.Zero));

    private ThresholdWatch Watch(string metric, ThresholdOptions threshold) =>
        new(new Dictionary<string, IReadOnlyList<ThresholdOptions>> { [metric] = [threshold] }, _registry, _engine);

    private void Add(string metric, params double[] values) => Add(TagSet.Empty, metric, values);

    private void Add(TagSet tags, string metric, params double[] values) =>
        _engine.Add(values.Select(value => new Sample(_registry.Find(metric)!, tags, value, 0)).ToArray());
}
