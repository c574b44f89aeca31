using PerfGate.Core.Baselines;
using PerfGate.Core.Requests;
using PerfGate.Core.Runs;
using PerfGate.Core.Thresholds;

namespace PerfGate.Core.Reports;

/// <summary>Words and signs that all reports use alike. A sign always stands beside its word: colour alone says nothing.</summary>
internal static class ReportWords
{
    public static string VerdictName(Verdict verdict) => verdict.ToString();

    public static string VerdictSign(Verdict verdict) =>
        verdict switch
        {
            Verdict.Passed => "✓",
            Verdict.Failed => "✕",
            Verdict.Inconclusive => "?",
            _ => "!",
        };

    /// <summary>What the verdict means for a deployment.</summary>
    public static string VerdictMeaning(Verdict verdict) =>
        verdict switch
        {
            Verdict.Passed => "The deployment may go out.",
            Verdict.Failed => "The deployment must not go out.",
            Verdict.Inconclusive => "What was measured cannot carry a verdict: the gate stays closed.",
            _ => "The test did not run: the gate stays closed.",
        };

    public static string TestName(RunResult result) =>
        $"{EnumText.Lower(result.Request.TestType)} test on {EnumText.Lower(result.Request.Environment)}";

    public static string ThresholdSign(ThresholdOutcome outcome) =>
        outcome switch
        {
            ThresholdOutcome.Held => "✓ held",
            ThresholdOutcome.Crossed => "✕ crossed",
            _ => "? unknown",
        };

    public static string ComparisonSign(ComparisonOutcome outcome) =>
        outcome switch
        {
            ComparisonOutcome.Improved => "▲ better",
            ComparisonOutcome.Regressed => "✕ worse",
            _ => "= unchanged",
        };

    /// <summary>A comparison as it is read: <c>&lt;=</c> is ≤.</summary>
    public static string ComparisonText(string comparison) =>
        comparison switch
        {
            "<=" => "≤",
            ">=" => "≥",
            "!=" => "≠",
            "==" => "=",
            _ => comparison,
        };

    public static string EngineSentence(RunResult result) =>
        string.IsNullOrWhiteSpace(result.Engine)
            ? "No load engine ran."
            : $"Load engine: {PlainText.OneLine(result.Engine)}.";

    /// <summary>The target without user name, password, query and fragment.</summary>
    public static string Target(Uri baseUrl) =>
        baseUrl.IsAbsoluteUri
            ? baseUrl.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)
            : baseUrl.OriginalString;

    /// <summary>When the load ran, and how long from first to last.</summary>
    public static string When(RunResult result) =>
        (result.StartedAt, result.EndedAt) switch
        {
            ({ } started, { } ended) =>
                $"{Figures.Moment(started)}, {Figures.Elapsed(Math.Max(0, (ended - started).TotalSeconds))}",
            ({ } started, null) => Figures.Moment(started),
            _ => $"accepted {Figures.Moment(result.CreatedAt)}, never started",
        };
}
