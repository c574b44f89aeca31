using System.Text.Json.Nodes;
using PerfGate.K6.Metrics;
using PerfGate.K6.Options;

namespace PerfGate.K6.Summary;

/// <summary>What a test measured, in the shapes k6 gives it: the argument of handleSummary, and <c>--summary-export</c>.</summary>
public sealed class SummaryData(MetricEngine engine, ThresholdWatch thresholds, TestOptions options, TimeSpan elapsed)
{
    private readonly double _seconds = elapsed.TotalSeconds;

    /// <summary>The argument of handleSummary.</summary>
    /// <param name="setupData">What setup() returned; null where it returned nothing, then there is no <c>setup_data</c>.</param>
    public JsonObject ForHandleSummary(JsonNode? setupData)
    {
        var summary = new JsonObject
        {
            ["metrics"] = Metrics(
                (sink, name) =>
                    new JsonObject
                    {
                        ["type"] = sink.Metric.Type.ToString().ToLowerInvariant(),
                        ["contains"] = sink.Metric.Contains.ToString().ToLowerInvariant(),
                        ["values"] = Values(sink, forExport: false),
                        // Here, true is held.
                        ["thresholds"] = Thresholds(name, threshold => new JsonObject { ["ok"] = !threshold.Crossed }),
                    }
            ),
            ["root_group"] = engine.Read(_ => Group(engine.Checks.Root, asLists: true)),
            ["options"] = new JsonObject
            {
                ["summaryTrendStats"] = new JsonArray([
                    .. options.SummaryTrendStats.Select(stat => JsonValue.Create(stat)),
                ]),
                ["summaryTimeUnit"] = options.Source["summaryTimeUnit"]?.ToString() ?? "",
                ["noColor"] = true,
            },
            ["state"] = new JsonObject
            {
                ["isStdOutTTY"] = false,
                ["isStdErrTTY"] = false,
                ["testRunDurationMs"] = elapsed.TotalMilliseconds,
            },
        };
        return WithSetupData(summary, setupData);
    }

    /// <summary>The content of <c>--summary-export</c>.</summary>
    /// <param name="setupData">As for handleSummary: k6 exports it too.</param>
    public JsonObject ForExport(JsonNode? setupData = null)
    {
        var summary = new JsonObject
        {
            ["metrics"] = Metrics(
                (sink, name) =>
                {
                    var metric = Values(sink, forExport: true);
                    // Here, true is crossed (k6's own polarity).
                    if (Thresholds(name, threshold => JsonValue.Create(threshold.Crossed)) is { } held)
                    {
                        metric["thresholds"] = held;
                    }
                    return metric;
                }
            ),
            ["root_group"] = engine.Read(_ => Group(engine.Checks.Root, asLists: false)),
        };
        return WithSetupData(summary, setupData);
    }

    /// <summary>Whether k6 shows a metric: it has samples or thresholds, or a part of it has thresholds.</summary>
    internal static bool IsShown(string name, Sink sink, ThresholdWatch thresholds) =>
        sink.Count > 0
        || thresholds.Thresholds.Any(threshold =>
            threshold.MetricName == name || (name == sink.Metric.Name && threshold.Metric == sink.Metric)
        );

    private static JsonObject WithSetupData(JsonObject summary, JsonNode? setupData)
    {
        if (setupData is not null)
        {
            summary["setup_data"] = setupData.DeepClone();
        }
        return summary;
    }

    /// <summary>The statistics of one metric, in k6's names.</summary>
    private JsonObject Values(Sink sink, bool forExport)
    {
        JsonObject Of(params string[] names)
        {
            var values = new JsonObject();
            foreach (var name in names)
            {
                values[name] = sink.Statistic(name, _seconds);
            }
            return values;
        }

        switch (sink.Metric.Type)
        {
            case MetricType.Counter:
                return Of("count", "rate");
            case MetricType.Gauge:
                return Of("value", "min", "max");
            case MetricType.Trend:
                return Of([.. options.SummaryTrendStats]);
            default:
                var rate = new JsonObject { ["passes"] = sink.Passes, ["fails"] = sink.Count - sink.Passes };
                rate[forExport ? "value" : "rate"] = sink.Statistic("rate", _seconds);
                return rate;
        }
    }

    private JsonObject Metrics(Func<Sink, string, JsonObject> describe) =>
        engine.Read(sinks =>
        {
            var metrics = new JsonObject();
            foreach (var (name, sink) in sinks.Where(entry => IsShown(entry.Name, entry.Sink, thresholds)))
            {
                var described = describe(sink, name);
                if (described.TryGetPropertyValue("thresholds", out var none) && none is null)
                {
                    described.Remove("thresholds");
                }
                metrics[name] = described;
            }
            return metrics;
        });

    private JsonObject? Thresholds(string metric, Func<WatchedThreshold, JsonNode> describe)
    {
        var described = new JsonObject();
        foreach (var threshold in thresholds.Thresholds.Where(threshold => threshold.MetricName == metric))
        {
            described[threshold.Options.Expression] = describe(threshold);
        }
        return described.Count > 0 ? described : null;
    }

    private static JsonObject Group(CheckGroup group, bool asLists)
    {
        var described = new JsonObject
        {
            ["name"] = group.Name,
            ["path"] = group.Path,
            ["id"] = CheckGroup.IdOf(group.Path),
        };
        if (asLists)
        {
            described["groups"] = new JsonArray([.. group.Groups.Select(inner => Group(inner, asLists))]);
            described["checks"] = new JsonArray([.. group.Checks.Select(Check)]);
            return described;
        }
        var groups = new JsonObject();
        foreach (var inner in group.Groups)
        {
            groups[inner.Name] = Group(inner, asLists);
        }
        var checks = new JsonObject();
        foreach (var check in group.Checks)
        {
            checks[check.Name] = Check(check);
        }
        described["groups"] = groups;
        described["checks"] = checks;
        return described;
    }

    private static JsonObject Check(CheckTally check) =>
        new()
        {
            ["name"] = check.Name,
            ["path"] = check.Path,
            ["id"] = CheckGroup.IdOf(check.Path),
            ["passes"] = check.Passes,
            ["fails"] = check.Fails,
        };
}
