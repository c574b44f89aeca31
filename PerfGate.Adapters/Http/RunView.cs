using PerfGate.Core.Baselines;
using PerfGate.Core.Metrics;
using PerfGate.Core.Requests;
using PerfGate.Core.Runners;
using PerfGate.Core.Runs;
using PerfGate.Core.Thresholds;

namespace PerfGate.Adapters.Http;

/// <summary>Answer of <c>execute</c>.</summary>
/// <param name="TestId">The run's id.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="EstimatedCompletion">When it should have ended, UTC, if it need not wait.</param>
public sealed record ExecuteAnswer(Guid TestId, RunStatus Status, DateTimeOffset EstimatedCompletion);

/// <summary>A run as the API shows it. Status (where it is) and verdict (may it go out) are two fields.</summary>
public sealed record RunView
{
    /// <summary>The run's id.</summary>
    public required Guid TestId { get; init; }

    /// <summary>Where it stands.</summary>
    public required RunStatus Status { get; init; }

    /// <summary>Whether the deployment may go out; null until it ended.</summary>
    public Verdict? Verdict { get; init; }

    /// <summary>Why, the gravest first.</summary>
    public IReadOnlyList<Reason> Reasons { get; init; } = [];

    /// <summary>Shape of load.</summary>
    public required TestType TestType { get; init; }

    /// <summary>Where it is aimed.</summary>
    public required TargetEnvironment Environment { get; init; }

    /// <summary>When it was accepted, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When load began, UTC.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended, UTC.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>When it should end, UTC; null once it has.</summary>
    public DateTimeOffset? EstimatedCompletion { get; init; }

    /// <summary>Place in the environment's line, from 1; null unless queued.</summary>
    public int? QueuePosition { get; init; }

    /// <summary>What is happening now; null unless under load.</summary>
    public RunProgress? Progress { get; init; }

    /// <summary>What was measured; null until it ended.</summary>
    public RunResults? Results { get; init; }
}

/// <summary>What an ended run measured.</summary>
/// <param name="Engine">Which engine made the load.</param>
/// <param name="Thresholds">Every bound with its measured value.</param>
/// <param name="Baseline">Comparison with the past.</param>
/// <param name="Metrics">Everything measured, the series left out (it has its own route).</param>
public sealed record RunResults(
    string? Engine,
    IReadOnlyList<ThresholdResult> Thresholds,
    BaselineComparison? Baseline,
    RunMetrics? Metrics
)
{
    /// <summary>The view of a result.</summary>
    public static RunResults Of(RunResult result) =>
        new(
            result.Engine,
            result.Thresholds,
            result.Baseline,
            result.Metrics is { } metrics ? metrics with { Series = [] } : null
        );
}

/// <summary>The short answer for a pipeline.</summary>
/// <param name="TestId">The run's id.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Verdict">Null until it ended.</param>
/// <param name="ExitCode">0 passed, 1 failed, 2 inconclusive, 3 error; null until it ended.</param>
/// <param name="Reasons">Why.</param>
/// <param name="Thresholds">The thresholds with bound and measured value.</param>
/// <param name="Baseline">Comparison with the past.</param>
/// <param name="Rules">Every rule with bound and measured value: evidence, thresholds, past; empty until it ended.</param>
public sealed record GateView(
    Guid TestId,
    RunStatus Status,
    Verdict? Verdict,
    int? ExitCode,
    IReadOnlyList<Reason> Reasons,
    IReadOnlyList<ThresholdResult> Thresholds,
    BaselineComparison? Baseline,
    IReadOnlyList<GateRule> Rules
);
