using PerfGate.Core.Metrics;
using PerfGate.Core.Reports;

namespace PerfGate.Tests.Reports;

public class MarkdownReportTests
{
    [Fact]
    public void A_failed_run_says_so_first_and_then_why()
    {
        var lines = MarkdownReport.Render(SampleRuns.Failed()).Split('\n');

        Assert.Equal("## ❌ Failed: load test on staging", lines[0]);
        Assert.Contains("- The 95th percentile of response times was 3,412 ms; the bound is 3,000 ms.", lines[4]);
        Assert.Contains(
            lines,
            line =>
                line.StartsWith("| ✕ crossed | `maxP95ResponseTime` | ≤ 3,000 ms | 3,412 ms", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Every_row_of_a_table_has_as_many_cells_as_its_head()
    {
        var run = SampleRuns.Failed();
        run = run with
        {
            Metrics = run.Metrics! with
            {
                ByEndpoint = new Dictionary<string, RequestStats> { ["GET /a|b`c``d\n| x |"] = run.Metrics.Overall },
            },
            Thresholds = [run.Thresholds[0] with { Name = "a || b" }],
        };

        var cells = 0;
        foreach (var line in MarkdownReport.Render(run).Split('\n'))
        {
            var count = line.StartsWith('|')
                ? line.Replace("\\|", "", StringComparison.Ordinal).Count(c => c == '|')
                : 0;
            Assert.True(cells == 0 || count == 0 || count == cells, line);
            cells = count;
        }
    }

    [Fact]
    public void Text_of_the_run_makes_no_markup_and_mentions_nobody()
    {
        var run = SampleRuns.Failed();
        run = run with
        {
            Verdict = run.Verdict with
            {
                Reasons = [new("x", "<img src=x> [click](http://evil.example) @everyone **bold** # head")],
            },
        };

        var report = MarkdownReport.Render(run);

        Assert.Contains(
            @"\<img src=x\> \[click\]\(http://evil.example\) @" + "\u200Beveryone",
            report,
            StringComparison.Ordinal
        );
        Assert.Contains(@"\*\*bold\*\* \# head", report, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_never_started_is_still_a_report()
    {
        var report = MarkdownReport.Render(SampleRuns.Error());

        Assert.StartsWith("## ⛔ Error", report, StringComparison.Ordinal);
        Assert.Contains("No load engine ran.", report, StringComparison.Ordinal);
        Assert.DoesNotContain("| Requests |", report, StringComparison.Ordinal);
    }
}
