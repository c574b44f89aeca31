using System.Globalization;
using System.Text;
using PerfGate.Core.Baselines;
using PerfGate.Core.Metrics;
using PerfGate.Core.Runs;
using PerfGate.Core.Thresholds;

namespace PerfGate.Core.Reports;

/// <summary>
/// A run as GitHub-flavoured Markdown: short enough for a comment on a pull request or a job summary.
/// </summary>
public static class MarkdownReport
{
    private const int MostEndpoints = 5;
    private const int MostFailures = 5;

    /// <summary>Writes the report. Text of the run is escaped: it makes no markup, no mention and no table cell of its own.</summary>
    public static string Render(RunResult result)
    {
        var text = new StringBuilder();
        var verdict = result.Verdict.Verdict;
        Line(text, $"## {Emoji(verdict)} {ReportWords.VerdictName(verdict)}: {ReportWords.TestName(result)}");
        Line(text, "");
        Line(text, ReportWords.VerdictMeaning(verdict));
        Line(text, "");
        foreach (var reason in result.Verdict.Reasons)
        {
            Line(text, $"- {MarkdownText.Escape(reason.Sentence)} ({MarkdownText.Code(reason.Code)})");
        }
        KeyFigures(text, result.Metrics);
        Thresholds(text, result.Thresholds);
        Baseline(text, result.Baseline);
        SlowestEndpoints(text, result.Metrics);
        Failures(text, result.Metrics);
        Line(text, "");
        var target = MarkdownText.Code(ReportWords.Target(result.Request.Configuration.BaseUrl));
        Line(
            text,
            $"Target {target} · {ReportWords.When(result)} · {MarkdownText.Escape(ReportWords.EngineSentence(result))} · Run {MarkdownText.Code(result.RunId.ToString())}"
        );
        return text.ToString();
    }

    private static void Line(StringBuilder text, string line) => text.Append(line).Append('\n');

    private static string Emoji(Verdict verdict) =>
        verdict switch
        {
            Verdict.Passed => "✅",
            Verdict.Failed => "❌",
            Verdict.Inconclusive => "❔",
            _ => "⛔",
        };

    private static void KeyFigures(StringBuilder text, RunMetrics? metrics)
    {
        if (metrics is null)
        {
            return;
        }
        var overall = metrics.Overall;
        Line(text, "");
        Line(text, "| Requests | Throughput | Error rate | Average | p95 | p99 | Most VUs |");
        Line(text, "| ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        var errors = overall.Requests == 0 ? Figures.Absent : Figures.Percent(overall.ErrorRate);
        Line(
            text,
            $"| {Figures.Count(overall.Requests)} | {Figures.Rate(overall.ThroughputRps)} | {MarkdownText.Escape(errors)} | {Figures.Ms(overall.Answered?.Avg)} | {Figures.Ms(overall.Answered?.P95)} | {Figures.Ms(overall.Answered?.P99)} | {Figures.Count(metrics.MaxVus)} |"
        );
        if (metrics.Source.Length > 0)
        {
            Line(text, "");
            Line(text, $"Percentiles: {MarkdownText.Escape(metrics.Source)}.");
        }
    }

    private static void Thresholds(StringBuilder text, IReadOnlyList<ThresholdResult> thresholds)
    {
        if (thresholds.Count == 0)
        {
            return;
        }
        Line(text, "");
        Line(text, "### Thresholds");
        Line(text, "");
        Line(text, "| | Rule | Bound | Measured |");
        Line(text, "| --- | --- | ---: | ---: |");
        foreach (var threshold in thresholds)
        {
            var bound =
                $"{ReportWords.ComparisonText(threshold.Comparison)} {Figures.WithUnit(threshold.Bound, threshold.Unit)}";
            Line(
                text,
                $"| {ReportWords.ThresholdSign(threshold.Outcome)} | {MarkdownText.Code(threshold.Name)} | {MarkdownText.Escape(bound)} | {MarkdownText.Escape(Figures.WithUnit(threshold.Measured, threshold.Unit))} |"
            );
        }
    }

    private static void Baseline(StringBuilder text, BaselineComparison? baseline)
    {
        if (baseline is null)
        {
            return;
        }
        Line(text, "");
        Line(text, "### Compared with the past");
        Line(text, "");
        Line(text, MarkdownText.Escape(baseline.Sentence));
        if (baseline.Metrics.Count == 0)
        {
            return;
        }
        Line(text, "");
        Line(text, "| | Metric | Baseline | This run | Change | Regression beyond |");
        Line(text, "| --- | --- | ---: | ---: | ---: | ---: |");
        foreach (var metric in baseline.Metrics)
        {
            Line(
                text,
                $"| {ReportWords.ComparisonSign(metric.Outcome)} | {MarkdownText.Escape(Figures.MetricName(metric.Metric))} | {Value(metric, metric.Baseline)} | {Value(metric, metric.Current)} | {Figures.Change(metric.ChangePercent)} | {Value(metric, metric.Bound)} |"
            );
        }
    }

    private static string Value(MetricComparison metric, double value) =>
        MarkdownText.Escape(Figures.OfMetric(metric.Metric, value));

    private static void SlowestEndpoints(StringBuilder text, RunMetrics? metrics)
    {
        if (metrics is null || metrics.ByEndpoint.Count == 0)
        {
            return;
        }
        Line(text, "");
        Line(text, "### Slowest endpoints");
        Line(text, "");
        Line(text, "| Endpoint | Requests | Errors | p95 | p99 |");
        Line(text, "| --- | ---: | ---: | ---: | ---: |");
        var slowest = metrics
            .ByEndpoint.OrderByDescending(row => row.Value.Answered?.P95 ?? -1)
            .ThenBy(row => row.Key, StringComparer.Ordinal)
            .Take(MostEndpoints);
        foreach (var (name, stats) in slowest)
        {
            Line(
                text,
                $"| {MarkdownText.Code(name)} | {Figures.Count(stats.Requests)} | {MarkdownText.Escape(Figures.Percent(stats.ErrorRate))} | {Figures.Ms(stats.Answered?.P95)} | {Figures.Ms(stats.Answered?.P99)} |"
            );
        }
    }

    private static void Failures(StringBuilder text, RunMetrics? metrics)
    {
        if (metrics is null || metrics.Failures.Count == 0)
        {
            return;
        }
        Line(text, "");
        Line(text, "### Failures");
        Line(text, "");
        foreach (var failure in metrics.Failures.Take(MostFailures))
        {
            var status = failure.Status == 0 ? "no status" : failure.Status.ToString(CultureInfo.InvariantCulture);
            var error = failure.Error.Length == 0 ? "" : $" {MarkdownText.Code(failure.Error)}";
            Line(text, $"- {Figures.Count(failure.Count)} × {status}{error}");
        }
    }
}
