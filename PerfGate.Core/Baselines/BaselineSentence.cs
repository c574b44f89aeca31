using System.Globalization;
using PerfGate.Core.Thresholds;

namespace PerfGate.Core.Baselines;

/// <summary>Comparisons in words.</summary>
public static class BaselineSentence
{
    /// <summary>What happened to one metric.</summary>
    public static string Of(MetricComparison metric)
    {
        var (name, unit) = Describe(metric.Metric);
        var change = metric.ChangePercent is { } percent
            ? string.Create(CultureInfo.InvariantCulture, $" ({percent:+0.#;-0.#} %)")
            : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"The {name} was {ThresholdValidation.Figure(metric.Current, unit)}, against {ThresholdValidation.Figure(metric.Baseline, unit)} in the accepted past{change}; {(metric.Metric == "throughput_rps" ? "down" : "up")} to {ThresholdValidation.Figure(metric.Bound, unit)} would be its usual spread (confidence {Math.Min(metric.Confidence, 0.999) * 100:0.#} %)."
        );
    }

    private static (string Name, string Unit) Describe(string metric) =>
        metric switch
        {
            "avg_response_time_ms" => ("average duration of answered requests", "ms"),
            "p95_response_time_ms" => ("95th percentile of answered requests", "ms"),
            "error_rate" => ("share of failed requests", "share"),
            _ => ("throughput", "requests/s"),
        };
}
