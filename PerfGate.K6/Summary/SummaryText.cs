using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using PerfGate.K6.Metrics;
using PerfGate.K6.Options;

namespace PerfGate.K6.Summary;

/// <summary>
/// The end-of-test text in k6's own layout, without colours: the sections THRESHOLDS and TOTAL RESULTS (k6's
/// <c>internal/js/summary.js</c>, summary mode <c>compact</c>, its default).
/// </summary>
public static partial class SummaryText
{
    private static readonly MetricNameOrder ByName = new();

    // As internal/output/summary/data.go: no section for these.
    private static readonly string[] Skipped =
    [
        "checks",
        "group_duration",
        "http_req_blocked",
        "http_req_connecting",
        "http_req_receiving",
        "http_req_sending",
        "http_req_tls_handshaking",
        "http_req_waiting",
    ];

    private static readonly (string Title, string[] Prefixes)[] Sections =
    [
        ("HTTP", ["http_reqs", "http_req_failed", "http_req_duration"]),
        ("EXECUTION", ["vus", "vus_max", "iterations", "iteration_duration", "dropped_iterations"]),
        ("NETWORK", ["data_sent", "data_received"]),
        ("BROWSER", ["browser_"]),
        ("GRPC", ["grpc_"]),
        ("WEBSOCKET", ["ws_"]),
    ];

    [GeneratedRegex(@"^p\((\d+(?:\.\d+)?)\)\s*[<>=]")]
    private static partial Regex PercentileSource();

    [GeneratedRegex("[=><]")]
    private static partial Regex Operator();

    /// <summary>Renders it.</summary>
    /// <param name="engine">What was measured.</param>
    /// <param name="thresholds">The thresholds as last evaluated.</param>
    /// <param name="options">For <c>summaryTrendStats</c> and <c>summaryTimeUnit</c>.</param>
    /// <param name="elapsed">How long the test took.</param>
    public static string Render(
        MetricEngine engine,
        ThresholdWatch thresholds,
        TestOptions options,
        TimeSpan elapsed
    ) =>
        engine.Read(sinks =>
        {
            var timeUnit = options.Source["summaryTimeUnit"]?.ToString() ?? "";
            var stats = options.SummaryTrendStats;
            var shown = sinks.Where(entry => SummaryData.IsShown(entry.Name, entry.Sink, thresholds)).ToList();
            var text = new StringBuilder("\n");
            if (thresholds.Thresholds.Count > 0)
            {
                text.Append("\n  █ THRESHOLDS \n");
                AppendThresholds(text, shown, thresholds, stats, elapsed.TotalSeconds, timeUnit);
                text.Append('\n');
            }
            text.Append("\n  █ TOTAL RESULTS \n");
            if (shown.Exists(entry => entry.Name == "checks"))
            {
                AppendChecks(text, engine.Checks, stats, elapsed.TotalSeconds);
            }
            var lines = shown
                .Where(entry => !IsAny(Skipped, entry.Name))
                .Select(entry => SummaryLine.Of(entry.Name, entry.Sink, stats, elapsed.TotalSeconds, timeUnit))
                .ToList();
            var columns = new SummaryColumns(lines, stats);
            foreach (var section in lines.GroupBy(line => SectionOf(line.Name)).OrderBy(section => section.Key))
            {
                var title = section.Key < 0 ? "CUSTOM" : Sections[section.Key].Title;
                text.Append(CultureInfo.InvariantCulture, $"\n    {title}");
                foreach (var line in section.OrderBy(line => line.Name, ByName))
                {
                    text.Append(CultureInfo.InvariantCulture, $"\n    {columns.Render(line)}");
                }
                text.Append('\n');
            }
            return text.Append("\n\n\n").ToString();
        });

    private static void AppendThresholds(
        StringBuilder text,
        List<(string Name, Sink Sink)> shown,
        ThresholdWatch thresholds,
        IReadOnlyList<string> stats,
        double seconds,
        string timeUnit
    )
    {
        var metrics = thresholds
            .Thresholds.GroupBy(threshold => threshold.MetricName)
            .OrderBy(metric => metric.Key, ByName)
            .ToList();
        foreach (var metric in metrics)
        {
            var sink = shown.Find(entry => entry.Name == metric.Key).Sink;
            // A part of a metric stands below the metric, where that has thresholds too.
            var isInner = metric.Key != sink.Metric.Name && metrics.Exists(other => other.Key == sink.Metric.Name);
            var indent = isInner ? "      " : "    ";
            var name = isInner ? metric.Key[sink.Metric.Name.Length..] : metric.Key;
            text.Append(CultureInfo.InvariantCulture, $"\n{indent}{name}");
            foreach (var threshold in metric)
            {
                var source = threshold.Options.Expression;
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"\n{indent}{(threshold.Crossed ? '✗' : '✓')} '{source.Trim()}' {Measured(sink, source, stats, seconds, timeUnit)}"
                );
            }
            text.Append('\n');
        }
    }

    // k6 prints no value for what is neither a column nor a percentile it knows by its threshold.
    private static string Measured(
        Sink sink,
        string source,
        IReadOnlyList<string> stats,
        double seconds,
        string timeUnit
    )
    {
        var aggregation = Operator().Split(source, 2)[0].Trim();
        var line = SummaryLine.Of("", sink, stats, seconds, timeUnit);
        var value = sink.Metric.Type switch
        {
            MetricType.Counter when aggregation != "count" => line.Figures[1],
            MetricType.Trend => stats.Contains(aggregation) || PercentileSource().IsMatch(source.Trim())
                ? SummaryLine.TrendFigure(sink, aggregation, seconds, timeUnit)
                : "",
            _ => line.Figures[0],
        };
        return $"{aggregation}={value}";
    }

    private static void AppendChecks(StringBuilder text, CheckTree checks, IReadOnlyList<string> stats, double seconds)
    {
        var passes = checks.All.Sum(check => check.Passes);
        var total = passes + checks.All.Sum(check => check.Fails);
        var totals = new Sink(new Metric("checks_total", MetricType.Counter, MetricContains.Default));
        totals.Add(total);
        SummaryLine[] lines =
        [
            SummaryLine.Of("checks_total", totals, stats, seconds, ""),
            SummaryLine.Of("checks_succeeded", Rate("checks_succeeded", passes, total - passes), stats, seconds, ""),
            SummaryLine.Of("checks_failed", Rate("checks_failed", total - passes, passes), stats, seconds, ""),
        ];
        var columns = new SummaryColumns(lines, stats);
        foreach (var line in lines)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n    {columns.Render(line)}");
        }
        text.Append('\n');
        foreach (var check in checks.All)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n    {(check.Fails == 0 ? '✓' : '✗')} {check.Name}");
            if (check.Fails > 0)
            {
                var percent = 100 * check.Passes / (check.Passes + check.Fails);
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"\n      ↳  {percent}% — ✓ {check.Passes} / ✗ {check.Fails}"
                );
            }
        }
        text.Append('\n');
    }

    private static Sink Rate(string name, long passes, long fails) =>
        new(new Metric(name, MetricType.Rate, MetricContains.Default), passes, fails);

    private static int SectionOf(string name) => Array.FindIndex(Sections, section => IsAny(section.Prefixes, name));

    private static bool IsAny(string[] prefixes, string name) =>
        Array.Exists(prefixes, prefix => name.StartsWith(prefix, StringComparison.Ordinal));
}
