using PerfGate.Core.Thresholds;

namespace PerfGate.Core.Requests;

/// <summary>Metrics that k6 measures by itself in a generated script, with their types: what a threshold can rest on.</summary>
public static class K6Metrics
{
    /// <summary>Name to type: <c>counter</c>, <c>gauge</c>, <c>rate</c> or <c>trend</c>.</summary>
    /// <remarks>https://grafana.com/docs/k6/latest/using-k6/metrics/reference/</remarks>
    public static IReadOnlyDictionary<string, string> Types { get; } =
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["checks"] = "rate",
            ["data_received"] = "counter",
            ["data_sent"] = "counter",
            ["dropped_iterations"] = "counter",
            ["group_duration"] = "trend",
            ["http_req_blocked"] = "trend",
            ["http_req_connecting"] = "trend",
            ["http_req_duration"] = "trend",
            ["http_req_failed"] = "rate",
            ["http_req_receiving"] = "trend",
            ["http_req_sending"] = "trend",
            ["http_req_tls_handshaking"] = "trend",
            ["http_req_waiting"] = "trend",
            ["http_reqs"] = "counter",
            ["iteration_duration"] = "trend",
            ["iterations"] = "counter",
            ["vus"] = "gauge",
            ["vus_max"] = "gauge",
            ["ws_connecting"] = "trend",
            ["ws_msgs_received"] = "counter",
            ["ws_msgs_sent"] = "counter",
            ["ws_ping"] = "trend",
            ["ws_session_duration"] = "trend",
            ["ws_sessions"] = "counter",
        };

    /// <summary>An expression that a metric of the type can have.</summary>
    public static string Example(string type) =>
        type switch
        {
            "counter" => "rate>10 or count<1000",
            "gauge" => "value<100",
            "rate" => "rate<0.01",
            _ => "p(99)<500 or avg<=200",
        };

    /// <summary>Whether a metric of the type has the statistic that an expression asks for.</summary>
    public static bool HasStatistic(string type, K6ThresholdExpression expression) =>
        type switch
        {
            "counter" => expression.Statistic is "count" or "rate",
            "gauge" => expression.Statistic is "value",
            "rate" => expression.Statistic is "rate",
            _ => expression.Percentile is not null || expression.Statistic is "avg" or "min" or "max" or "med",
        };
}
