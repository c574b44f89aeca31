using System.Text.Json;
using System.Text.RegularExpressions;
using PerfGate.Core.Admission;
using PerfGate.Core.Thresholds;

namespace PerfGate.Core.Requests;

/// <summary>Reads the bounds of a run.</summary>
internal static partial class ThresholdReader
{
    private const string MetricForm =
        "a metric's name, and tags in braces if wanted, such as http_req_duration{scenario:photoGallery}";

    private static readonly string[] Known =
    [
        "maxAvgResponseTime",
        "maxP95ResponseTime",
        "maxErrorRate",
        "minThroughput",
        "k6",
    ];

    /// <summary>Reads them; the defaults where there are none.</summary>
    public static ThresholdSettings Read(FieldReader configuration, Limits limits, ErrorList errors)
    {
        if (configuration.Object("thresholds", Known) is not { } fields)
        {
            return ThresholdSettings.Default;
        }
        var defaults = ThresholdSettings.Default;
        return new ThresholdSettings
        {
            MaxAvgResponseTime =
                fields.Number("maxAvgResponseTime", 1, limits.DurationBoundMs, " ms") ?? defaults.MaxAvgResponseTime,
            MaxP95ResponseTime =
                fields.Number("maxP95ResponseTime", 1, limits.DurationBoundMs, " ms") ?? defaults.MaxP95ResponseTime,
            MaxErrorRate = fields.Number("maxErrorRate", 0, 1) ?? defaults.MaxErrorRate,
            MinThroughput =
                fields.Number(
                    "minThroughput",
                    0,
                    // What may not be made cannot be demanded.
                    Math.Min(limits.Throughput, limits.RequestsPerSecond),
                    " requests a second"
                ) ?? defaults.MinThroughput,
            K6 = fields.Map<IReadOnlyList<string>>(
                "k6",
                limits.ThresholdMetrics,
                (metric, value, path) => Expressions(fields, metric, value, path, limits)
            ),
        };
    }

    private static List<string>? Expressions(
        FieldReader fields,
        string metric,
        JsonElement value,
        string path,
        Limits limits
    )
    {
        var form = MetricName().Match(metric.Length > limits.ThresholdLength ? "" : metric);
        if (!form.Success)
        {
            fields.Refuse(path, "is not the name of a metric", MetricForm);
            return null;
        }
        var name = form.Groups["metric"].Value;
        if (!K6Metrics.Types.TryGetValue(name, out var type))
        {
            // k6 refuses to start where a threshold names a metric that the script does not have.
            var meant = Suggestion.Nearest(name, K6Metrics.Types.Keys) is { } near ? $"; did you mean {near}?" : "";
            fields.Refuse(path, $"names no metric that is measured{meant}", string.Join(", ", K6Metrics.Types.Keys));
            return null;
        }
        return fields.Items(
            value,
            path,
            limits.ThresholdExpressions,
            (entry, at) => Expression(fields, entry, at, type, limits)
        );
    }

    private static string? Expression(FieldReader fields, JsonElement entry, string path, string type, Limits limits)
    {
        var allowed = $"a k6 threshold on a {type}, such as {K6Metrics.Example(type)}";
        if (fields.Text(entry, path, limits.ThresholdLength, allowed) is not { } text)
        {
            return null;
        }
        if (!K6ThresholdExpression.TryParse(text, out var expression, out var problem))
        {
            fields.Refuse(path, $"cannot be read: {FieldPath.Shown(problem)}", allowed);
            return null;
        }
        if (K6Metrics.HasStatistic(type, expression))
        {
            return text;
        }
        fields.Refuse(path, $"asks for {expression.Statistic}, which a {type} does not have", allowed);
        return null;
    }

    [GeneratedRegex(
        @"^(?<metric>[A-Za-z_][A-Za-z0-9_]*)(\{[^{},:]+:[^,]*(,[^{},:]+:[^,]*)*\})?\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture
    )]
    private static partial Regex MetricName();
}
