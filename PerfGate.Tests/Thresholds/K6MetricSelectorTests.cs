using PerfGate.Core.Thresholds;

namespace PerfGate.Tests.Thresholds;

public class K6MetricSelectorTests
{
    [Fact]
    public void A_metric_alone_has_no_tags()
    {
        Assert.True(K6MetricSelector.TryParse("http_req_duration", out var selector, out _));
        Assert.Equal("http_req_duration", selector.Metric);
        Assert.Empty(selector.Tags);
    }

    [Fact]
    public void Only_the_first_colon_of_a_tag_divides_it()
    {
        Assert.True(
            K6MetricSelector.TryParse("checks{group:::forms::rsvp, method:\"GET\"}", out var selector, out var problem),
            problem
        );
        Assert.Equal("checks", selector.Metric);
        Assert.Equal("::forms::rsvp", selector.Tags["group"]);
        Assert.Equal("GET", selector.Tags["method"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("9lives")]
    [InlineData("http req")]
    [InlineData("http_reqs{")]
    [InlineData("http_reqs{a:b")]
    [InlineData("http_reqs{}")]
    [InlineData("http_reqs{a}")]
    [InlineData("http_reqs{:b}")]
    [InlineData("http_reqs{a:b}x")]
    public void Anything_else_is_refused(string text)
    {
        Assert.False(K6MetricSelector.TryParse(text, out _, out var problem));
        Assert.NotEmpty(problem);
    }
}
