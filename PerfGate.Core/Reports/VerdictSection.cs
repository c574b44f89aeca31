using PerfGate.Core.Requests;
using PerfGate.Core.Runs;

namespace PerfGate.Core.Reports;

/// <summary>The banner: what the gate says and why.</summary>
internal static class VerdictSection
{
    public static Markup Draw(RunResult result)
    {
        var verdict = result.Verdict.Verdict;
        return Markup.Of(
            $"""
            <header class="verdict {EnumText.Lower(verdict)}">
            <div class="top"><h1><span class="mark" aria-hidden="true">{ReportWords.VerdictSign(
                verdict
            )}</span>{ReportWords.VerdictName(verdict)}: {ReportWords.TestName(result)}</h1></div>
            <p class="soft">{ReportWords.VerdictMeaning(verdict)}{Status(result.Status)}</p>
            <p class="soft small">{ReportWords.Target(result.Request.Configuration.BaseUrl)} · {ReportWords.When(
                result
            )}{Engine(result.Engine)}</p>
            <ul>{Markup.Join(result.Verdict.Reasons.Select(Line))}</ul>
            </header>
            """
        );
    }

    private static string Status(RunStatus status) =>
        status == RunStatus.Cancelled ? " The run was cancelled before its end." : "";

    private static string Engine(string? engine) => string.IsNullOrWhiteSpace(engine) ? "" : $" · {engine}";

    private static Markup Line(Reason reason) =>
        Markup.Of($"""<li>{reason.Sentence} <code>{reason.Code}</code></li>""");
}
