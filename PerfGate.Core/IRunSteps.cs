using PerfGate.Core.Runs;

namespace PerfGate.Core;

/// <summary>
/// What a run does to the world, step by step. Two implementations: in-process (one machine) and Durable activities
/// (Azure). Every step may be executed twice and is idempotent by run id; what steps hand on lies in the run's artifacts.
/// </summary>
public interface IRunSteps
{
    /// <summary>Asks for the environment's slot; answers at once.</summary>
    Task<SlotAnswer> TakeSlotAsync(Guid runId);

    /// <summary>Plans the load, writes the script artifact; null, or why it could not be.</summary>
    Task<RunError?> PrepareScriptAsync(Guid runId);

    /// <summary>Starts the runners, once: null where they run or have run already, or why they could not be started.</summary>
    Task<RunError?> StartRunnersAsync(Guid runId);

    /// <summary>Looks at the runners; passes a cancellation on to them; enforces the deadline.</summary>
    Task<RunnersAnswer> ObserveRunnersAsync(Guid runId);

    /// <summary>Reads what the runners left and writes the metrics artifact; null, or why there is nothing to read.</summary>
    Task<RunError?> MeasureAsync(Guid runId);

    /// <summary>Holds the metrics against thresholds, evidence and baseline, and writes the result artifact.</summary>
    Task<RunVerdict> JudgeAsync(Guid runId, RunError? error);

    /// <summary>Writes the reports.</summary>
    Task ReportAsync(Guid runId);

    /// <summary>Stores the result in the database and ends the run's status.</summary>
    Task RecordAsync(Guid runId);

    /// <summary>
    /// Frees the slot, ends what still runs, closes the artifacts. Never fails the run; throws where something is left that another
    /// try may do.
    /// </summary>
    Task CleanUpAsync(Guid runId);

    /// <summary>Waits between two looks. Not before, maybe later.</summary>
    Task DelayAsync(TimeSpan delay);
}

/// <summary>Answer to asking for a slot.</summary>
public enum SlotAnswer
{
    /// <summary>The run holds the slot.</summary>
    Granted,

    /// <summary>Others are before it.</summary>
    Waiting,

    /// <summary>It was cancelled while waiting, or has ended already.</summary>
    Withdrawn,
}

/// <summary>State of a run's runners.</summary>
/// <param name="Ended">Whether all have ended, in whatever way.</param>
/// <param name="Error">Why they ended without a measurement; null where they may have one.</param>
public sealed record RunnersAnswer(bool Ended, RunError? Error);
