using PerfGate.Core.Metrics;

namespace PerfGate.Core.Reports;

/// <summary>The same figures by scenario, by group and by endpoint.</summary>
internal static class BreakdownSection
{
    /// <summary>Endpoints beyond this are counted, not listed: a page of thousands helps nobody.</summary>
    private const int MostRows = 100;

    public static Markup Draw(RunMetrics? metrics) =>
        metrics is null
            ? Markup.Empty
            : Markup.Join([
                Table("scenarios", "By scenario", "Scenario", metrics.ByScenario),
                Table("endpoints", "By endpoint", "Endpoint", metrics.ByEndpoint),
                Table("groups", "By group", "Group", metrics.ByGroup),
            ]);

    private static Markup Table(string id, string title, string kind, IReadOnlyDictionary<string, RequestStats> rows)
    {
        if (rows.Count == 0)
        {
            return Markup.Empty;
        }
        var slowest = rows.Values.Max(row => row.Answered?.P95) ?? 0;
        var most = rows.Values.Max(row => row.Requests);
        var sorted = rows.OrderByDescending(row => row.Value.Answered?.P95 ?? -1)
            .ThenByDescending(row => row.Value.Requests)
            .ThenBy(row => row.Key, StringComparer.Ordinal);
        return Markup.Of(
            $"""
            <section aria-labelledby="{id}"><h2 id="{id}">{title}</h2>
            <table class="cards" role="table"><thead role="rowgroup"><tr role="row"><th role="columnheader">{kind}</th><th role="columnheader" class="n">Requests</th><th role="columnheader" class="n">Rate</th><th role="columnheader" class="n">Errors</th><th role="columnheader" class="n">Median</th><th role="columnheader" class="n">p95</th><th role="columnheader" class="n">p99</th></tr></thead>
            <tbody role="rowgroup">{Markup.Join(
                sorted.Take(MostRows).Select(row => Row(row.Key, row.Value, slowest, most))
            )}</tbody></table>
            {(
                rows.Count > MostRows
                    ? Markup.Of(
                        $"""<p class="soft small">{rows.Count - MostRows} more, all faster than these, are in metrics.json.</p>"""
                    )
                    : Markup.Empty
            )}
            </section>
            """
        );
    }

    private static Markup Row(string name, RequestStats stats, double slowest, long most) =>
        Markup.Of(
            $"""
            <tr role="row"><th role="rowheader" scope="row"><bdi>{PlainText.OneLine(name)}</bdi></th>
            <td role="cell" class="n" data-label="Requests">{Figures.Count(stats.Requests)}{Bar(
                stats.Requests,
                most,
                ""
            )}</td>
            <td role="cell" class="n" data-label="Rate">{Figures.Rate(stats.ThroughputRps)}</td>
            <td role="cell" class="n{(stats.Failed > 0 ? " poor" : "")}" data-label="Errors">{(
                stats.Requests == 0 ? Figures.Absent : Figures.Percent(stats.ErrorRate)
            )}{Bar(stats.ErrorRate, 1, " hot")}</td>
            <td role="cell" class="n" data-label="Median">{Figures.Ms(stats.Answered?.Med)}</td>
            <td role="cell" class="n" data-label="p95">{Figures.Ms(stats.Answered?.P95)}{Bar(
                stats.Answered?.P95 ?? 0,
                slowest,
                ""
            )}</td>
            <td role="cell" class="n" data-label="p99">{Figures.Ms(stats.Answered?.P99)}</td></tr>

            """
        );

    /// <summary>A bar beside a number that says the same: hidden from screen readers.</summary>
    public static Markup Bar(double value, double most, string tone) =>
        Markup.Of(
            $"""<span class="bar{tone}" aria-hidden="true"><i style="width:{(most > 0 ? Math.Clamp(value / most, 0, 1) * 100 : 0):0.#}%"></i></span>"""
        );
}
