using System.Text.RegularExpressions;
using System.Xml.Linq;
using PerfGate.Core.Metrics;
using PerfGate.Core.Reports;
using PerfGate.Core.Requests;
using PerfGate.Core.Runs;

namespace PerfGate.Tests.Reports;

public partial class HtmlReportTests
{
    private const string Attack = "</script><script>alert('x')</script><img src=x onerror=alert(1)>\" onload=\"";

    [Fact]
    public void The_verdict_and_every_reason_stand_in_the_page()
    {
        foreach (
            var run in new[] { SampleRuns.Passed(), SampleRuns.Failed(), SampleRuns.Inconclusive(), SampleRuns.Error() }
        )
        {
            var page = HtmlReport.Render(run);
            Assert.Contains($"{run.Verdict.Verdict}: load test on staging", page, StringComparison.Ordinal);
            Assert.All(
                run.Verdict.Reasons,
                reason =>
                    Assert.Contains(System.Net.WebUtility.HtmlEncode(reason.Sentence), page, StringComparison.Ordinal)
            );
        }
    }

    [Fact]
    public void Text_of_the_run_never_becomes_markup()
    {
        var page = HtmlReport.Render(Attacked());

        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<img", page, StringComparison.Ordinal);
        Assert.DoesNotContain("\" onload=\"", page, StringComparison.Ordinal);
        Assert.Equal(2, Regex.Count(page, "<script"));
        Assert.Contains("&lt;/script&gt;&lt;script&gt;alert(&#39;x&#39;)", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Secrets_in_the_target_and_in_headers_stay_out_of_all_reports()
    {
        var run = SampleRuns.Passed();
        var step = new ScenarioStep
        {
            Method = "POST",
            Path = "/login",
            Body = "password=hunter2",
            Headers = new Dictionary<string, string> { ["Authorization"] = "Bearer hunter2" },
        };
        var configuration = run.Request.Configuration with
        {
            BaseUrl = new Uri("https://user:hunter2@staging.wedding.example/?token=hunter2"),
            Scenarios = [new ScenarioConfiguration { Name = "login", Steps = [step] }],
        };
        run = run with { Request = run.Request with { Configuration = configuration } };

        Assert.DoesNotContain("hunter2", HtmlReport.Render(run), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", MarkdownReport.Render(run), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", JUnitReport.Render(run), StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_asks_nothing_of_the_network()
    {
        var page = HtmlReport.Render(SampleRuns.Failed());

        Assert.All(References().Matches(page), match => Assert.Equal("data:,", match.Groups[1].Value));
        Assert.DoesNotContain("url(", page, StringComparison.Ordinal);
        Assert.DoesNotContain("@import", page, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_policy_names_the_hash_of_the_very_script_in_the_page()
    {
        var page = HtmlReport.Render(SampleRuns.Passed());

        var script = Regex.Match(page, "<script>(.*?)</script>", RegexOptions.Singleline).Groups[1].Value;
        var hash = Convert.ToBase64String(
            System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(script))
        );
        Assert.Contains($"script-src 'sha256-{hash}'", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_run_gives_the_same_bytes() =>
        Assert.Equal(HtmlReport.Render(SampleRuns.Failed()), HtmlReport.Render(SampleRuns.Failed()));

    [Fact]
    public void Every_element_that_is_opened_is_closed()
    {
        foreach (var run in new[] { SampleRuns.Failed(), SampleRuns.Error(), Attacked() })
        {
            var page = HtmlReport.Render(run);
            var body = page[
                page.IndexOf("<body>", StringComparison.Ordinal)..page.IndexOf("</html>", StringComparison.Ordinal)
            ];
            body = Regex.Replace(body, "<script.*?</script>", "", RegexOptions.Singleline);

            Assert.Equal("body", XDocument.Parse(body).Root?.Name.LocalName);
        }
    }

    [Fact]
    public void A_run_of_eight_hours_stays_a_small_page_and_keeps_its_peak()
    {
        var run = SampleRuns.Passed(8 * 3600);
        var series = run.Metrics!.Series.ToList();
        series[12_345] = series[12_345] with { P99Ms = 987_654 };
        run = run with { Metrics = run.Metrics with { Series = series } };

        var page = HtmlReport.Render(run);

        Assert.InRange(page.Length, 1, 400_000);
        Assert.Contains("max 988 s", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_day_whose_series_was_shortened_keeps_a_peak_of_one_second_and_says_of_how_many_a_band_is()
    {
        var quiet = new SecondFigures(10, 0, 0, 5, 9, 10);
        var series = Enumerable
            .Range(0, 9600)
            .Select(i => new SeriesPoint(1000 + (i * 9), 5, 90, 0, 0, 5, 9, 10, 9, quiet, quiet))
            .ToList();
        series[1234] = series[1234] with { Highest = new SecondFigures(777, 3, 0, 5, 9, 987_654) };
        var run = SampleRuns.Passed();
        run = run with { Metrics = run.Metrics! with { Series = series } };

        var page = HtmlReport.Render(run);

        Assert.InRange(page.Length, 1, 400_000);
        Assert.Contains("max 988 s", page, StringComparison.Ordinal);
        Assert.Contains("max 777/s", page, StringComparison.Ordinal);
        Assert.Contains("in 288 of them", page, StringComparison.Ordinal);
        Assert.Contains("1,440 seconds a row", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Silence_between_two_points_is_a_break_in_durations_and_none_in_counts_and_takes_no_rows()
    {
        var run = SampleRuns.Passed();
        List<SeriesPoint> series = [new(1000, 5, 90, 0, 0, 5, 9, 10), new(1000 + (30 * 86_400), 5, 90, 0, 0, 5, 9, 10)];
        run = run with { Metrics = run.Metrics! with { Series = series } };

        var charts = SeriesCharts.From(series, run.Request.Configuration.Thresholds);
        var page = HtmlReport.Render(run);

        Assert.Equal(new double?[] { 5, null, 5 }, charts[0].Lines[2].Points.Select(point => point.Y));
        Assert.Equal([90.0, 0, 0, 90], charts[1].Lines[0].Points.Select(point => point.Y!.Value));
        Assert.Equal([0.0, 1, (30 * 86_400) - 1, 30 * 86_400], charts[1].Lines[0].Points.Select(point => point.X));
        Assert.Contains("43,201 seconds a row", page, StringComparison.Ordinal);
        Assert.InRange(page.Length, 1, 200_000);
    }

    [Fact]
    public void Outcomes_are_told_by_words_and_signs_and_not_by_colour_alone()
    {
        var page = HtmlReport.Render(SampleRuns.Failed());

        Assert.Contains("✕ crossed", page, StringComparison.Ordinal);
        Assert.Contains("✓ held", page, StringComparison.Ordinal);
        Assert.Contains("✕ worse", page, StringComparison.Ordinal);
        Assert.Contains("▲ better", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_without_one_answered_request_shows_no_response_time()
    {
        var run = SampleRuns.Failed();
        var dead = new RequestStats(5000, 5000, 1474, new DurationStats(5000, 0, 0, 0, 0, 0, 0, 0), null);
        run = run with
        {
            Metrics = new RunMetrics
            {
                DurationSeconds = 3.4,
                Overall = dead,
                Series = [new SeriesPoint(100, 5, 5000, 5000, 0, null, null, null)],
            },
        };

        var page = HtmlReport.Render(run);

        Assert.Contains("<dt>95th percentile</dt><dd>✕ –</dd>", page, StringComparison.Ordinal);
        Assert.Contains("p95 <output>max –</output>", page, StringComparison.Ordinal);
    }

    private static RunResult Attacked()
    {
        var run = SampleRuns.Failed();
        var metrics = run.Metrics!;
        var named = new Dictionary<string, RequestStats> { [Attack] = metrics.Overall };
        return run with
        {
            Engine = Attack,
            Verdict = new RunVerdict(Verdict.Failed, [new Reason("threshold-crossed", Attack)]),
            Metrics = metrics with
            {
                ByScenario = named,
                ByEndpoint = named,
                ByGroup = named,
                Failures = [new FailureCount(Attack, 500, Attack, 3)],
                Checks = [new CheckCount(Attack, 1, 1)],
                Source = Attack,
            },
            Thresholds = [run.Thresholds[0] with { Name = Attack, Unit = Attack, Sentence = Attack }],
            Baseline = run.Baseline! with
            {
                Sentence = Attack,
                Metrics = [run.Baseline.Metrics[0] with { Metric = Attack }],
            },
        };
    }

    [GeneratedRegex("(?:src|href|action)=\"([^\"]*)\"")]
    private static partial Regex References();
}
