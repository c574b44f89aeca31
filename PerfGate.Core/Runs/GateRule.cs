using PerfGate.Core.Baselines;
using PerfGate.Core.Requests;
using PerfGate.Core.Thresholds;

namespace PerfGate.Core.Runs;

/// <summary>One rule of the gate, with what it demanded and what was seen.</summary>
/// <param name="Kind">Where it comes from.</param>
/// <param name="Name">A threshold as its author wrote it, a code of docs/verdicts.md, or a metric held against the past.</param>
/// <param name="Comparison">How measured and bound relate where it holds: one of <c>&lt; &lt;= &gt; &gt;= == !=</c>; null where there is no number.</param>
/// <param name="Bound">The bound; null where there is no number.</param>
/// <param name="Measured">What was measured; null where nothing was.</param>
/// <param name="Unit"><c>ms</c>, <c>requests/s</c>, <c>share</c>, <c>requests</c>, <c>iterations</c>, <c>s</c> or empty.</param>
/// <param name="Outcome">Whether it held.</param>
/// <param name="Weight">What breaking it does to the verdict; null of thresholds and the past, which fail it.</param>
/// <param name="Sentence">What this means, for a person.</param>
public sealed record GateRule(
    GateRuleKind Kind,
    string Name,
    string? Comparison,
    double? Bound,
    double? Measured,
    string Unit,
    GateRuleOutcome Outcome,
    FindingWeight? Weight,
    string Sentence
);

/// <summary>Where a rule comes from.</summary>
public enum GateRuleKind
{
    /// <summary>What the numbers are worth.</summary>
    Evidence,

    /// <summary>A bound of the request.</summary>
    Threshold,

    /// <summary>The accepted past.</summary>
    Baseline,
}

/// <summary>Whether a rule of the gate held.</summary>
public enum GateRuleOutcome
{
    /// <summary>It did.</summary>
    Held,

    /// <summary>It did not.</summary>
    Crossed,

    /// <summary>It should have been judged, but nothing trustworthy was measured for it.</summary>
    Unknown,

    /// <summary>There was nothing to judge: no checks in the script, no accepted past.</summary>
    NotApplicable,
}

/// <summary>What the gate says of an ended run: small, so that a pipeline's question costs one row and one short artifact.</summary>
/// <param name="Rules">Every rule: the evidence first, then thresholds, then the past.</param>
/// <param name="Thresholds">The thresholds alone.</param>
/// <param name="Baseline">The comparison with the past; null where nothing was measured.</param>
public sealed record GateResult(
    IReadOnlyList<GateRule> Rules,
    IReadOnlyList<ThresholdResult> Thresholds,
    BaselineComparison? Baseline
);
