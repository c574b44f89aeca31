using PerfGate.Core.Requests;
using PerfGate.Core.Runs;
using PerfGate.Core.Scripts;

namespace PerfGate.Adapters.Postgres;

/// <summary>A stored run.</summary>
public sealed record RunRow
{
    /// <summary>The <c>testId</c>.</summary>
    public required Guid Id { get; init; }

    /// <summary>What was asked for.</summary>
    public required RunRequest Request { get; init; }

    /// <summary>What was planned; null until then.</summary>
    public LoadPlan? Plan { get; init; }

    /// <summary>Which runs it may be compared with.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Where it stands.</summary>
    public required RunStatus Status { get; init; }

    /// <summary>Null until it ended.</summary>
    public Verdict? Verdict { get; init; }

    /// <summary>Why.</summary>
    public IReadOnlyList<Reason> Reasons { get; init; } = [];

    /// <summary>When it was accepted, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it got its slot, UTC.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When its cancellation was asked for, UTC.</summary>
    public DateTimeOffset? CancelRequestedAt { get; init; }

    /// <summary>When it ended, UTC.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>When it should end, UTC.</summary>
    public DateTimeOffset? EstimatedCompletion { get; init; }

    /// <summary>Place in the environment's line, from 1; null unless queued.</summary>
    public int? QueuePosition { get; init; }

    /// <summary>
    /// Whether it has ended, and all that it left as well. What a run in error left is written as well as it can be after its row
    /// has ended.
    /// </summary>
    public bool IsFinal => RunStates.IsEnd(Status) && Verdict is not Core.Runs.Verdict.Error;
}

/// <summary>What came of asking a run to stop.</summary>
public enum CancelAnswer
{
    /// <summary>There is no such run.</summary>
    Unknown,

    /// <summary>It had ended.</summary>
    AlreadyEnded,

    /// <summary>It was waiting, and is cancelled.</summary>
    Cancelled,

    /// <summary>It is under load, and will stop within seconds.</summary>
    Requested,
}
