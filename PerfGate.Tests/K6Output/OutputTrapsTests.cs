using System.Text;
using System.Text.Json.Nodes;
using PerfGate.Core.K6Output;
using PerfGate.Core.Metrics;
using PerfGate.Core.Runners;
using PerfGate.Core.Runs;
using PerfGate.Core.Sensitive;
using PerfGate.Core.Thresholds;

namespace PerfGate.Tests.K6Output;

/// <summary>Where k6's output means something else than it seems to: a test for each of these traps.</summary>
public class OutputTrapsTests
{
    public static TheoryData<string> Releases => Captures.Releases;

    [Theory]
    [MemberData(nameof(Releases))]
    public void True_in_summary_export_means_that_the_threshold_failed(string release)
    {
        var raw = JsonNode.Parse(Captures.Read(release, "summary-export.json"))!["metrics"]!;
        Assert.True((bool)raw["http_req_failed"]!["thresholds"]!["rate<0.01"]!);
        Assert.False((bool)raw["http_req_duration"]!["thresholds"]!["p(95)<3000"]!);

        var summary = Summary(release, "summary-export.json");
        Assert.False(summary.Metrics["http_req_failed"].Thresholds["rate<0.01"]);
        Assert.True(summary.Metrics["http_req_duration"].Thresholds["p(95)<3000"]);
    }

    [Fact]
    public void Ok_in_handleSummary_means_that_the_threshold_held()
    {
        // In this capture none had failed yet in v0.49, and http_req_failed had in v1.3.
        Assert.True(Summary("v0.49.0", "handle-summary.json").Metrics["http_req_failed"].Thresholds["rate<0.01"]);
        Assert.False(Summary("v1.3.0", "handle-summary.json").Metrics["http_req_failed"].Thresholds["rate<0.01"]);
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public void Http_req_failed_counts_its_failures_as_passes(string release)
    {
        var summary = Summary(release, "summary-export.json");
        Assert.Equal(4, summary.Value("http_req_failed", "passes"));
        Assert.True(SummaryMetrics.TryMake(summary, out var metrics, out _));
        Assert.Equal(4, metrics.Overall.Failed);
        Assert.InRange(metrics.Overall.ErrorRate, 0.02, 0.03);
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public void Refused_connections_last_0_ms_and_flatter_every_percentile_but_that_of_answered_requests(string release)
    {
        foreach (var metrics in new[] { Measured(release, "points.csv.gz"), Measured(release, "points.json.gz") })
        {
            Assert.Equal(0, metrics.Overall.All!.Min);
            Assert.True(metrics.Overall.Answered!.Min > 0);
            Assert.True(metrics.Overall.Answered.Avg > metrics.Overall.All.Avg);
        }
        Assert.True(SummaryMetrics.TryMake(Summary(release, "summary-export.json"), out var ofSummary, out _));
        Assert.Equal(0, ofSummary.Overall.All!.Min);
        Assert.True(ofSummary.Overall.Answered!.Min > 0);
    }

    [Fact]
    public void The_machine_readable_summary_has_no_rate_of_counters()
    {
        var raw = Encoding.UTF8.GetString(Captures.Read("v2.2.0", "summary-machine.json"));
        var requests = JsonNode.Parse(raw)!["results"]!["metrics"]!
            .AsArray()
            .Single(m => (string)m!["name"]! == "http_reqs");
        Assert.Null(requests!["values"]!["rate"]);
        var summary = Summary("v2.2.0", "summary-machine.json");
        Assert.Equal(summary.Value("http_reqs", "count") / summary.DurationSeconds, summary.Value("http_reqs", "rate"));
    }

    [Theory]
    [InlineData("generated_at", "k6_version", "p90", "p95")]
    [InlineData("generatedAt", "k6Version", "p(90)", "p(95)")]
    public void The_machine_readable_summary_is_spelled_in_two_ways(string at, string version, string p90, string p95)
    {
        var text = Encoding
            .UTF8.GetString(Captures.Read("v2.2.0", "summary-machine.json"))
            .Replace("\"generated_at\"", $"\"{at}\"")
            .Replace("\"k6_version\"", $"\"{version}\"")
            .Replace("\"p90\"", $"\"{p90}\"")
            .Replace("\"p95\"", $"\"{p95}\"");
        Assert.Contains($"\"{p95}\"", text);
        Assert.True(SummaryReader.TryRead(Encoding.UTF8.GetBytes(text), out var summary, out var problem), problem);
        Assert.Equal("2.2.0", summary.K6Version);
        Assert.Equal(
            new DateTime(2026, 11, 23, 2, 23, 43),
            summary.GeneratedAt!.Value.DateTime,
            TimeSpan.FromSeconds(1)
        );
        Assert.Equal(0.38103330000000013, summary.Value("http_req_duration", "p(90)"));
        Assert.Equal(0.5416140499999996, summary.Value("http_req_duration", "p(95)"));
    }

    [Fact]
    public void A_threshold_on_p99_adds_no_p99_to_the_summary()
    {
        var summary = Summary("v2.2.0", "summary-machine.json");
        Assert.Null(summary.Value("http_req_duration{scenario:submit}", "p(99)"));
        Assert.True(SummaryMetrics.TryMake(summary, out var metrics, out _));
        var settings = ThresholdSettings.Default with
        {
            K6 = new Dictionary<string, IReadOnlyList<string>>
            {
                ["http_req_duration{scenario:submit}"] = ["p(99)<2000", "p(95)<2000"],
            },
        };
        var outcomes = ThresholdValidation.Validate(metrics, settings).Skip(4).Select(threshold => threshold.Outcome);
        // What is not there is not known; it is not taken for held.
        Assert.Equal([ThresholdOutcome.Unknown, ThresholdOutcome.Held], outcomes);
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public void Dropped_iterations_are_absent_where_none_were_dropped(string release)
    {
        var summary = Summary(release, "summary-export.json");
        Assert.False(summary.Metrics.ContainsKey("dropped_iterations"));
        Assert.True(SummaryMetrics.TryMake(summary, out var metrics, out _));
        Assert.Equal(0, metrics.DroppedIterations);
        Assert.Equal(0, metrics.K6Values["dropped_iterations"]["count"]);
        Assert.Equal(0, Measured(release, "points.csv.gz").K6Values["dropped_iterations"]["count"]);
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public void Setup_data_may_hold_secrets_and_is_kept_nowhere(string release)
    {
        foreach (var file in new[] { "summary-export.json", "handle-summary.json" })
        {
            var text = Captures.Read(release, file);
            Assert.True(SummarySecrets.TryStrip(text, out var stripped));
            Assert.DoesNotContain("setup_data", Encoding.UTF8.GetString(stripped));
            Assert.DoesNotContain("synthetic", Encoding.UTF8.GetString(stripped));
            AssertSameSummary(text, stripped);
        }
        Assert.Contains("synthetic", Encoding.UTF8.GetString(Captures.Read(release, "summary-export.json")));
    }

    [Fact]
    public void Config_script_is_the_whole_script_and_is_kept_nowhere()
    {
        var text = Captures.Read("v2.2.0", "summary-machine.json");
        Assert.Contains("import http from", Encoding.UTF8.GetString(text));
        Assert.True(SummarySecrets.TryStrip(text, out var stripped));
        Assert.DoesNotContain("import http from", Encoding.UTF8.GetString(stripped));
        AssertSameSummary(text, stripped);
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public void An_exit_status_of_0_is_no_pass_where_every_iteration_threw(string release)
    {
        Assert.Contains("throws exit 0", Encoding.UTF8.GetString(Captures.Read(release, "exit-codes.txt")));
        // What such a run leaves: iterations, and not one request.
        var metrics = new RunMetricsBuilder();
        foreach (
            var record in Captures.Condense("iterations,100,50,,,,,,,,,browse,,,,,,,", "vus,100,5,,,,,,,,,,,,,,,,")
        )
        {
            metrics.Add(0, record);
        }
        var load = new ImportedLoad([new OutputEnd { Format = OutputFormat.Csv }], [], ExitCode: 0);
        var verdict = Decide(load, metrics.Build([], []));
        Assert.Equal(Verdict.Inconclusive, verdict.Verdict);
        Assert.Contains(verdict.Reasons, reason => reason.Code == "no-traffic");
    }

    [Theory]
    [InlineData("v0.49.0", 255)]
    [InlineData("v1.3.0", 104)]
    [InlineData("v2.2.0", 104)]
    public void A_configuration_error_ends_v0_49_with_255_and_later_releases_with_104(string release, int exitCode)
    {
        Assert.Contains($"badopt exit {exitCode}\n", Encoding.UTF8.GetString(Captures.Read(release, "exit-codes.txt")));
        var verdict = Decide(new ImportedLoad([], [], exitCode), Measured(release, "points.csv.gz"));
        Assert.Equal(Verdict.Error, verdict.Verdict);
        Assert.Contains(verdict.Reasons, reason => reason.Code == "script-rejected");
    }

    private static RunVerdict Decide(ImportedLoad load, RunMetrics metrics) =>
        VerdictRule.Decide(
            new VerdictGrounds
            {
                Ends = [load.End(metrics, DateTimeOffset.UnixEpoch)],
                Metrics = metrics,
                Thresholds = ThresholdValidation.Validate(metrics, ThresholdSettings.Default),
                Further = load.Findings(metrics),
            }
        );

    private static void AssertSameSummary(byte[] text, byte[] stripped)
    {
        Assert.True(SummaryReader.TryRead(text, out var whole, out _));
        Assert.True(SummaryReader.TryRead(stripped, out var kept, out var problem), problem);
        Assert.Equal(whole.Metrics.Keys, kept.Metrics.Keys);
        Assert.Equal(whole.Checks, kept.Checks);
        Assert.Equal(whole.DurationSeconds, kept.DurationSeconds);
    }

    private static K6Summary Summary(string release, string file)
    {
        Assert.True(SummaryReader.TryRead(Captures.Read(release, file), out var summary, out var problem), problem);
        return summary;
    }

    private static RunMetrics Measured(string release, string file)
    {
        SampleReader reader = file.Contains("json", StringComparison.Ordinal)
            ? new NdjsonSampleReader()
            : new CsvSampleReader();
        var builder = new RunMetricsBuilder();
        foreach (var record in Captures.Condense(reader, Captures.Read(release, file)))
        {
            builder.Add(0, record);
        }
        return builder.Build([], []);
    }
}
