namespace PerfGate.Core.Runners;

/// <summary>A running segment as the server sees it.</summary>
/// <param name="Elapsed">Since load began.</param>
/// <param name="Vus">Active VUs.</param>
/// <param name="RequestsPerSecond">In the last whole second.</param>
/// <param name="P95Ms">95th percentile of answered requests in the last seconds; null where none.</param>
/// <param name="ErrorRate">Share failed in the last seconds, 0 to 1.</param>
/// <param name="Requests">So far.</param>
public sealed record RunProgress(
    TimeSpan Elapsed,
    int Vus,
    double RequestsPerSecond,
    double? P95Ms,
    double ErrorRate,
    long Requests
);
