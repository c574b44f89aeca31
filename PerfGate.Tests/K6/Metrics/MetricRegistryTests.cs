using PerfGate.K6;
using PerfGate.K6.Metrics;

namespace PerfGate.Tests.K6.Metrics;

public sealed class MetricRegistryTests
{
    private readonly MetricRegistry _registry = new();

    [Fact]
    public void A_name_is_one_metric()
    {
        var metric = _registry.GetOrAdd("basket_time", MetricType.Trend, MetricContains.Time);

        Assert.Same(metric, _registry.GetOrAdd("basket_time", MetricType.Trend, MetricContains.Time));
        Assert.Same(metric, _registry.Find("basket_time"));
        Assert.Null(_registry.Find("basket"));
    }

    [Fact]
    public void The_same_name_for_another_type_is_refused_in_the_words_of_k6()
    {
        _ = new BuiltInMetrics(_registry);

        var type = Assert.Throws<ScriptException>(() => _registry.GetOrAdd("http_req_duration", MetricType.Counter));
        var values = Assert.Throws<ScriptException>(() => _registry.GetOrAdd("http_req_duration", MetricType.Trend));

        Assert.Equal("metric 'http_req_duration' already exists but with type trend, instead of counter", type.Message);
        Assert.Equal(
            "metric 'http_req_duration' already exists but with a value type time, instead of default",
            values.Message
        );
    }

    [Theory]
    [InlineData("a")]
    [InlineData("a b")]
    [InlineData("1st")]
    [InlineData("")]
    [InlineData("größe")]
    [InlineData("line\n")]
    public void What_k6_takes_for_no_name_is_refused(string name)
    {
        var refusal = Assert.Throws<ScriptException>(() => _registry.GetOrAdd(name, MetricType.Counter));

        Assert.StartsWith($"Invalid metric name: '{name}'.", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_has_129_characters_at_most() =>
        Assert.Multiple(
            () => _registry.GetOrAdd(new string('a', 129), MetricType.Counter),
            () => Assert.Throws<ScriptException>(() => _registry.GetOrAdd(new string('a', 130), MetricType.Counter))
        );
}
