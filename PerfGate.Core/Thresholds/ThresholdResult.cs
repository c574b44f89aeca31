namespace PerfGate.Core.Thresholds;

/// <summary>One bound, held against what was measured.</summary>
/// <param name="Name">The rule as its author wrote it: <c>maxP95ResponseTime</c>, or <c>http_req_duration{scenario:x}: p(99)&lt;500</c>.</param>
/// <param name="Comparison">How measured and bound relate when the rule holds: one of <c>&lt; &lt;= &gt; &gt;= == !=</c>.</param>
/// <param name="Bound">The bound.</param>
/// <param name="Measured">What was measured; null where there was nothing to measure.</param>
/// <param name="Unit"><c>ms</c>, <c>requests/s</c>, <c>share</c> or empty.</param>
/// <param name="Outcome">Whether the rule held; unknown is never "held".</param>
/// <param name="Sentence">What this means, for a person.</param>
public sealed record ThresholdResult(
    string Name,
    string Comparison,
    double Bound,
    double? Measured,
    string Unit,
    ThresholdOutcome Outcome,
    string Sentence
);

/// <summary>Whether a rule held.</summary>
public enum ThresholdOutcome
{
    /// <summary>Measured, and within the bound.</summary>
    Held,

    /// <summary>Measured, and beyond the bound.</summary>
    Crossed,

    /// <summary>Nothing trustworthy was measured for it.</summary>
    Unknown,
}
