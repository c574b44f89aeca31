using PerfGate.Core.Metrics;
using PerfGate.Core.Runs;
using PerfGate.Core.Thresholds;

namespace PerfGate.Core.Reports;

/// <summary>The figures to look at first, each with the bound it is held to.</summary>
internal static class KeyFiguresSection
{
    public static Markup Draw(RunResult result) =>
        Markup.Of(
            $"""
            <section aria-labelledby="figures"><h2 id="figures">Key figures</h2>
            {(result.Metrics is { } metrics ? Facts(metrics, result) : Nothing())}
            </section>
            """
        );

    private static Markup Nothing() => Markup.Of($"""<p class="soft">Nothing was measured.</p>""");

    private static Markup Facts(RunMetrics metrics, RunResult result)
    {
        var bounds = result.Request.Configuration.Thresholds;
        var overall = metrics.Overall;
        var checks = metrics.Checks.Sum(check => check.Passes + check.Fails);
        var facts = new List<Markup>
        {
            Fact(
                "95th percentile",
                Figures.Ms(overall.Answered?.P95),
                $"bound {Figures.Ms(bounds.MaxP95ResponseTime)}",
                Crossed(result, "maxP95ResponseTime")
            ),
            Fact(
                "Average",
                Figures.Ms(overall.Answered?.Avg),
                $"bound {Figures.Ms(bounds.MaxAvgResponseTime)}",
                Crossed(result, "maxAvgResponseTime")
            ),
            Fact("99th percentile", Figures.Ms(overall.Answered?.P99), $"slowest {Figures.Ms(overall.Answered?.Max)}"),
            Fact(
                "Error rate",
                overall.Requests == 0 ? Figures.Absent : Figures.Percent(overall.ErrorRate),
                $"{Figures.Count(overall.Failed)} failed, bound {Figures.Percent(bounds.MaxErrorRate)}",
                Crossed(result, "maxErrorRate")
            ),
            Fact(
                "Throughput",
                Figures.Rate(overall.ThroughputRps),
                $"at least {Figures.Rate(bounds.MinThroughput)}",
                Crossed(result, "minThroughput")
            ),
            Fact("Requests", Figures.Count(overall.Requests), $"in {Figures.Elapsed(metrics.DurationSeconds)}"),
            Fact(
                "Iterations",
                Figures.Count(metrics.Iterations),
                metrics.DroppedIterations == 0 ? "none dropped" : $"{Figures.Count(metrics.DroppedIterations)} dropped"
            ),
            Fact("Most virtual users", Figures.Count(metrics.MaxVus), "active at once"),
            Fact("Received", Figures.Bytes(metrics.DataReceivedBytes), $"{Figures.Bytes(metrics.DataSentBytes)} sent"),
        };
        if (checks > 0)
        {
            var passes = metrics.Checks.Sum(check => check.Passes);
            facts.Add(Fact("Checks passed", Figures.Percent((double)passes / checks), $"{Figures.Count(checks)} made"));
        }
        return Markup.Of(
            $"""
            <dl class="facts">{Markup.Join(facts)}</dl>
            <p class="soft small" style="margin-top:10px">Response times are those of answered requests: a refused one ends in no time and would only flatter them.{Source(
                metrics.Source
            )}</p>
            """
        );
    }

    private static string Source(string source) => source.Length == 0 ? "" : $" Percentiles: {source.TrimEnd('.')}.";

    private static bool Crossed(RunResult result, string rule) =>
        result.Thresholds.Any(one => one.Name == rule && one.Outcome == ThresholdOutcome.Crossed);

    private static Markup Fact(string name, string value, string note, bool crossed = false) =>
        Markup.Of(
            $"""<div class="fact{(crossed ? " over" : "")}"><dt>{name}</dt><dd>{(crossed ? "✕ " : "")}{value}</dd><dd class="note">{note}</dd></div>"""
        );
}
