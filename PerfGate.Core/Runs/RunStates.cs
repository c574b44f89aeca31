namespace PerfGate.Core.Runs;

/// <summary>
/// The moves a run may make: queued to running, running to an end; and straight from queued to cancelled or failed. The
/// stores guard the same moves in their own language.
/// </summary>
public static class RunStates
{
    /// <summary>Whether a run stays where it is from now on.</summary>
    public static bool IsEnd(RunStatus status) => status is not (RunStatus.Queued or RunStatus.Running);

    /// <summary>Whether this move is allowed; staying is no move.</summary>
    public static bool MayMove(RunStatus from, RunStatus to) =>
        (from, to) switch
        {
            (RunStatus.Queued, RunStatus.Running or RunStatus.Cancelled or RunStatus.Failed) => true,
            (RunStatus.Running, RunStatus.Completed or RunStatus.Failed or RunStatus.Cancelled) => true,
            _ => false,
        };
}
