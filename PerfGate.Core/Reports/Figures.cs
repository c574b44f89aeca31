using System.Globalization;
using PerfGate.Core.Thresholds;

namespace PerfGate.Core.Reports;

/// <summary>Numbers as reports write them: invariant, three significant digits where more would be noise.</summary>
internal static class Figures
{
    /// <summary>Stands where nothing was measured.</summary>
    public const string Absent = "–";

    /// <summary>A whole count: <c>12,345</c>.</summary>
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A plain number: <c>1,235</c>, <c>123</c>, <c>12.3</c>, <c>1.23</c>.</summary>
    public static string Number(double value) =>
        Math.Abs(value) switch
        {
            double.NaN => Absent,
            >= 99.95 => value.ToString("N0", CultureInfo.InvariantCulture),
            >= 9.995 => value.ToString("0.#", CultureInfo.InvariantCulture),
            0 => "0",
            < 0.01 => value.ToString("0.####", CultureInfo.InvariantCulture),
            _ => value.ToString("0.##", CultureInfo.InvariantCulture),
        };

    /// <summary>A duration given in milliseconds: <c>0.42 ms</c>, <c>182 ms</c>, <c>12.3 s</c>.</summary>
    public static string Ms(double? milliseconds) =>
        milliseconds switch
        {
            null => Absent,
            >= 10_000 => Number(milliseconds.Value / 1000) + " s",
            _ => Number(milliseconds.Value) + " ms",
        };

    /// <summary>A share of 0 to 1 as percent; a small one that is not nothing never reads as 0 %, nor nearly all as 100 %.</summary>
    public static string Percent(double share) =>
        share switch
        {
            > 0 and < 0.00005 => "<0.01 %",
            < 1 and > 0.99995 => ">99.99 %",
            _ => (share * 100).ToString("0.##", CultureInfo.InvariantCulture) + " %",
        };

    /// <summary>Requests a second.</summary>
    public static string Rate(double perSecond) => Number(perSecond) + " req/s";

    /// <summary>Bytes in decimal units: <c>3.4 MB</c>.</summary>
    public static string Bytes(double bytes) =>
        bytes switch
        {
            >= 1e9 => Number(bytes / 1e9) + " GB",
            >= 1e6 => Number(bytes / 1e6) + " MB",
            >= 1e3 => Number(bytes / 1e3) + " kB",
            _ => Number(bytes) + " B",
        };

    /// <summary>A value of a threshold in its own unit.</summary>
    /// <param name="value">The value; null where nothing was measured.</param>
    /// <param name="unit">As in <see cref="ThresholdResult.Unit"/>.</param>
    public static string WithUnit(double? value, string unit) =>
        (value, unit) switch
        {
            (null, _) => Absent,
            (_, "ms") => Ms(value),
            (_, "share") => Percent(value.Value),
            (_, "requests/s") => Rate(value.Value),
            (_, "") => Number(value.Value),
            _ => Number(value.Value) + " " + unit,
        };

    /// <summary>A value of a baseline metric, by the metric's column name.</summary>
    public static string OfMetric(string metric, double value) => WithUnit(value, UnitOfMetric(metric));

    /// <summary>A baseline metric's name for a person.</summary>
    public static string MetricName(string metric) =>
        metric switch
        {
            "avg_response_time_ms" => "Average response time",
            "p95_response_time_ms" => "95th percentile response time",
            "error_rate" => "Error rate",
            "throughput_rps" => "Throughput",
            _ => metric,
        };

    /// <summary>A moment in UTC, to the second.</summary>
    public static string Moment(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>Seconds since the start: <c>45 s</c>, <c>1:30</c>, <c>2:00:00</c>.</summary>
    public static string Elapsed(double seconds)
    {
        var time = TimeSpan.FromSeconds(Math.Round(seconds));
        return time.TotalHours >= 1 ? FormattableString.Invariant($"{(int)time.TotalHours}:{time:mm\\:ss}")
            : time.TotalMinutes >= 1 ? FormattableString.Invariant($"{time:m\\:ss}")
            : FormattableString.Invariant($"{time.TotalSeconds:0} s");
    }

    /// <summary>A signed change in percent: <c>+12.3 %</c>; absent where the baseline is 0.</summary>
    public static string Change(double? percent) =>
        percent switch
        {
            null => Absent,
            >= 100 or <= -100 => percent.Value.ToString("+#,0;−#,0", CultureInfo.InvariantCulture) + " %",
            _ => percent.Value.ToString("+0.#;−0.#;0", CultureInfo.InvariantCulture) + " %",
        };

    private static string UnitOfMetric(string metric) =>
        metric switch
        {
            "error_rate" => "share",
            "throughput_rps" => "requests/s",
            _ when metric.EndsWith("_ms", StringComparison.Ordinal) => "ms",
            _ => "",
        };
}
