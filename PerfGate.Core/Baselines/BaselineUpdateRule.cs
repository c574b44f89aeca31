namespace PerfGate.Core.Baselines;

/// <summary>When a baseline may be replaced without a person's word.</summary>
public static class BaselineUpdateRule
{
    /// <summary>Whether no figure is worse and at least one is better.</summary>
    public static bool IsBetter(AcceptedRun baseline, AcceptedRun candidate) =>
        candidate.AvgResponseTimeMs <= baseline.AvgResponseTimeMs
        && candidate.P95ResponseTimeMs <= baseline.P95ResponseTimeMs
        && candidate.ErrorRate <= baseline.ErrorRate
        && candidate.ThroughputRps >= baseline.ThroughputRps
        && (
            candidate.AvgResponseTimeMs < baseline.AvgResponseTimeMs
            || candidate.P95ResponseTimeMs < baseline.P95ResponseTimeMs
            || candidate.ErrorRate < baseline.ErrorRate
            || candidate.ThroughputRps > baseline.ThroughputRps
        );
}
