using PerfGate.Core.Runs;

namespace PerfGate.Core.Thresholds;

/// <summary>Something about a run that bears on what its numbers are worth.</summary>
/// <param name="Weight">What it forbids or forces.</param>
/// <param name="Reason">What was seen.</param>
public sealed record Finding(FindingWeight Weight, Reason Reason);

/// <summary>What a finding does to the verdict, the gravest first.</summary>
public enum FindingWeight
{
    /// <summary>It did not run: <c>error</c>, whatever the numbers.</summary>
    Error,

    /// <summary>Beyond doubt: <c>failed</c>, however weak the rest of the evidence.</summary>
    Fails,

    /// <summary>The numbers are worth nothing in either direction: <c>inconclusive</c>.</summary>
    ForbidsBoth,

    /// <summary>A bound that is not judged here was crossed: <c>failed</c>, where the numbers are worth anything.</summary>
    Condemns,

    /// <summary>The numbers can condemn, but not acquit: a crossed bound still fails, nothing passes.</summary>
    ForbidsPass,

    /// <summary>Worth knowing.</summary>
    Note,
}
