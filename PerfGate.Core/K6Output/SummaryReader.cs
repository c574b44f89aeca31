using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using PerfGate.Core.Metrics;

namespace PerfGate.Core.K6Output;

/// <summary>
/// Reads k6's summary in its three shapes: <c>--summary-export</c>, the argument of <c>handleSummary</c>, and the
/// machine-readable one of v2.
/// </summary>
public static class SummaryReader
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 256 };

    /// <summary>Reads a summary; false, with the problem, where the text is none.</summary>
    public static bool TryRead(
        ReadOnlyMemory<byte> utf8,
        [NotNullWhen(true)] out K6Summary? summary,
        [NotNullWhen(false)] out string? problem
    )
    {
        (summary, problem) = (null, null);
        try
        {
            using var document = JsonDocument.Parse(utf8, Options);
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object)
            {
                summary =
                    root.TryGetProperty("results", out var results) ? MachineSummary.Read(root, results)
                    : root.TryGetProperty("metrics", out var metrics) ? ReadClassic(root, metrics)
                    : null;
            }
            problem =
                summary is null ? "it is not a summary of k6: it has neither metrics nor results"
                : IsMeasured(summary) ? null
                : "it has a value that cannot have been measured";
            summary = problem is null ? summary : null;
        }
        catch (JsonException e)
        {
            problem = FormattableString.Invariant(
                $"it is not whole JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1})"
            );
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException or FormatException)
        {
            problem = $"it is not shaped as k6 shapes it: {e.Message}";
        }
        return summary is not null;
    }

    private static bool IsMeasured(K6Summary summary) =>
        (summary.DurationSeconds is not { } seconds || seconds == 0 || MeasuredRange.HoldsLength(seconds))
        && summary.Metrics.Values.All(metric => metric.Values.Values.All(MeasuredRange.Holds))
        && summary.Checks.All(check => IsCount(check.Passes) && IsCount(check.Fails));

    private static bool IsCount(long count) => count is >= 0 and <= MeasuredRange.MostInSecond;

    private static K6Summary ReadClassic(JsonElement root, JsonElement metrics)
    {
        var read = new Dictionary<string, K6Metric>();
        foreach (var metric in metrics.EnumerateObject())
        {
            var values = metric.Value.TryGetProperty("values", out var inner) ? inner : metric.Value;
            read[metric.Name] = new K6Metric(Values(values), Thresholds(metric.Value));
        }
        var groups = new List<string>();
        var checks = new Dictionary<string, (long Passes, long Fails)>();
        if (root.TryGetProperty("root_group", out var group))
        {
            ReadGroup(group, groups, checks);
        }
        double? duration =
            root.TryGetProperty("state", out var state)
            && state.TryGetProperty("testRunDurationMs", out var ms)
            && ms.ValueKind == JsonValueKind.Number
                ? ms.GetDouble() / 1000
                : DurationOf(read);
        return new K6Summary(read, Checks(checks), groups, duration);
    }

    /// <summary>A counter's rate is its count over the length of the run.</summary>
    private static double? DurationOf(Dictionary<string, K6Metric> metrics)
    {
        foreach (var name in new[] { "http_reqs", "iterations", "data_received", "data_sent" })
        {
            if (
                metrics.TryGetValue(name, out var metric)
                && metric.Values.TryGetValue("count", out var count)
                && metric.Values.TryGetValue("rate", out var rate)
                && rate > 0
            )
            {
                return count / rate;
            }
        }
        return null;
    }

    private static Dictionary<string, double> Values(JsonElement element)
    {
        var values = new Dictionary<string, double>();
        foreach (var value in element.EnumerateObject())
        {
            if (value.Value.ValueKind == JsonValueKind.Number)
            {
                values[value.Name] = value.Value.GetDouble();
            }
        }
        // Only rate metrics have passes; --summary-export calls their share value, handleSummary calls it rate.
        if (values.ContainsKey("passes") && values.TryGetValue("value", out var share))
        {
            values.TryAdd("rate", share);
        }
        return values;
    }

    private static Dictionary<string, bool> Thresholds(JsonElement metric)
    {
        var held = new Dictionary<string, bool>();
        if (metric.TryGetProperty("thresholds", out var thresholds) && thresholds.ValueKind == JsonValueKind.Object)
        {
            foreach (var threshold in thresholds.EnumerateObject())
            {
                // handleSummary says {"ok":true} where it held; --summary-export says true where it FAILED.
                held[threshold.Name] =
                    threshold.Value.ValueKind == JsonValueKind.Object
                        ? threshold.Value.GetProperty("ok").GetBoolean()
                        : !threshold.Value.GetBoolean();
            }
        }
        return held;
    }

    private static void ReadGroup(
        JsonElement group,
        List<string> groups,
        Dictionary<string, (long Passes, long Fails)> checks
    )
    {
        var path = group.TryGetProperty("path", out var text) ? text.GetString() ?? "" : "";
        if (path.Length > 0)
        {
            groups.Add(path.StartsWith("::", StringComparison.Ordinal) ? path[2..] : path);
        }
        foreach (var check in Children(group, "checks"))
        {
            var name = check.GetProperty("name").GetString() ?? "";
            var (passes, fails) = checks.GetValueOrDefault(name);
            checks[name] = (
                passes + check.GetProperty("passes").GetInt64(),
                fails + check.GetProperty("fails").GetInt64()
            );
        }
        foreach (var child in Children(group, "groups"))
        {
            ReadGroup(child, groups, checks);
        }
    }

    /// <summary>An object by name in <c>--summary-export</c>, an array in <c>handleSummary</c>.</summary>
    private static IEnumerable<JsonElement> Children(JsonElement group, string name) =>
        !group.TryGetProperty(name, out var children) ? []
        : children.ValueKind == JsonValueKind.Array ? children.EnumerateArray()
        : children.ValueKind == JsonValueKind.Object ? children.EnumerateObject().Select(child => child.Value)
        : [];

    private static List<CheckCount> Checks(Dictionary<string, (long Passes, long Fails)> checks) =>
        [
            .. checks
                .OrderBy(check => check.Key, StringComparer.Ordinal)
                .Select(check => new CheckCount(check.Key, check.Value.Passes, check.Value.Fails)),
        ];
}
