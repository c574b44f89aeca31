using PerfGate.Core.Metrics;

namespace PerfGate.Core.Reports;

/// <summary>How requests failed, and which checks did not hold.</summary>
internal static class FailureSection
{
    private const int MostRows = 50;

    public static Markup Draw(RunMetrics? metrics) =>
        metrics is null ? Markup.Empty : Markup.Join([Failures(metrics), Checks(metrics.Checks)]);

    private static Markup Failures(RunMetrics metrics) =>
        metrics.Failures.Count == 0
            ? Markup.Empty
            : Markup.Of(
                $"""
                <section aria-labelledby="failures"><h2 id="failures">Failures</h2>
                <table class="cards" role="table"><thead role="rowgroup"><tr role="row"><th role="columnheader">What happened</th><th role="columnheader" class="n">Status</th><th role="columnheader" class="n">k6 error code</th><th role="columnheader" class="n">Requests</th></tr></thead>
                <tbody role="rowgroup">{Markup.Join(
                    metrics.Failures.Take(MostRows).Select(row => Failure(row, metrics.Failures[0].Count))
                )}</tbody></table>
                </section>
                """
            );

    private static Markup Failure(FailureCount failure, long most) =>
        Markup.Of(
            $"""
            <tr role="row"><th role="rowheader" scope="row">{What(failure)}</th>
            <td role="cell" class="n" data-label="Status">{(
                failure.Status == 0
                    ? "none"
                    : failure.Status.ToString(System.Globalization.CultureInfo.InvariantCulture)
            )}</td>
            <td role="cell" class="n" data-label="k6 error code">{(
                failure.ErrorCode.Length == 0 ? Figures.Absent : failure.ErrorCode
            )}</td>
            <td role="cell" class="n" data-label="Requests">{Figures.Count(failure.Count)}{BreakdownSection.Bar(
                failure.Count,
                most,
                " hot"
            )}</td></tr>

            """
        );

    private static string What(FailureCount failure) =>
        failure.Error.Length > 0 ? PlainText.OneLine(failure.Error)
        : failure.Status > 0 ? FormattableString.Invariant($"Answered with status {failure.Status}")
        : "No answer";

    private static Markup Checks(IReadOnlyList<CheckCount> checks) =>
        checks.Count == 0
            ? Markup.Empty
            : Markup.Of(
                $"""
                <section aria-labelledby="checks"><h2 id="checks">Checks</h2>
                <table class="cards" role="table"><thead role="rowgroup"><tr role="row"><th role="columnheader">Check</th><th role="columnheader" class="n">Passed</th><th role="columnheader" class="n">Failed</th><th role="columnheader">Outcome</th></tr></thead>
                <tbody role="rowgroup">{Markup.Join(
                    checks.OrderByDescending(check => check.Fails).ThenBy(
                        check => check.Name,
                        StringComparer.Ordinal
                    ).Take(MostRows).Select(Check)
                )}</tbody></table>
                </section>
                """
            );

    private static Markup Check(CheckCount check) =>
        Markup.Of(
            $"""
            <tr role="row"><th role="rowheader" scope="row"><bdi>{PlainText.OneLine(check.Name)}</bdi></th>
            <td role="cell" class="n" data-label="Passed">{Figures.Count(check.Passes)}</td>
            <td role="cell" class="n" data-label="Failed">{Figures.Count(check.Fails)}</td>
            <td role="cell" class="out {(check.Fails == 0 ? "good" : "poor")}" data-label="Outcome">{Outcome(
                check
            )}</td></tr>

            """
        );

    private static string Outcome(CheckCount check) =>
        check.Fails == 0
            ? "✓ always"
            : $"✕ {Figures.Percent((double)check.Fails / (check.Passes + check.Fails))} failed";
}
