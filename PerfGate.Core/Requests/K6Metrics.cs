using System.Globalization;
using System.Text.RegularExpressions;

namespace PerfGate.Core.Requests;

/// <summary>Metrics that k6 measures by itself in a generated script, with their types: what a threshold can rest on.</summary>
public static partial class K6Metrics
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

    /// <summary>Whether the text is a k6 threshold expression whose aggregation the type has.</summary>
    /// <remarks>Grammar: metrics/thresholds_parser.go of grafana/k6.</remarks>
    public static bool IsExpression(string type, string text)
    {
        var match = Expression().Match(text);
        if (!match.Success)
        {
            return false;
        }
        var method = match.Groups["method"].Value;
        return type switch
        {
            "counter" => method is "count" or "rate",
            "gauge" => method is "value",
            "rate" => method is "rate",
            _ => method is "avg" or "min" or "max" or "med" || method[0] == 'p',
        };
    }

    /// <summary>The percentile an expression asks for, as k6 names the statistic: <c>p(99.9)</c>; null where none.</summary>
    public static string? Percentile(string text) =>
        Expression().Match(text) is { Success: true } match && match.Groups["method"].Value[0] == 'p'
            ? $"p({double.Parse(match.Groups["method"].Value[2..^1], CultureInfo.InvariantCulture).ToString("R", CultureInfo.InvariantCulture)})"
            : null;

    [GeneratedRegex(
        @"^\s*(?<method>count|rate|value|avg|min|max|med|p\((100(\.0+)?|[0-9]{1,2}(\.[0-9]+)?)\))\s*(<=|<|>=|>|===|==|!=)\s*-?[0-9]+(\.[0-9]+)?\s*\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Expression();
}
