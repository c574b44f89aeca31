using System.Globalization;
using System.Text.Json;
using PerfGate.Core.Metrics;

namespace PerfGate.Core.K6Output;

/// <summary>
/// The machine-readable summary of k6 v2 (<c>--new-machine-readable-summary</c>). Its generated type and its bytes spell
/// percentiles and what is known of the file differently (<c>p(90)</c>, <c>p90</c>; <c>k6Version</c>, <c>k6_version</c>): both are read. It has no thresholds and no groups.
/// </summary>
internal static class MachineSummary
{
    public static K6Summary Read(JsonElement root, JsonElement results)
    {
        double? duration =
            root.TryGetProperty("config", out var config)
            && config.TryGetProperty("duration", out var seconds)
            && seconds.ValueKind == JsonValueKind.Number
                ? seconds.GetDouble()
                : null;
        var metrics = new Dictionary<string, K6Metric>();
        foreach (var metric in results.GetProperty("metrics").EnumerateArray())
        {
            var name = metric.GetProperty("name").GetString() ?? "";
            metrics[name] = new K6Metric(
                Values(metric.GetProperty("type").GetString(), metric.GetProperty("values"), duration),
                new Dictionary<string, bool>()
            );
        }
        var checks = results.TryGetProperty("checks", out var found) ? found : default;
        if (checks.ValueKind == JsonValueKind.Object && checks.TryGetProperty("metrics", out var totals))
        {
            AddChecksMetric(metrics, totals);
        }
        var metadata = root.TryGetProperty("metadata", out var about) ? about : default;
        return new K6Summary(metrics, Checks(checks), [], duration)
        {
            K6Version = Text(metadata, "k6_version", "k6Version"),
            GeneratedAt = DateTimeOffset.TryParse(
                Text(metadata, "generated_at", "generatedAt"),
                CultureInfo.InvariantCulture,
                DateTimeStyles.AdjustToUniversal,
                out var generated
            )
                ? generated
                : null,
        };
    }

    /// <summary>A text by either of its names; null where there is none.</summary>
    private static string? Text(JsonElement parent, string name, string otherName) =>
        parent.ValueKind == JsonValueKind.Object
        && (parent.TryGetProperty(name, out var text) || parent.TryGetProperty(otherName, out text))
        && text.ValueKind == JsonValueKind.String
            ? text.GetString()
            : null;

    private static Dictionary<string, double> Values(string? type, JsonElement element, double? duration)
    {
        var values = new Dictionary<string, double>();
        foreach (var value in element.EnumerateObject())
        {
            if (value.Value.ValueKind == JsonValueKind.Number)
            {
                values[Percentile(value.Name)] = value.Value.GetDouble();
            }
        }
        if (type == "counter" && duration > 0 && values.TryGetValue("count", out var count))
        {
            values.TryAdd("rate", count / duration.Value);
        }
        if (
            type == "rate"
            && values.TryGetValue("matches", out var matches)
            && values.TryGetValue("total", out var total)
        )
        {
            values["passes"] = matches;
            values["fails"] = total - matches;
        }
        return values;
    }

    private static string Percentile(string name) =>
        name.Length > 1 && name[0] == 'p' && char.IsAsciiDigit(name[1]) ? $"p({name[1..]})" : name;

    /// <summary>The other shapes have one rate named checks.</summary>
    private static void AddChecksMetric(Dictionary<string, K6Metric> metrics, JsonElement totals)
    {
        foreach (var metric in totals.EnumerateArray())
        {
            if (metric.GetProperty("name").GetString() == "checks_succeeded")
            {
                metrics["checks"] = new K6Metric(
                    Values("rate", metric.GetProperty("values"), null),
                    new Dictionary<string, bool>()
                );
            }
        }
    }

    private static List<CheckCount> Checks(JsonElement checks) =>
        checks.ValueKind == JsonValueKind.Object && checks.TryGetProperty("results", out var results)
            ?
            [
                .. results
                    .EnumerateArray()
                    .Select(check => new CheckCount(
                        check.GetProperty("name").GetString() ?? "",
                        check.GetProperty("passes").GetInt64(),
                        check.GetProperty("fails").GetInt64()
                    ))
                    .OrderBy(check => check.Name, StringComparer.Ordinal),
            ]
            : [];
}
