namespace PerfGate.Core.Baselines;

/// <summary>The four numbers of a run that the past is made of.</summary>
/// <param name="RunId">The run.</param>
/// <param name="At">When it was accepted, UTC.</param>
/// <param name="AvgResponseTimeMs">Average over answered requests, milliseconds.</param>
/// <param name="P95ResponseTimeMs">95th percentile over answered requests, milliseconds.</param>
/// <param name="ErrorRate">Share failed, 0 to 1.</param>
/// <param name="ThroughputRps">Requests a second.</param>
/// <param name="Requests">Requests it rests on.</param>
public sealed record AcceptedRun(
    Guid RunId,
    DateTimeOffset At,
    double AvgResponseTimeMs,
    double P95ResponseTimeMs,
    double ErrorRate,
    double ThroughputRps,
    long Requests
);
