namespace PerfGate.Core.Baselines;

/// <summary>A run held against the accepted past of the same test.</summary>
/// <param name="State">Whether there was a past to compare with.</param>
/// <param name="AcceptedRuns">How many accepted runs the comparison rests on.</param>
/// <param name="EstablishedAt">When the baseline was set, UTC; null where there is none.</param>
/// <param name="Metrics">One line a metric.</param>
/// <param name="Sentence">The comparison in a sentence.</param>
public sealed record BaselineComparison(
    BaselineState State,
    int AcceptedRuns,
    DateTimeOffset? EstablishedAt,
    IReadOnlyList<MetricComparison> Metrics,
    string Sentence
);

/// <summary>Whether there is a past.</summary>
public enum BaselineState
{
    /// <summary>No baseline: nothing can be said about the past.</summary>
    None,

    /// <summary>A baseline, but too few accepted runs to know the usual spread: wide, assumed bounds.</summary>
    Young,

    /// <summary>Enough accepted runs to know the usual spread.</summary>
    Established,
}

/// <summary>One metric against its past.</summary>
/// <param name="Metric"><c>avg_response_time_ms</c>, <c>p95_response_time_ms</c>, <c>error_rate</c> or <c>throughput_rps</c>.</param>
/// <param name="Baseline">Centre of the accepted past.</param>
/// <param name="Current">This run.</param>
/// <param name="ChangePercent">Relative change, percent; positive is upwards, whatever that means for the metric; null where the baseline is 0.</param>
/// <param name="Bound">Value beyond which the change counts as a regression.</param>
/// <param name="Confidence">Share of certainty that this is worse than the past, 0 to 1.</param>
/// <param name="Outcome">What follows.</param>
public sealed record MetricComparison(
    string Metric,
    double Baseline,
    double Current,
    double? ChangePercent,
    double Bound,
    double Confidence,
    ComparisonOutcome Outcome
);

/// <summary>What a comparison means.</summary>
public enum ComparisonOutcome
{
    /// <summary>Within the usual spread.</summary>
    Unchanged,

    /// <summary>Clearly better.</summary>
    Improved,

    /// <summary>Clearly worse: fails the gate.</summary>
    Regressed,
}
