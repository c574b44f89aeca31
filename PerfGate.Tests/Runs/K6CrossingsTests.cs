using System.Text;
using PerfGate.Core.K6Output;
using PerfGate.Core.Metrics;
using PerfGate.Core.Runs;
using PerfGate.Core.Thresholds;
using PerfGate.Tests.K6Output;

namespace PerfGate.Tests.Runs;

/// <summary>Thresholds of a script that was not made here: k6's word on them is all that is known.</summary>
public class K6CrossingsTests
{
    // The captured runs hold these: four of their requests were refused on purpose.
    private static readonly ThresholdSettings Lenient = ThresholdSettings.Default with
    {
        MaxErrorRate = 0.1,
        MinThroughput = 1,
    };

    public static TheoryData<string> Releases => Captures.Releases;

    [Fact]
    public void Exit_status_99_of_a_script_that_is_not_known_here_never_passes()
    {
        var verdict = Decide(Captured([], 99));

        Assert.Equal(Verdict.Failed, verdict.Verdict);
        Assert.Equal("k6-threshold-crossed", verdict.Reasons[0].Code);
        Assert.Contains("99", verdict.Reasons[0].Sentence, StringComparison.Ordinal);
        Assert.Equal(Verdict.Passed, Decide(Captured([], 0)).Verdict);
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public void A_threshold_that_the_exported_summary_says_failed_fails_the_run_and_is_named(string release)
    {
        var text = Captures.Read(release, "summary-export.json");

        foreach (var exitCode in new int?[] { null, 0, 99 })
        {
            var grounds = Grounds(Of(text, exitCode));
            var verdict = VerdictRule.Decide(grounds);

            Assert.Equal(Verdict.Failed, verdict.Verdict);
            var reason = Assert.Single(verdict.Reasons, reason => reason.Code == "k6-threshold-crossed");
            Assert.Contains("http_req_failed: rate<0.01", reason.Sentence, StringComparison.Ordinal);
            Assert.Contains("0.024", reason.Sentence, StringComparison.Ordinal);
            var rule = Assert.Single(GateRules.Of(grounds).Rules, rule => rule.Name == "k6-threshold-crossed");
            Assert.Equal((FindingWeight.Condemns, GateRuleOutcome.Crossed), (rule.Weight, rule.Outcome));
        }
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public void An_exported_false_is_a_threshold_that_held(string release)
    {
        Assert.Equal(Verdict.Passed, Decide(Of(Captures.ExportWhereAllHeld(release), 0)).Verdict);
    }

    [Theory]
    [InlineData("v0.49.0", false)]
    [InlineData("v1.3.0", true)]
    public void The_data_of_handleSummary_says_ok_false_where_a_threshold_failed(string release, bool crossed)
    {
        var load = Of(Captures.Read(release, "handle-summary.json"), null);
        Assert.Equal(
            crossed,
            load.Findings(Metrics(load)).Any(finding => finding.Reason.Code == "k6-threshold-crossed")
        );

        // Both made fewer requests than a percentile needs: what cannot acquit does not condemn either.
        Assert.Equal(Verdict.Inconclusive, Decide(load).Verdict);
        // On numbers that can carry a verdict, k6's word does.
        var verdict = VerdictRule.Decide(Grounds(load, Metrics(Of(Captures.ExportWhereAllHeld(release), null))));
        Assert.Equal(crossed ? Verdict.Failed : Verdict.Passed, verdict.Verdict);
    }

    [Fact]
    public void The_machine_readable_summary_names_no_thresholds_but_the_exit_status_tells()
    {
        var text = Captures.Read("v2.2.0", "summary-machine.json");
        Assert.Equal(Verdict.Passed, Decide(Of(text, 0)).Verdict);

        var verdict = Decide(Of(text, 99));

        Assert.Equal(Verdict.Failed, verdict.Verdict);
        Assert.Contains("which", verdict.Reasons[0].Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Thresholds_that_k6_says_held_prove_nothing()
    {
        // Without a request k6 holds every bound on averages, percentiles and rates.
        var summary =
            """
            {"metrics":{"http_reqs":{"count":0,"rate":0},
              "http_req_duration":{"avg":0,"min":0,"med":0,"max":0,"p(90)":0,"p(95)":0,"thresholds":{"p(95)<300":false}}}}
            """u8;

        var verdict = Decide(Of(summary.ToArray(), 0));

        Assert.Equal(Verdict.Inconclusive, verdict.Verdict);
        Assert.Contains(verdict.Reasons, reason => reason.Code == "no-traffic");
    }

    [Fact]
    public void Many_crossed_thresholds_are_told_briefly_and_without_secrets()
    {
        var crossed = Enumerable.Range(0, 500).Select(i => $"\"value<{i}\":true");
        var summary =
            "{\"metrics\":{\"vus{url:http://a.example/?token=hunter2}\":{\"value\":501,\"thresholds\":{"
            + string.Join(',', crossed)
            + "}}}}";

        var load = Of(Encoding.UTF8.GetBytes(summary), 99);
        var findings = load.Findings(Metrics(load))
            .Where(finding => finding.Reason.Code == "k6-threshold-crossed")
            .ToList();

        Assert.InRange(findings.Count, 2, 20);
        Assert.Contains("490", findings[^1].Reason.Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain(findings, f => f.Reason.Sentence.Contains("hunter2", StringComparison.Ordinal));
    }

    private static RunVerdict Decide(ImportedLoad load) => VerdictRule.Decide(Grounds(load));

    private static VerdictGrounds Grounds(ImportedLoad load, RunMetrics? measured = null)
    {
        var metrics = measured ?? Metrics(load);
        return new VerdictGrounds
        {
            Ends = [load.End(metrics, DateTimeOffset.UnixEpoch)],
            Metrics = metrics,
            Settings = Lenient,
            Thresholds = ThresholdValidation.Validate(metrics, Lenient),
            Further = load.Findings(metrics),
        };
    }

    private static RunMetrics Metrics(ImportedLoad load)
    {
        if (load.Summaries.Count > 0)
        {
            Assert.True(SummaryMetrics.TryMake(load.Summaries[0], out var alone, out var problem), problem);
            return alone;
        }
        var builder = new RunMetricsBuilder();
        foreach (var record in Captures.Condense(Captures.Read("v2.2.0", "points.csv.gz")))
        {
            builder.Add(0, record);
        }
        return builder.Build([], []);
    }

    private static ImportedLoad Captured(IReadOnlyList<K6Summary> summaries, int? exitCode) =>
        new(summaries.Count > 0 ? [] : [new OutputEnd { Format = OutputFormat.Csv }], summaries, exitCode);

    private static ImportedLoad Of(byte[] summary, int? exitCode)
    {
        Assert.True(SummaryReader.TryRead(summary, out var read, out var problem), problem);
        return Captured([read], exitCode);
    }
}
