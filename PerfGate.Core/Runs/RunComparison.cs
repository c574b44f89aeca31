using System.Text.Json.Serialization;
using PerfGate.Core.Requests;

namespace PerfGate.Core.Runs;

/// <summary>Two runs side by side.</summary>
/// <param name="Base">The run that is compared with.</param>
/// <param name="Candidate">The run that is looked at.</param>
/// <param name="Obstacles">Why better and worse cannot be told; empty where they can.</param>
/// <param name="NoiseRuns">Accepted runs that the usual spread was learnt from; 0 where it is assumed.</param>
/// <param name="Sentence">The comparison in a sentence.</param>
/// <param name="Metrics">Over all requests.</param>
/// <param name="Scenarios">By scenario, those of the base first.</param>
/// <param name="Endpoints">By endpoint, those of the base first.</param>
public sealed record RunComparison(
    ComparedRun Base,
    ComparedRun Candidate,
    IReadOnlyList<Reason> Obstacles,
    int NoiseRuns,
    string Sentence,
    IReadOnlyList<ComparedMetric> Metrics,
    IReadOnlyList<ComparedPart> Scenarios,
    IReadOnlyList<ComparedPart> Endpoints
);

/// <summary>One side of a comparison.</summary>
/// <param name="TestId">The run's id.</param>
/// <param name="TestType">Shape of load.</param>
/// <param name="Environment">Where it was aimed.</param>
/// <param name="Verdict">What came of it.</param>
/// <param name="Engine">Which engine made the load.</param>
/// <param name="StartedAt">When load began, UTC.</param>
/// <param name="DurationSeconds">Measured length of the load.</param>
/// <param name="Requests">Requests made.</param>
public sealed record ComparedRun(
    Guid TestId,
    TestType TestType,
    TargetEnvironment Environment,
    Verdict Verdict,
    string? Engine,
    DateTimeOffset? StartedAt,
    double DurationSeconds,
    long Requests
);

/// <summary>One scenario or endpoint of both runs.</summary>
/// <param name="Name">Its name in the results.</param>
/// <param name="In">Which of the runs have it.</param>
/// <param name="Metrics">Its figures; those of a run that lacks it are absent.</param>
public sealed record ComparedPart(string Name, ComparedIn In, IReadOnlyList<ComparedMetric> Metrics);

/// <summary>One figure of both runs.</summary>
/// <param name="Metric"><c>avg_response_time_ms</c>, <c>med_</c>, <c>p90_</c>, <c>p95_</c>, <c>p99_response_time_ms</c> (of answered requests), <c>error_rate</c> or <c>throughput_rps</c>.</param>
/// <param name="Unit"><c>ms</c>, <c>share</c> or <c>requests/s</c>.</param>
/// <param name="Base">Of the base; null where nothing was measured.</param>
/// <param name="Candidate">Of the candidate; null where nothing was measured.</param>
/// <param name="Difference">Candidate less base, in the unit.</param>
/// <param name="DifferencePercent">The same as percent of the base; null where the base is 0.</param>
/// <param name="NoiseFrom">Lowest candidate that noise alone usually makes of this base; null where that cannot be told.</param>
/// <param name="NoiseTo">Highest of these.</param>
/// <param name="Outcome">What the difference means.</param>
public sealed record ComparedMetric(
    string Metric,
    string Unit,
    double? Base,
    double? Candidate,
    double? Difference,
    double? DifferencePercent,
    double? NoiseFrom,
    double? NoiseTo,
    ComparedOutcome Outcome
);

/// <summary>What a difference of two runs means.</summary>
public enum ComparedOutcome
{
    /// <summary>No more than two runs of the same usually differ.</summary>
    WithinNoise,

    /// <summary>Better beyond noise.</summary>
    Better,

    /// <summary>Worse beyond noise.</summary>
    Worse,

    /// <summary>The loads differ, or too little was measured.</summary>
    CannotTell,
}

/// <summary>Which of two runs have a scenario or endpoint.</summary>
[JsonConverter(typeof(LowerCaseEnumConverter<ComparedIn>))]
public enum ComparedIn
{
    /// <summary>Both.</summary>
    Both,

    /// <summary>Only the base.</summary>
    Base,

    /// <summary>Only the candidate.</summary>
    Candidate,
}
