using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using PerfGate.K6.Metrics;
using PerfGate.K6.Options;
using PerfGate.K6.Summary;

namespace PerfGate.Tests.K6.Summary;

public sealed partial class ReplayedSummaryTests
{
    private readonly Replay _replay = new();

    [Fact]
    public void The_text_is_that_of_k6_to_the_letter() =>
        Assert.Equal(
            WithFourDecimals(Replay.Text("summary.txt").ReplaceLineEndings("\n")),
            WithFourDecimals(SummaryText.Render(_replay.Engine, _replay.Thresholds, _replay.Options, _replay.Elapsed))
        );

    [Fact]
    public void HandleSummary_gets_what_k6_gives_it()
    {
        var expected = _replay.HandleSummary;

        JsonAssert.Equal(expected, _replay.Data.ForHandleSummary(expected["setup_data"]));
    }

    [Fact]
    public void The_exported_summary_is_that_of_k6_where_true_means_crossed()
    {
        var expected = JsonNode.Parse(Replay.Text("summary-export.json"));

        var exported = _replay.Data.ForExport(_replay.HandleSummary["setup_data"]);

        JsonAssert.Equal(expected, exported);
        Assert.True(exported["metrics"]!["checks"]!["thresholds"]!["rate>0.99"]!.GetValue<bool>());
    }

    [Fact]
    public void Without_data_of_setup_there_is_no_setup_data()
    {
        Assert.False(_replay.Data.ForHandleSummary(null).ContainsKey("setup_data"));
        Assert.False(_replay.Data.ForExport().ContainsKey("setup_data"));
    }

    [Fact]
    public void A_time_unit_of_the_options_is_that_of_all_times()
    {
        var options = _replay.Options with { Source = new JsonObject { ["summaryTimeUnit"] = "us" } };

        var text = SummaryText.Render(_replay.Engine, _replay.Thresholds, options, _replay.Elapsed);

        Assert.Contains("max=479", text, StringComparison.Ordinal);
        Assert.Contains("µs p(90)", text, StringComparison.Ordinal);
        Assert.DoesNotContain("ms ", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Submetrics_come_after_their_metric_and_case_does_not_part_letters()
    {
        var (registry, engine) = (new MetricRegistry(), new MetricEngine());
        foreach (var name in new[] { "b_2", "B_1", "a2", "a_1", "ab" })
        {
            engine.Add([new Sample(registry.GetOrAdd(name, MetricType.Counter), TagSet.Empty, 1, 0)]);
        }
        var thresholds = new ThresholdWatch(
            new Dictionary<string, IReadOnlyList<ThresholdOptions>>
            {
                ["a_1{x:y}"] = [new ThresholdOptions("count<1", false, TimeSpan.Zero)],
            },
            registry,
            engine
        );

        var text = SummaryText.Render(engine, thresholds, new TestOptions(), TimeSpan.FromSeconds(1));

        string[] expected = ["a_1", "{ x:y }", "a2", "ab", "B_1", "b_2"];
        var shown = text[text.IndexOf("CUSTOM", StringComparison.Ordinal)..];
        Assert.Equal(expected.Order(Comparer<string>.Create((a, b) => At(a).CompareTo(At(b)))), expected);

        int At(string name) => shown.IndexOf(name + ".", StringComparison.Ordinal);
    }

    // k6 divides by nanoseconds, this engine by steps of 100 ns: rates agree in fewer decimals than are shown.
    private static string WithFourDecimals(string text) => Rate().Replace(text, "$1/s");

    [GeneratedRegex(@"(\.\d{4})\d\d/s")]
    private static partial Regex Rate();
}
