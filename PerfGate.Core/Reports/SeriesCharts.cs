using System.Text.Json;
using PerfGate.Core.Metrics;
using PerfGate.Core.Thresholds;

namespace PerfGate.Core.Reports;

/// <summary>The charts of a run: what its users felt, what it carried, what went wrong, how many users there were.</summary>
internal static class SeriesCharts
{
    /// <summary>The charts, from the points of a run. At least one point is needed.</summary>
    public static IReadOnlyList<LineChart> From(IReadOnlyList<SeriesPoint> series, ThresholdSettings thresholds)
    {
        var seconds = series[^1].Second - series[0].Second;
        return
        [
            new LineChart(
                "Response time of answered requests",
                Figures.Ms,
                MsAxis,
                [
                    Line(series, "p99", "s3", point => point.P99Ms),
                    Line(series, "p95", "s2", point => point.P95Ms),
                    Line(series, "median", "s1", point => point.MedMs, filled: true),
                ],
                seconds,
                new ChartBound(thresholds.MaxP95ResponseTime, $"p95 bound {Figures.Ms(thresholds.MaxP95ResponseTime)}")
            ),
            new LineChart(
                "Throughput",
                PerSecond,
                CountAxis,
                [Line(series, "requests", "s1", point => point.Requests, filled: true)],
                seconds,
                new ChartBound(thresholds.MinThroughput, $"lowest average {Figures.Rate(thresholds.MinThroughput)}"),
                Whole: true
            ),
            new LineChart(
                "Errors",
                PerSecond,
                CountAxis,
                [
                    Line(series, "failed requests", "bad", point => point.Failed, filled: true),
                    Line(series, "dropped iterations", "warn", point => point.Dropped),
                ],
                seconds,
                Whole: true
            ),
            new LineChart(
                "Active virtual users",
                value => value is null ? Figures.Absent : Figures.Number(value.Value),
                CountAxis,
                [Line(series, "VUs", "s4", point => point.Vus, filled: true, stepped: true)],
                seconds,
                Whole: true
            ),
        ];
    }

    /// <summary>
    /// The drawn points as JSON for the read-out: by chart, by line, <c>[seconds, text]</c> pairs. Texts are already
    /// formatted, so that the script knows no units. The serializer escapes what could end a script element.
    /// </summary>
    public static Markup Data(IReadOnlyList<LineChart> charts) =>
        Markup.Constant(
            JsonSerializer.Serialize(
                new
                {
                    top = ChartScale.ForTime(charts[0].Seconds).Top,
                    charts = charts.Select(chart =>
                        chart.Lines.Select(line => new
                        {
                            name = line.Name,
                            x = Read(line).Select(span => span.X),
                            y = Read(line).Select(span => Text(span, chart.Format)),
                        })
                    ),
                }
            )
        );

    private static IEnumerable<ChartSpan> Read(ChartLine line) =>
        line.Reduced
            ? ChartLine.Spans(line.Points)
            : line.Points.Select(point => new ChartSpan(point.X, point.Y, point.Y));

    private static string Text(ChartSpan span, Func<double?, string> format) =>
        format(span.Low) is var low && format(span.High) is var high && low == high ? low : $"{low} to {high}";

    private static string PerSecond(double? value) =>
        value is null ? Figures.Absent : Figures.Number(value.Value) + "/s";

    private static string CountAxis(double value, double top) => Figures.Number(value);

    private static string MsAxis(double milliseconds, double top) =>
        milliseconds <= 0 ? "0"
        : top >= 10_000 ? Figures.Number(milliseconds / 1000) + " s"
        : Figures.Number(milliseconds) + " ms";

    private static ChartLine Line(
        IReadOnlyList<SeriesPoint> series,
        string name,
        string style,
        Func<SeriesPoint, double?> value,
        bool filled = false,
        bool stepped = false
    )
    {
        var points = Points(series, value);
        var reduced = SeriesReduction.Reduce(points);
        return new ChartLine(name, style, reduced, filled, stepped, !ReferenceEquals(points, reduced));
    }

    /// <summary>A second that is missing from the series was not measured: the line breaks there.</summary>
    private static List<ChartPoint> Points(IReadOnlyList<SeriesPoint> series, Func<SeriesPoint, double?> value)
    {
        var points = new List<ChartPoint>(series.Count);
        var start = series[0].Second;
        for (var i = 0; i < series.Count; i++)
        {
            if (i > 0 && series[i].Second - series[i - 1].Second > 1)
            {
                points.Add(new ChartPoint(series[i - 1].Second + 1 - start, null));
            }
            points.Add(new ChartPoint(series[i].Second - start, value(series[i])));
        }
        return points;
    }
}
