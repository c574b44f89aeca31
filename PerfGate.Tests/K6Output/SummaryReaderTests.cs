using System.Text;
using PerfGate.Core.K6Output;
using PerfGate.Core.Metrics;

namespace PerfGate.Tests.K6Output;

public class SummaryReaderTests
{
    public static TheoryData<string> Releases => Captures.Releases;

    [Theory]
    [MemberData(nameof(Releases))]
    public void An_exported_true_means_that_the_threshold_failed(string release)
    {
        var summary = Read(release, "summary-export.json");
        Assert.False(summary.Metrics["http_req_failed"].Thresholds["rate<0.01"]);
        Assert.True(summary.Metrics["http_req_duration"].Thresholds["p(95)<3000"]);
        Assert.True(summary.Metrics["http_req_duration{scenario:submit}"].Thresholds["p(99)<2000"]);
        Assert.True(summary.Metrics["http_req_duration{group:::gallery}"].Thresholds["max<5000"]);
        Assert.Empty(summary.Metrics["vus"].Thresholds);
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public void Values_of_metrics_and_submetrics_are_read(string release)
    {
        var summary = Read(release, "summary-export.json");
        var requests = summary.Value("http_reqs", "count");
        Assert.InRange(requests ?? 0, 150, 170);
        Assert.Equal(requests, summary.Value("http_req_duration", "count"));
        Assert.Equal(0, summary.Value("http_req_duration", "min"));
        Assert.True(summary.Value("http_req_duration{expected_response:true}", "min") > 0);
        Assert.NotNull(summary.Value("http_req_duration{scenario:submit}", "p(99)"));
        // Counts failures as passes: the rate is of failing.
        Assert.Equal(4, summary.Value("http_req_failed", "passes"));
        Assert.Equal(4 / requests, summary.Value("http_req_failed", "rate"));
        Assert.InRange(summary.DurationSeconds ?? 0, 1.9, 2.2);
        Assert.Null(summary.Value("http_reqs", "p(95)"));
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public void Checks_and_groups_are_found_at_any_depth(string release)
    {
        var summary = Read(release, "summary-export.json");
        Assert.Contains("forms::rsvp", summary.Groups);
        Assert.Equal(["form ok", "gallery 200", "has items"], summary.Checks.Select(check => check.Name));
        Assert.All(summary.Checks, check => Assert.True(check is { Passes: > 30, Fails: 0 }));
    }

    [Theory]
    [InlineData("v0.49.0")]
    [InlineData("v1.3.0")]
    public void The_argument_of_handleSummary_says_ok_where_a_threshold_held(string release)
    {
        var summary = Read(release, "handle-summary.json");
        Assert.True(summary.Metrics["http_req_duration"].Thresholds["avg<1500"]);
        Assert.Equal(3, summary.Checks.Count);
        Assert.Contains("forms::rsvp", summary.Groups);
        Assert.NotNull(summary.DurationSeconds);
        Assert.NotNull(summary.Value("http_req_failed", "rate"));
    }

    [Theory]
    [InlineData("summary-machine.json")]
    [InlineData("handle-summary.json")]
    public void The_machine_readable_summary_has_the_same_names_and_rates(string file)
    {
        var summary = Read("v2.2.0", file);
        Assert.Equal(164, summary.Value("http_reqs", "count"));
        Assert.Equal(164 / 2.053880085, summary.Value("http_reqs", "rate")!.Value, 9);
        Assert.Equal(0.5416140499999996, summary.Value("http_req_duration", "p(95)"));
        Assert.Equal(4, summary.Value("http_req_failed", "passes"));
        Assert.Equal(160, summary.Value("http_req_failed", "fails"));
        Assert.Equal(1, summary.Value("checks", "rate"));
        Assert.Contains(new CheckCount("form ok", 40, 0), summary.Checks);
    }

    [Theory]
    [InlineData("", "JSON")]
    [InlineData("{\"metrics\":{\"http_reqs\":{\"count\":1", "JSON")]
    [InlineData("{\"version\":\"1.0.0\"}", "neither")]
    [InlineData("[]", "neither")]
    [InlineData("{\"metrics\":[]}", "shaped")]
    [InlineData("{\"results\":{}}", "shaped")]
    public void What_is_no_summary_is_refused_with_a_reason(string text, string reason)
    {
        Assert.False(SummaryReader.TryRead(Encoding.UTF8.GetBytes(text), out var summary, out var problem));
        Assert.Null(summary);
        Assert.Contains(reason, problem);
    }

    private static K6Summary Read(string release, string file)
    {
        Assert.True(SummaryReader.TryRead(Captures.Read(release, file), out var summary, out var problem), problem);
        return summary;
    }
}
