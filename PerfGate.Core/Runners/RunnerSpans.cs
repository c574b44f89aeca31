namespace PerfGate.Core.Runners;

/// <summary>
/// Names of what is told of a runner: by itself where it knows a collector, else by the server (<see cref="RunnerEnd.Times"/>).
/// </summary>
public static class RunnerSpans
{
    /// <summary>Name of the source.</summary>
    public const string Source = "PerfGate.Runner";

    /// <summary>The span of the runner's whole life.</summary>
    public const string Runner = "Runner";

    /// <summary>The span of looking whether the engine takes the script.</summary>
    public const string CheckScript = "CheckScript";

    /// <summary>The span of the load.</summary>
    public const string ApplyLoad = "ApplyLoad";

    /// <summary>Attribute: the runner's segment, from 0.</summary>
    public const string SegmentTag = "perfgate.segment";

    /// <summary>Attribute: why the load engine ended.</summary>
    public const string EndTag = "perfgate.runner.end";

    /// <summary>Whether a runner that ended so has failed, and its span with it.</summary>
    public static bool IsError(RunnerEndCause cause) =>
        cause
            is RunnerEndCause.NotStarted
                or RunnerEndCause.SecretMissing
                or RunnerEndCause.TargetRefused
                or RunnerEndCause.ScriptRejected
                or RunnerEndCause.RunnerFault
                or RunnerEndCause.Lost;
}
