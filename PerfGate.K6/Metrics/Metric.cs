using System.Text.RegularExpressions;

namespace PerfGate.K6.Metrics;

/// <summary>k6's four kinds of metric.</summary>
public enum MetricType
{
    /// <summary>Adds up.</summary>
    Counter,

    /// <summary>Keeps the last, smallest and largest value.</summary>
    Gauge,

    /// <summary>Share of values that are not zero.</summary>
    Rate,

    /// <summary>Keeps all values, for averages and percentiles.</summary>
    Trend,
}

/// <summary>What a metric's values are.</summary>
public enum MetricContains
{
    /// <summary>Plain numbers.</summary>
    Default,

    /// <summary>Milliseconds.</summary>
    Time,

    /// <summary>Bytes.</summary>
    Data,
}

/// <summary>A metric. A test has one object for each name: metrics are compared and looked up by reference.</summary>
public sealed class Metric(string name, MetricType type, MetricContains contains)
{
    /// <summary>Its name.</summary>
    public string Name { get; } = name;

    /// <summary>Its kind.</summary>
    public MetricType Type { get; } = type;

    /// <summary>What its values are.</summary>
    public MetricContains Contains { get; } = contains;

    /// <inheritdoc />
    public override string ToString() => Name;
}

/// <summary>All metrics of a test.</summary>
public sealed partial class MetricRegistry
{
    // k6's rule (metrics/registry.go): two characters at least, whatever its message says.
    [GeneratedRegex("^[a-zA-Z_][a-zA-Z0-9_]{1,128}\\z")]
    private static partial Regex Name();

    private readonly Dictionary<string, Metric> _metrics = [];

    /// <summary>The metric of a name, made where it is new.</summary>
    /// <exception cref="ScriptException">
    /// The name is none, or is taken by a metric of another type or kind of values; worded as k6 does.
    /// </exception>
    public Metric GetOrAdd(string name, MetricType type, MetricContains contains = MetricContains.Default)
    {
        if (!Name().IsMatch(name))
        {
            throw new ScriptException(
                $"Invalid metric name: '{name}'. Metric names must only include up to 128 ASCII letters, numbers, or underscores and start with a letter or an underscore."
            );
        }
        lock (_metrics)
        {
            if (!_metrics.TryGetValue(name, out var metric))
            {
                metric = new Metric(name, type, contains);
                _metrics[name] = metric;
            }
            if (metric.Type != type)
            {
                throw new ScriptException(
                    $"metric '{name}' already exists but with type {Lower(metric.Type)}, instead of {Lower(type)}"
                );
            }
            return metric.Contains == contains
                ? metric
                : throw new ScriptException(
                    $"metric '{name}' already exists but with a value type {Lower(metric.Contains)}, instead of {Lower(contains)}"
                );
        }
    }

    private static string Lower<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    /// <summary>The metric of a name; null where there is none.</summary>
    public Metric? Find(string name)
    {
        lock (_metrics)
        {
            return _metrics.GetValueOrDefault(name);
        }
    }
}

/// <summary>The metrics k6 emits by itself.</summary>
public sealed class BuiltInMetrics(MetricRegistry registry)
{
    internal Metric Vus { get; } = registry.GetOrAdd("vus", MetricType.Gauge);
    internal Metric VusMax { get; } = registry.GetOrAdd("vus_max", MetricType.Gauge);
    internal Metric Iterations { get; } = registry.GetOrAdd("iterations", MetricType.Counter);
    internal Metric IterationDuration { get; } =
        registry.GetOrAdd("iteration_duration", MetricType.Trend, MetricContains.Time);
    internal Metric DroppedIterations { get; } = registry.GetOrAdd("dropped_iterations", MetricType.Counter);
    internal Metric Checks { get; } = registry.GetOrAdd("checks", MetricType.Rate);
    internal Metric GroupDuration { get; } = registry.GetOrAdd("group_duration", MetricType.Trend, MetricContains.Time);
    internal Metric HttpReqs { get; } = registry.GetOrAdd("http_reqs", MetricType.Counter);
    internal Metric HttpReqFailed { get; } = registry.GetOrAdd("http_req_failed", MetricType.Rate);
    internal Metric HttpReqDuration { get; } = Time(registry, "http_req_duration");
    internal Metric HttpReqBlocked { get; } = Time(registry, "http_req_blocked");
    internal Metric HttpReqConnecting { get; } = Time(registry, "http_req_connecting");
    internal Metric HttpReqTlsHandshaking { get; } = Time(registry, "http_req_tls_handshaking");
    internal Metric HttpReqSending { get; } = Time(registry, "http_req_sending");
    internal Metric HttpReqWaiting { get; } = Time(registry, "http_req_waiting");
    internal Metric HttpReqReceiving { get; } = Time(registry, "http_req_receiving");
    internal Metric DataSent { get; } = registry.GetOrAdd("data_sent", MetricType.Counter, MetricContains.Data);
    internal Metric DataReceived { get; } = registry.GetOrAdd("data_received", MetricType.Counter, MetricContains.Data);
    internal Metric WsSessions { get; } = registry.GetOrAdd("ws_sessions", MetricType.Counter);
    internal Metric WsMessagesSent { get; } = registry.GetOrAdd("ws_msgs_sent", MetricType.Counter);
    internal Metric WsMessagesReceived { get; } = registry.GetOrAdd("ws_msgs_received", MetricType.Counter);
    internal Metric WsPing { get; } = Time(registry, "ws_ping");
    internal Metric WsSessionDuration { get; } = Time(registry, "ws_session_duration");
    internal Metric WsConnecting { get; } = Time(registry, "ws_connecting");

    private static Metric Time(MetricRegistry registry, string name) =>
        registry.GetOrAdd(name, MetricType.Trend, MetricContains.Time);
}
