using PerfGate.Core.Baselines;
using PerfGate.Core.Metrics;
using PerfGate.Core.Requests;
using PerfGate.Core.Scripts;
using PerfGate.Core.Thresholds;

namespace PerfGate.Core.Runs;

/// <summary>Everything known of an ended run: what the API, the reports and the CLI show.</summary>
public sealed record RunResult
{
    /// <summary>The <c>testId</c>.</summary>
    public required Guid RunId { get; init; }

    /// <summary>What was asked for.</summary>
    public required RunRequest Request { get; init; }

    /// <summary>What was planned; null where planning failed.</summary>
    public LoadPlan? Plan { get; init; }

    /// <summary>Where it ended.</summary>
    public required RunStatus Status { get; init; }

    /// <summary>Whether the deployment may go out, and why.</summary>
    public required RunVerdict Verdict { get; init; }

    /// <summary>When it was accepted, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When load began, UTC; null where it never did.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended, UTC.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Which engine made the load, with its version: <c>k6 v2.2.0</c>, <c>embedded 0.1.0</c>.</summary>
    public string? Engine { get; init; }

    /// <summary>What was measured; null where nothing was.</summary>
    public RunMetrics? Metrics { get; init; }

    /// <summary>Every bound with its measured value.</summary>
    public IReadOnlyList<ThresholdResult> Thresholds { get; init; } = [];

    /// <summary>How it compares with the past; null where nothing was measured.</summary>
    public BaselineComparison? Baseline { get; init; }
}
