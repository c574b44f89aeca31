using PerfGate.Core.Metrics;

namespace PerfGate.Core.Reports;

/// <summary>Where the time of an average request went.</summary>
internal static class PhaseSection
{
    public static Markup Draw(RunMetrics? metrics)
    {
        if (metrics is null)
        {
            return Markup.Empty;
        }
        var phases = Phases(metrics.Phases).Where(phase => phase.Stats is not null).ToList();
        var total = phases.Sum(phase => phase.Stats!.Avg);
        return total <= 0
            ? Markup.Empty
            : Markup.Of(
                $"""
                <section aria-labelledby="phases"><h2 id="phases">Where the time went</h2>
                <p class="lead">Phases of an average request, {Figures.Ms(total)} in all.</p>
                <div class="stack" aria-hidden="true">{Markup.Join(
                    phases.Select(phase =>
                        Markup.Of($"""<i class="{phase.Style}" style="flex:{phase.Stats!.Avg:0.####} 0 0"></i>""")
                    )
                )}</div>
                <table class="cards" role="table"><thead role="rowgroup"><tr role="row"><th role="columnheader">Phase</th><th role="columnheader" class="n">Average</th><th role="columnheader" class="n">Share</th><th role="columnheader" class="n">p95</th></tr></thead>
                <tbody role="rowgroup">{Markup.Join(phases.Select(phase => Row(phase, total)))}</tbody></table>
                </section>
                """
            );
    }

    private static IEnumerable<Phase> Phases(PhaseStats phases) =>
        [
            new("p1", "Blocked", "waiting for a free connection", phases.Blocked),
            new("p2", "Connecting", "TCP handshake", phases.Connecting),
            new("p3", "TLS", "TLS handshake", phases.TlsHandshaking),
            new("p4", "Sending", "writing the request", phases.Sending),
            new("p5", "Waiting", "until the first byte of the answer: the target's own work", phases.Waiting),
            new("p6", "Receiving", "reading the answer", phases.Receiving),
        ];

    private static Markup Row(Phase phase, double total) =>
        Markup.Of(
            $"""
            <tr role="row"><th role="rowheader" scope="row"><i class="swatch {phase.Style}" aria-hidden="true"></i>{phase.Name}<span class="why">{phase.Meaning}</span></th>
            <td role="cell" class="n" data-label="Average">{Figures.Ms(phase.Stats!.Avg)}</td>
            <td role="cell" class="n" data-label="Share">{Figures.Percent(phase.Stats.Avg / total)}</td>
            <td role="cell" class="n" data-label="p95">{Figures.Ms(phase.Stats.P95)}</td></tr>

            """
        );

    private sealed record Phase(string Style, string Name, string Meaning, DurationStats? Stats);
}
