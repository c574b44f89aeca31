using PerfGate.Core.Thresholds;

namespace PerfGate.Core.Reports;

/// <summary>Every bound with what was measured.</summary>
internal static class ThresholdSection
{
    public static Markup Draw(IReadOnlyList<ThresholdResult> thresholds) =>
        thresholds.Count == 0
            ? Markup.Empty
            : Markup.Of(
                $"""
                <section aria-labelledby="thresholds"><h2 id="thresholds">Thresholds</h2>
                <table class="cards" role="table"><thead role="rowgroup"><tr role="row"><th role="columnheader">Rule</th><th role="columnheader" class="n">Bound</th><th role="columnheader" class="n">Measured</th><th role="columnheader">Outcome</th></tr></thead>
                <tbody role="rowgroup">{Markup.Join(thresholds.Select(Row))}</tbody></table>
                </section>
                """
            );

    private static Markup Row(ThresholdResult threshold) =>
        Markup.Of(
            $"""
            <tr role="row"><th role="rowheader" scope="row"><code>{threshold.Name}</code><span class="why">{threshold.Sentence}</span></th>
            <td role="cell" class="n" data-label="Bound">{ReportWords.ComparisonText(
                threshold.Comparison
            )} {Figures.WithUnit(threshold.Bound, threshold.Unit)}</td>
            <td role="cell" class="n" data-label="Measured">{Figures.WithUnit(threshold.Measured, threshold.Unit)}</td>
            <td role="cell" class="out {Tone(threshold.Outcome)}" data-label="Outcome">{ReportWords.ThresholdSign(
                threshold.Outcome
            )}</td></tr>

            """
        );

    private static string Tone(ThresholdOutcome outcome) =>
        outcome switch
        {
            ThresholdOutcome.Held => "good",
            ThresholdOutcome.Crossed => "poor",
            _ => "unsure",
        };
}
