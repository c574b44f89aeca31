using PerfGate.Core.Baselines;

namespace PerfGate.Core.Reports;

/// <summary>The run against its accepted past.</summary>
internal static class BaselineSection
{
    public static Markup Draw(BaselineComparison? baseline) =>
        baseline is null
            ? Markup.Empty
            : Markup.Of(
                $"""
                <section aria-labelledby="baseline"><h2 id="baseline">Compared with the past</h2>
                <p class="lead">{baseline.Sentence} {Rest(baseline)}</p>
                {(baseline.Metrics.Count == 0 ? Markup.Empty : Table(baseline.Metrics))}
                </section>
                """
            );

    private static string Rest(BaselineComparison baseline) =>
        baseline switch
        {
            { State: BaselineState.None } => "",
            { EstablishedAt: { } at } =>
                $"Accepted runs: {Figures.Count(baseline.AcceptedRuns)}; set on {Figures.Moment(at)}.",
            _ => $"Accepted runs: {Figures.Count(baseline.AcceptedRuns)}.",
        };

    private static Markup Table(IReadOnlyList<MetricComparison> metrics) =>
        Markup.Of(
            $"""
            <table class="cards" role="table"><thead role="rowgroup"><tr role="row"><th role="columnheader">Metric</th><th role="columnheader" class="n">Baseline</th><th role="columnheader" class="n">This run</th><th role="columnheader" class="n">Change</th><th role="columnheader" class="n">Regression beyond</th><th role="columnheader" class="n">Certainty that it is worse</th><th role="columnheader">Outcome</th></tr></thead>
            <tbody role="rowgroup">{Markup.Join(metrics.Select(Row))}</tbody></table>
            """
        );

    private static Markup Row(MetricComparison metric) =>
        Markup.Of(
            $"""
            <tr role="row"><th role="rowheader" scope="row">{Figures.MetricName(metric.Metric)}</th>
            <td role="cell" class="n" data-label="Baseline">{Figures.OfMetric(metric.Metric, metric.Baseline)}</td>
            <td role="cell" class="n" data-label="This run">{Figures.OfMetric(metric.Metric, metric.Current)}</td>
            <td role="cell" class="n" data-label="Change">{Figures.Change(metric.ChangePercent)}</td>
            <td role="cell" class="n" data-label="Regression beyond">{Figures.OfMetric(
                metric.Metric,
                metric.Bound
            )}</td>
            <td role="cell" class="n" data-label="Certainty">{Figures.Percent(metric.Confidence)}</td>
            <td role="cell" class="out {Tone(metric.Outcome)}" data-label="Outcome">{ReportWords.ComparisonSign(
                metric.Outcome
            )}</td></tr>

            """
        );

    private static string Tone(ComparisonOutcome outcome) =>
        outcome switch
        {
            ComparisonOutcome.Improved => "good",
            ComparisonOutcome.Regressed => "poor",
            _ => "soft",
        };
}
