using System.Globalization;
using PerfGate.Core.Metrics;

namespace PerfGate.Core.Thresholds;

/// <summary>Holds measured values against bounds. Whether the values can be trusted is another question: <see cref="EvidenceRules"/>.</summary>
public static class ThresholdValidation
{
    /// <summary>The four named bounds, then the k6 expressions in the order of their metrics' names.</summary>
    public static IReadOnlyList<ThresholdResult> Validate(RunMetrics metrics, ThresholdSettings settings)
    {
        var overall = metrics.Overall;
        var any = overall.Requests > 0;
        var results = new List<ThresholdResult>
        {
            Judge(
                "maxAvgResponseTime",
                "<=",
                settings.MaxAvgResponseTime,
                overall.Answered?.Avg,
                "ms",
                "average duration of answered requests",
                SlowestByAvg(metrics)
            ),
            Judge(
                "maxP95ResponseTime",
                "<=",
                settings.MaxP95ResponseTime,
                overall.Answered?.P95,
                "ms",
                "95th percentile of answered requests",
                SlowestByP95(metrics)
            ),
            Judge(
                "maxErrorRate",
                "<=",
                settings.MaxErrorRate,
                any ? overall.ErrorRate : null,
                "share",
                "share of failed requests",
                MostFrequentFailure(metrics)
            ),
            Judge(
                "minThroughput",
                ">=",
                settings.MinThroughput,
                any ? overall.ThroughputRps : null,
                "requests/s",
                "throughput",
                ""
            ),
        };
        foreach (var (selector, expressions) in settings.K6.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            results.AddRange(expressions.Select(text => JudgeK6(metrics, selector, text)));
        }
        return results;
    }

    private static ThresholdResult Judge(
        string name,
        string comparison,
        double bound,
        double? measured,
        string unit,
        string what,
        string cause
    )
    {
        var holds =
            measured is { } value && double.IsFinite(value) && (comparison == "<=" ? value <= bound : value >= bound);
        return Result(name, comparison, bound, measured, unit, what, holds, cause);
    }

    private static ThresholdResult JudgeK6(RunMetrics metrics, string selector, string text)
    {
        var name = $"{selector}: {text}";
        if (!K6ThresholdExpression.TryParse(text, out var expression, out _))
        {
            // Refused long before a run; a stored test from elsewhere may still hold one.
            return new ThresholdResult(
                name,
                "?",
                double.NaN,
                null,
                "",
                ThresholdOutcome.Unknown,
                $"{name} cannot be read."
            );
        }
        double? measured =
            metrics.K6Values.TryGetValue(selector, out var values)
            && values.TryGetValue(expression.Statistic, out var value)
            && HasSamples(values)
                ? value
                : null;
        if (
            measured is not null
            && expression.Percentile is { } percentile
            && Samples(metrics, selector, values!) is { } samples
            && samples < EvidenceRules.SamplesNeeded(percentile)
        )
        {
            return new ThresholdResult(
                name,
                expression.Operator,
                expression.Bound,
                measured,
                IsDuration(selector, expression) ? "ms" : "",
                ThresholdOutcome.Unknown,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{name} rests on {samples:#,0} samples; {expression.Statistic} needs {EvidenceRules.SamplesNeeded(percentile):#,0}. Run longer, or with more load."
                )
            );
        }
        return Result(
            name,
            expression.Operator,
            expression.Bound,
            measured,
            IsDuration(selector, expression) ? "ms" : "",
            $"{expression.Statistic} of {selector}",
            measured is { } found && expression.Holds(found),
            ""
        );
    }

    private static ThresholdResult Result(
        string name,
        string comparison,
        double bound,
        double? measured,
        string unit,
        string what,
        bool holds,
        string cause
    )
    {
        if (measured is not { } value || !double.IsFinite(value))
        {
            return new ThresholdResult(
                name,
                comparison,
                bound,
                null,
                unit,
                ThresholdOutcome.Unknown,
                $"Nothing was measured for {name} ({what}), so it cannot hold."
            );
        }
        var sentence = holds
            ? $"The {what} was {Figure(value, unit)}, within the bound of {Figure(bound, unit)}."
            : $"The {what} was {Figure(value, unit)}; the bound is {comparison} {Figure(bound, unit)}.{cause}";
        return new ThresholdResult(
            name,
            comparison,
            bound,
            value,
            unit,
            holds ? ThresholdOutcome.Held : ThresholdOutcome.Crossed,
            sentence
        );
    }

    // k6 gives an empty trend and an empty rate zeros, which would hold every upper bound. A counter of zero is a count.
    private static bool HasSamples(IReadOnlyDictionary<string, double> values) =>
        values.ContainsKey("avg")
            ? !values.TryGetValue("count", out var count) || count > 0
            : !values.TryGetValue("passes", out var passes)
                || !values.TryGetValue("fails", out var fails)
                || passes + fails > 0;

    // A summary without counts still belongs to a run whose requests were counted; of other metrics nothing is known.
    private static double? Samples(RunMetrics metrics, string selector, IReadOnlyDictionary<string, double> values) =>
        values.TryGetValue("count", out var count) ? count
        : selector.StartsWith("http_req_", StringComparison.Ordinal) ? metrics.Overall.Requests
        : null;

    private static bool IsDuration(string selector, K6ThresholdExpression expression) =>
        expression.Statistic is not ("count" or "rate" or "value")
        && (
            selector.Contains("duration", StringComparison.Ordinal)
            || selector.StartsWith("http_req_", StringComparison.Ordinal)
        );

    private static string SlowestByAvg(RunMetrics metrics) => Slowest(metrics, stats => stats.Avg, "average");

    private static string SlowestByP95(RunMetrics metrics) => Slowest(metrics, stats => stats.P95, "p95");

    private static string Slowest(RunMetrics metrics, Func<DurationStats, double> figure, string name)
    {
        var slowest = metrics
            .ByEndpoint.Where(endpoint => endpoint.Value.Answered is not null)
            .OrderByDescending(endpoint => figure(endpoint.Value.Answered!))
            .Select(endpoint => (endpoint.Key, Value: figure(endpoint.Value.Answered!)))
            .FirstOrDefault();
        return slowest.Key is null
            ? ""
            : $" Slowest endpoint: {slowest.Key} with {name} {Figure(slowest.Value, "ms")}.";
    }

    private static string MostFrequentFailure(RunMetrics metrics)
    {
        if (metrics.Failures.Count == 0)
        {
            return "";
        }
        var most = metrics.Failures[0];
        var what =
            most.Status > 0 ? string.Create(CultureInfo.InvariantCulture, $"status {most.Status}")
            : most.Error is { Length: > 0 } error ? error
            : $"error code {most.ErrorCode}";
        return string.Create(CultureInfo.InvariantCulture, $" Most frequent: {what}, {most.Count:#,0} times.");
    }

    /// <summary>A figure with its unit, as people read it.</summary>
    public static string Figure(double value, string unit) =>
        unit switch
        {
            "ms" => string.Create(CultureInfo.InvariantCulture, $"{value:#,0.#} ms"),
            "share" => string.Create(CultureInfo.InvariantCulture, $"{value * 100:0.###} %"),
            "requests/s" => string.Create(CultureInfo.InvariantCulture, $"{value:#,0.#} requests/s"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{value:#,0.####}"),
        };
}
