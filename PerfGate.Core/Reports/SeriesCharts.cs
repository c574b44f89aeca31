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
        var seconds = series[^1].Second + series[^1].Seconds - 1 - series[0].Second;
        return
        [
            new LineChart(
                "Response time of answered requests",
                Figures.Ms,
                MsAxis,
                [
                    Line(series, "p99", "s3", second => second.P99Ms),
                    Line(series, "p95", "s2", second => second.P95Ms),
                    Line(series, "median", "s1", second => second.MedMs, filled: true),
                ],
                seconds,
                new ChartBound(thresholds.MaxP95ResponseTime, $"p95 bound {Figures.Ms(thresholds.MaxP95ResponseTime)}")
            ),
            new LineChart(
                "Throughput",
                PerSecond,
                CountAxis,
                [Line(series, "requests", "s1", second => second.Requests, filled: true)],
                seconds,
                new ChartBound(thresholds.MinThroughput, $"lowest average {Figures.Rate(thresholds.MinThroughput)}"),
                Whole: true
            ),
            new LineChart(
                "Errors",
                PerSecond,
                CountAxis,
                [
                    Line(series, "failed requests", "bad", second => second.Failed, filled: true),
                    Line(series, "dropped iterations", "warn", second => second.Dropped),
                ],
                seconds,
                Whole: true
            ),
            new LineChart(
                "Active virtual users",
                value => value is null ? Figures.Absent : Figures.Number(value.Value),
                CountAxis,
                [VusLine(series)],
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
        Func<SecondFigures, double?> value,
        bool filled = false
    ) => Make(name, style, Points(series, value), filled, false);

    private static ChartLine VusLine(IReadOnlyList<SeriesPoint> series) =>
        Make("VUs", "s4", [.. series.Select(p => new ChartPoint(p.Second - series[0].Second, p.Vus))], true, true);

    private static ChartLine Make(string name, string style, List<ChartPoint> points, bool filled, bool stepped)
    {
        var reduced = SeriesReduction.Reduce(points);
        return new ChartLine(name, style, reduced, filled, stepped, !ReferenceEquals(points, reduced));
    }

    /// <summary>
    /// A second without a point is one of which nothing was reported: a duration's line breaks there, a count's lies at zero.
    /// </summary>
    private static List<ChartPoint> Points(IReadOnlyList<SeriesPoint> series, Func<SecondFigures, double?> value)
    {
        var points = new List<ChartPoint>(series.Count);
        var start = series[0].Second;
        var silence = value(new SecondFigures(0, 0, 0, null, null, null));
        for (var i = 0; i < series.Count; i++)
        {
            var at = series[i].Second;
            if (i > 0 && series[i - 1].Second + series[i - 1].Seconds is var end && end < at)
            {
                points.Add(new ChartPoint(end - start, silence));
                if (silence is not null && end < at - 1)
                {
                    points.Add(new ChartPoint(at - 1 - start, silence));
                }
            }
            points.Add(new ChartPoint(at - start, value(series[i].Lowest ?? BySecond(series[i]))));
            if (series[i].Highest is { } highest)
            {
                points.Add(new ChartPoint(at - start, value(highest)));
            }
        }
        return points;
    }

    private static SecondFigures BySecond(SeriesPoint point) =>
        new(
            point.Requests / (double)point.Seconds,
            point.Failed / (double)point.Seconds,
            point.Dropped / (double)point.Seconds,
            point.MedMs,
            point.P95Ms,
            point.P99Ms
        );
}
