using PerfGate.Core.Requests;

namespace PerfGate.Adapters.Http;

/// <summary>A baseline as the API shows it.</summary>
/// <param name="Id">The baseline's id.</param>
/// <param name="TestType">Shape of load.</param>
/// <param name="Environment">Where it was measured.</param>
/// <param name="AvgResponseTimeMs">Average over answered requests, milliseconds.</param>
/// <param name="P95ResponseTimeMs">95th percentile over answered requests, milliseconds.</param>
/// <param name="ErrorRate">Share failed, 0 to 1.</param>
/// <param name="ThroughputRps">Requests a second.</param>
/// <param name="EstablishedAt">When, UTC.</param>
/// <param name="TestId">The run it came from.</param>
/// <param name="Engine">Which engine made that run's load.</param>
public sealed record BaselineView(
    Guid Id,
    TestType TestType,
    TargetEnvironment Environment,
    double AvgResponseTimeMs,
    double P95ResponseTimeMs,
    double ErrorRate,
    double ThroughputRps,
    DateTimeOffset EstablishedAt,
    Guid? TestId,
    string? Engine = null
);
