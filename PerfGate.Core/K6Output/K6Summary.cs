using PerfGate.Core.Metrics;

namespace PerfGate.Core.K6Output;

/// <summary>k6's end-of-test summary, whatever release and shape it came in.</summary>
/// <param name="Metrics">By name as k6 writes it, submetrics included: <c>http_req_duration{scenario:x}</c>.</param>
/// <param name="Checks">Checks by name, those of the same name in different groups added together.</param>
/// <param name="Groups">Group paths without the leading colons.</param>
/// <param name="DurationSeconds">
/// Length of the run as k6 measured it, setup and teardown included; null where the summary does not tell.
/// </param>
public sealed record K6Summary(
    IReadOnlyDictionary<string, K6Metric> Metrics,
    IReadOnlyList<CheckCount> Checks,
    IReadOnlyList<string> Groups,
    double? DurationSeconds
)
{
    /// <summary>Release of k6 that wrote it: <c>2.2.0</c>; null where the summary does not tell.</summary>
    public string? K6Version { get; init; }

    /// <summary>When it was written, UTC; null where the summary does not tell.</summary>
    public DateTimeOffset? GeneratedAt { get; init; }

    /// <summary>A statistic of a metric; null where the summary has none.</summary>
    public double? Value(string metric, string statistic) =>
        Metrics.TryGetValue(metric, out var found) && found.Values.TryGetValue(statistic, out var value) ? value : null;
}

/// <summary>A metric of the summary.</summary>
/// <param name="Values">
/// By k6's names: <c>avg</c>, <c>p(95)</c>, <c>count</c>, <c>rate</c>, <c>passes</c>, <c>fails</c>, <c>value</c>, ... Rate
/// metrics have <c>rate</c> in every shape. Durations in milliseconds. <c>http_req_failed</c> counts failures in <c>passes</c>.
/// </param>
/// <param name="Thresholds">By expression; true where it held, whatever the shape of the summary says it in.</param>
public sealed record K6Metric(IReadOnlyDictionary<string, double> Values, IReadOnlyDictionary<string, bool> Thresholds);
