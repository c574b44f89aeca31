using PerfGate.Core.Metrics;
using PerfGate.Core.Runs;

namespace PerfGate.Core.Reports;

/// <summary>The run over time, drawn, and as a table for those who cannot see drawings.</summary>
internal static class ChartSection
{
    private const int MostRows = 60;

    public static Markup Draw(RunResult result)
    {
        if (result.Metrics is not { Series: { Count: > 0 } series })
        {
            return Markup.Empty;
        }
        var charts = SeriesCharts.From(series, result.Request.Configuration.Thresholds);
        return Markup.Of(
            $"""
            <section aria-labelledby="time"><h2 id="time">Over time</h2>
            <div class="charts">
            {Markup.Join(charts.Select(chart => chart.Draw()))}</div>
            {Reduction(series)}{Table(series)}
            <script type="application/json" id="chart-data">{SeriesCharts.Data(charts)}</script>
            <script>{Markup.Constant(ReportScript.Source)}</script>
            </section>
            """
        );
    }

    private static Markup Reduction(IReadOnlyList<SeriesPoint> series) =>
        series.Count <= SeriesReduction.MostPoints
            ? Markup.Empty
            : Markup.Of(
                $"""
                <p class="soft small">Each band reaches from the lowest to the highest second in {Math.Ceiling(
                    series.Count * 2d / SeriesReduction.MostPoints
                ) * series[0].Seconds} of them, so that no peak is averaged away.</p>
                """
            );

    private static Markup Table(IReadOnlyList<SeriesPoint> series)
    {
        var start = series[0].Second;
        var seconds = series[^1].Second + series[^1].Seconds - start;
        var least = series.Max(point => point.Seconds);
        // Points are not taken apart.
        var width = ((seconds + MostRows - 1) / MostRows + least - 1) / least * least;
        var rows = series
            .GroupBy(point => (point.Second - start) / width)
            .Select(row => Row([.. row], row.Key * width));
        return Markup.Of(
            $"""
            <details><summary>These charts as a table ({(
                width == 1
                    ? "every second"
                    : $"{Figures.Count(width)} seconds a row; response times are the highest of them"
            )})</summary>
            <div class="scroll" tabindex="0" role="region" aria-label="Values over time"><table><thead><tr><th scope="col">From</th><th scope="col" class="n">VUs</th><th scope="col" class="n">Requests</th><th scope="col" class="n">Failed</th><th scope="col" class="n">Dropped</th><th scope="col" class="n">Median</th><th scope="col" class="n">p95</th><th scope="col" class="n">p99</th></tr></thead>
            <tbody>{Markup.Join(rows)}</tbody></table></div></details>
            """
        );
    }

    private static Markup Row(SeriesPoint[] points, long from) =>
        Markup.Of(
            $"""<tr><th scope="row">{Figures.Elapsed(from)}</th><td class="n">{points.Max(p => p.Vus)}</td><td class="n">{Figures.Count(points.Sum(p => p.Requests))}</td><td class="n">{Figures.Count(points.Sum(p => p.Failed))}</td><td class="n">{Figures.Count(points.Sum(p => p.Dropped))}</td><td class="n">{Figures.Ms(points.Max(p => p.Highest?.MedMs ?? p.MedMs))}</td><td class="n">{Figures.Ms(points.Max(p => p.Highest?.P95Ms ?? p.P95Ms))}</td><td class="n">{Figures.Ms(points.Max(p => p.Highest?.P99Ms ?? p.P99Ms))}</td></tr>"""
        );
}
