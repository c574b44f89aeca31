using PerfGate.Adapters.ContainerInstances;
using PerfGate.Adapters.Postgres;
using PerfGate.Core.Scripts;

namespace PerfGate.Adapters.Runs;

/// <summary>How long is waited for the runners of a run: every wait has an end, and none is told by the time of day.</summary>
/// <param name="containers">Where runners run; null for child processes.</param>
internal sealed class SegmentTimes(ContainerInstanceOptions? containers)
{
    /// <summary>Over the deadline: a runner stops its engine by itself; only one that hangs is killed.</summary>
    public static readonly TimeSpan KillAllowance = TimeSpan.FromSeconds(45);

    /// <summary>A runner that another server started and that says nothing for so long is gone with it.</summary>
    public static readonly TimeSpan StrangersSilence = TimeSpan.FromSeconds(15);

    // Over the load itself: engine start, setup and teardown, upload of what was measured.
    private static readonly TimeSpan EngineAllowance = TimeSpan.FromSeconds(60);

    // Several segments check engine and script, one of them perhaps a second time, and wait for the slowest.
    private static readonly TimeSpan BarrierAllowance = TimeSpan.FromMinutes(2);

    // One segment may be lost and started a second time before its load begins.
    private static readonly TimeSpan RestartAllowance = TimeSpan.FromMinutes(1);

    // A go that is said too shortly before would reach some and not others; clocks differ as well.
    private static readonly TimeSpan GoMargin = TimeSpan.FromSeconds(15);

    /// <summary>How long after a run got its slot its load is stopped at the latest.</summary>
    public TimeSpan Allowed(RunRow run) =>
        StartWithin(run) + run.Plan!.Duration + run.Plan.GracefulStop + EngineAllowance;

    /// <summary>
    /// How long after that the load begins at the latest, a second start of a lost runner included; where there are several segments, a
    /// runner does not begin it later.
    /// </summary>
    public TimeSpan StartWithin(RunRow run) =>
        (2 * PlacementAllowance) + (run.Plan!.Segments > 1 ? BarrierAllowance : RestartAllowance);

    /// <summary>How long after that all segments must be ready, and none is started a second time any more.</summary>
    public TimeSpan ReadyWithin(RunRow run) => StartWithin(run) - GoMargin;

    /// <summary>From a run's start to its deadline, without the load itself, at most.</summary>
    /// <param name="containers">Where runners run; null for child processes.</param>
    public static TimeSpan MostBesideLoad(ContainerInstanceOptions? containers) =>
        (2 * Placement(containers)) + BarrierAllowance + LoadPlanner.LongestGrace + EngineAllowance;

    /// <summary>A container group is asked for, placed, and its image pulled, before its runner reads its order.</summary>
    public TimeSpan PlacementAllowance => Placement(containers);

    private static TimeSpan Placement(ContainerInstanceOptions? containers) =>
        containers is null ? TimeSpan.Zero : containers.Patience + containers.StartTimeout;
}
