using System.Xml.Linq;
using PerfGate.Core.Reports;
using PerfGate.Core.Runs;

namespace PerfGate.Tests.Reports;

public class JUnitReportTests
{
    [Fact]
    public void A_passed_run_has_neither_failures_nor_errors()
    {
        var suite = Suite(SampleRuns.Passed());

        Assert.Equal("0", suite.Attribute("failures")?.Value);
        Assert.Equal("0", suite.Attribute("errors")?.Value);
        Assert.Equal(10, suite.Elements("testcase").Count());
    }

    [Fact]
    public void Crossed_bounds_and_regressions_are_failures()
    {
        var failed = Suite(SampleRuns.Failed()).Elements("testcase").Where(one => one.Element("failure") is not null);

        Assert.Equal(
            ["Failed", "maxP95ResponseTime", "maxErrorRate", "avg_response_time_ms", "p95_response_time_ms"],
            failed.Select(one => one.Attribute("name")!.Value)
        );
    }

    [Fact]
    public void What_is_not_known_is_an_error_and_never_passes()
    {
        foreach (var run in new[] { SampleRuns.Inconclusive(), SampleRuns.Error() })
        {
            var suite = Suite(run);
            Assert.Equal(suite.Attribute("tests")?.Value, suite.Attribute("errors")?.Value);
            Assert.Equal("0", suite.Attribute("failures")?.Value);
        }
    }

    [Fact]
    public void Characters_that_xml_cannot_hold_do_not_break_the_file()
    {
        var run = SampleRuns.Failed();
        run = run with
        {
            Verdict = new RunVerdict(Verdict.Failed, [new Reason("a\u0000b", "\u0001 \uD800 \uFFFE ]]> <x>")]),
            Thresholds = [run.Thresholds[1] with { Name = "\u0002", Sentence = "\u001B[31m" }],
        };

        Assert.Contains("]]> <x>", Suite(run).Descendants("failure").First().Value, StringComparison.Ordinal);
    }

    private static XElement Suite(RunResult run) =>
        XDocument.Parse(JUnitReport.Render(run)).Root!.Element("testsuite")!;
}
