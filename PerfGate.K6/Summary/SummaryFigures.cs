using System.Globalization;
using System.Text;
using PerfGate.K6.Metrics;

namespace PerfGate.K6.Summary;

/// <summary>Figures as k6's end-of-test text shows them (<c>internal/js/summary.js</c>, <c>humanizeValue</c>).</summary>
public static class SummaryFigures
{
    private static readonly string[] ByteUnits = ["B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];

    /// <summary>A value of a metric: a share in percent, bytes, a time, or a plain number.</summary>
    /// <param name="value">The value.</param>
    /// <param name="metric">Of what.</param>
    /// <param name="timeUnit">k6's <c>summaryTimeUnit</c>: s, ms, us; empty for the unit that fits.</param>
    public static string Of(double value, Metric metric, string timeUnit) =>
        (metric.Type, metric.Contains) switch
        {
            // Cut off, not rounded: 99.999 % of the checks is not all of them.
            (MetricType.Rate, _) => Fixed(Math.Truncate(value * 100 * 100) / 100, 2) + "%",
            (_, MetricContains.Data) => Bytes(value),
            (_, MetricContains.Time) => Time(value, timeUnit),
            _ => Number(value),
        };

    /// <summary>A number with at most six decimals.</summary>
    public static string Number(double value) => Trimmed(value, 6);

    /// <summary>Bytes with a decimal unit.</summary>
    public static string Bytes(double bytes)
    {
        if (bytes < 10)
        {
            return bytes.ToString("R", CultureInfo.InvariantCulture) + " B";
        }
        var exponent = (int)Math.Floor(Math.Log(bytes) / Math.Log(1000));
        var value = Math.Floor((bytes / Math.Pow(1000, exponent) * 10) + 0.5) / 10;
        return $"{Fixed(value, value < 10 ? 1 : 0)} {ByteUnits[exponent]}";
    }

    /// <summary>A time.</summary>
    public static string Time(double milliseconds, string timeUnit) =>
        timeUnit switch
        {
            "s" => Fixed(milliseconds * 0.001, 2) + "s",
            "ms" => Fixed(milliseconds, 2) + "ms",
            "us" => Fixed(milliseconds * 1000, 2) + "µs",
            _ => Time(milliseconds),
        };

    /// <summary>Columns a text takes on a terminal, as k6 counts them.</summary>
    public static int Width(string text)
    {
        var width = 0;
        foreach (var _ in text.Normalize(NormalizationForm.FormKC).EnumerateRunes())
        {
            width++;
        }
        return width;
    }

    private static string Time(double milliseconds)
    {
        switch (milliseconds)
        {
            case 0:
                return "0s";
            case < 0.001:
                return Math.Truncate(milliseconds * 1_000_000).ToString(CultureInfo.InvariantCulture) + "ns";
            case < 1:
                return Cut(milliseconds * 1000, 2) + "µs";
            case < 1000:
                return Cut(milliseconds, 2) + "ms";
        }
        var text = Cut(milliseconds % 60_000 / 1000, milliseconds > 60_000 ? 0 : 2) + "s";
        var minutes = (long)(milliseconds / 60_000);
        if (minutes >= 1)
        {
            text = string.Create(CultureInfo.InvariantCulture, $"{minutes % 60}m{text}");
        }
        return minutes >= 60 ? string.Create(CultureInfo.InvariantCulture, $"{minutes / 60}h{text}") : text;
    }

    private static string Cut(double value, int decimals)
    {
        var scale = Math.Pow(10, decimals);
        return Trimmed(Math.Truncate(scale * value) / scale, decimals);
    }

    private static string Trimmed(double value, int decimals)
    {
        var text = Fixed(value, decimals);
        text = decimals > 0 ? text.TrimEnd('0').TrimEnd('.') : text;
        return text == "-0" ? "0" : text;
    }

    private static string Fixed(double value, int decimals) =>
        value.ToString($"F{decimals}", CultureInfo.InvariantCulture);
}
