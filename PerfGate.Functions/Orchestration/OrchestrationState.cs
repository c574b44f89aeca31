using System.Text.Json.Serialization;
using PerfGate.Core.Runners;

namespace PerfGate.Functions.Orchestration;

/// <summary>
/// What an orchestration knows when it begins, and hands to the next generation of itself so that its history stays short.
/// Everything else lies in the database and the run's artifacts.
/// </summary>
/// <param name="RunId">The run.</param>
public sealed record OrchestrationState(Guid RunId)
{
    /// <summary>How far it has come.</summary>
    public RunPhase Phase { get; init; }

    /// <summary>Since when it is there, UTC.</summary>
    public DateTime Since { get; init; }

    /// <summary>Generations before this one.</summary>
    public int Generation { get; init; }

    /// <summary>Whether the event was heard that asks to cancel.</summary>
    public bool CancelHeard { get; init; }
}

/// <summary>How far a run has come, as an orchestration tells it.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RunPhase>))]
public enum RunPhase
{
    /// <summary>It stands in its environment's line.</summary>
    Waiting,

    /// <summary>It holds its slot; script and runners are made ready.</summary>
    Preparing,

    /// <summary>Its runners make load.</summary>
    Loading,

    /// <summary>What was measured is judged, reported and stored.</summary>
    Judging,
}

/// <summary>The custom status of an orchestration.</summary>
/// <param name="Phase">How far the run has come.</param>
/// <param name="Since">Since when it is there, UTC.</param>
/// <param name="QueuePosition">Its place in the line, from 1; null where it does not wait.</param>
/// <param name="Progress">The latest figures of the load; null before and after.</param>
public sealed record OrchestrationStatus(RunPhase Phase, DateTime Since, int? QueuePosition, RunProgress? Progress);
