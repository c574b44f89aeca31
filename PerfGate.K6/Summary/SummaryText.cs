using System.Globalization;
using System.Text;
using PerfGate.K6.Metrics;
using PerfGate.K6.Options;

namespace PerfGate.K6.Summary;

/// <summary>The end-of-test text, in k6's order: thresholds, checks, metrics.</summary>
public static class SummaryText
{
    /// <summary>Renders it without colours.</summary>
    public static string Render(MetricEngine engine, ThresholdWatch thresholds, TestOptions options, TimeSpan elapsed)
    {
        var text = new StringBuilder();
        if (thresholds.Thresholds.Count > 0)
        {
            text.Append("\n\n  █ THRESHOLDS\n");
            foreach (var metric in thresholds.Thresholds.GroupBy(threshold => threshold.MetricName))
            {
                text.Append(CultureInfo.InvariantCulture, $"\n    {metric.Key}\n");
                foreach (var threshold in metric)
                {
                    text.Append(
                        CultureInfo.InvariantCulture,
                        $"    {(threshold.Crossed ? '✗' : '✓')} '{threshold.Options.Expression}'\n"
                    );
                }
            }
        }
        text.Append("\n\n  █ TOTAL RESULTS\n\n");
        engine.Read(sinks =>
        {
            foreach (var check in engine.Checks.All)
            {
                var mark = check.Fails == 0 ? '✓' : '✗';
                text.Append(CultureInfo.InvariantCulture, $"    {mark} {check.Name}\n");
                if (check.Fails > 0)
                {
                    text.Append(
                        CultureInfo.InvariantCulture,
                        $"      ↳  {100 * check.Passes / (check.Passes + check.Fails)}% — ✓ {check.Passes} / ✗ {check.Fails}\n"
                    );
                }
            }
            text.Append('\n');
            var shown = sinks
                .Where(entry => entry.Sink.Count > 0)
                .OrderBy(entry => entry.Name, StringComparer.Ordinal)
                .ToList();
            var width = shown.Select(entry => entry.Name.Length).DefaultIfEmpty().Max() + 3;
            foreach (var (name, sink) in shown)
            {
                text.Append("    ")
                    .Append(name.PadRight(width, '.'))
                    .Append(": ")
                    .Append(Describe(sink, options, elapsed.TotalSeconds))
                    .Append('\n');
            }
            return 0;
        });
        return text.Append('\n').ToString();
    }

    private static string Describe(Sink sink, TestOptions options, double seconds) =>
        sink.Metric.Type switch
        {
            MetricType.Counter => $"{Figure(sink, "count", seconds)} {Figure(sink, "rate", seconds)}/s",
            MetricType.Gauge =>
                $"{Figure(sink, "value", seconds)} min={Figure(sink, "min", seconds)} max={Figure(sink, "max", seconds)}",
            MetricType.Rate => string.Create(
                CultureInfo.InvariantCulture,
                $"{sink.Statistic("rate", seconds) * 100:0.00}% {sink.Passes} out of {sink.Count}"
            ),
            _ => string.Join(' ', options.SummaryTrendStats.Select(stat => $"{stat}={Figure(sink, stat, seconds)}")),
        };

    private static string Figure(Sink sink, string statistic, double seconds)
    {
        var value = sink.Statistic(statistic, seconds) ?? 0;
        return statistic == "count" && sink.Metric.Type == MetricType.Trend ? Number(value)
            : sink.Metric.Contains == MetricContains.Time && sink.Metric.Type == MetricType.Trend ? Time(value)
            : sink.Metric.Contains == MetricContains.Data ? Bytes(value)
            : Number(value);
    }

    private static string Number(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);

    private static string Time(double milliseconds) =>
        milliseconds switch
        {
            < 1 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds * 1000:0.##}µs"),
            < 1000 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0.##}ms"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1000:0.##}s"),
        };

    private static string Bytes(double bytes) =>
        bytes switch
        {
            < 1000 => string.Create(CultureInfo.InvariantCulture, $"{bytes:0} B"),
            < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1000:0.#} kB"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1_000_000:0.#} MB"),
        };
}
