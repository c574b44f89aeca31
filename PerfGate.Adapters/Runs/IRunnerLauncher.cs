using PerfGate.Core;
using PerfGate.Core.Runners;

namespace PerfGate.Adapters.Runs;

/// <summary>
/// Where runners run: child processes of this server (<c>Processes/RunnerLauncher</c>), or container groups
/// (<c>ContainerInstances/ContainerGroupLauncher</c>).
/// </summary>
public interface IRunnerLauncher
{
    /// <summary>
    /// Whether starting is idempotent whichever server asks. Where it is not, each server knows its own runners alone.
    /// </summary>
    bool StartsOnce { get; }

    /// <summary>
    /// Starts the runner of the order's run and segment. Idempotent by run, segment and attempt: a second call with a runner there
    /// changes nothing, and one that failed for want of room is followed by one in the next region. Null, or why it could not be
    /// started.
    /// </summary>
    Task<RunError?> StartAsync(RunnerOrder order, CancellationToken cancellation);

    /// <summary>What is known of a segment's runner now.</summary>
    Task<RunnerState> LookAsync(Guid runId, int segment, CancellationToken cancellation);

    /// <summary>
    /// Ends and forgets the runner of one segment (deletes its group), so that it can be started anew. Never fails the run; safe
    /// to call again.
    /// </summary>
    Task EndSegmentAsync(Guid runId, int segment, CancellationToken cancellation);

    /// <summary>Ends and forgets every runner of the run (deletes its groups). Never fails the run; safe to call again.</summary>
    Task EndAsync(Guid runId, CancellationToken cancellation);

    /// <summary>Waits, not longer than until a runner of the run ends where that is known.</summary>
    Task DelayUnlessEndedAsync(Guid runId, TimeSpan delay, CancellationToken cancellation);
}

/// <summary>What is known of a segment's runner.</summary>
/// <param name="Presence">Whether it is there.</param>
/// <param name="Error">Why it is gone, where the place it ran in says so; null elsewhere.</param>
/// <param name="LastWords">What it, or the place it ran in, said last; for a person. Null where nothing is known.</param>
public sealed record RunnerState(RunnerPresence Presence, RunError? Error, string? LastWords);

/// <summary>Whether a runner is there.</summary>
public enum RunnerPresence
{
    /// <summary>Asked for, not yet running: image pull, scheduling.</summary>
    Starting,

    /// <summary>It runs.</summary>
    Running,

    /// <summary>It is known to have ended.</summary>
    Gone,

    /// <summary>This server knows nothing of it: another one started it; silence decides.</summary>
    Stranger,
}
