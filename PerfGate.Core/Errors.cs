using System.Text.Json.Serialization;

namespace PerfGate.Core;

/// <summary>
/// Why a run could not be carried out: a closed set, so that every caller can handle each case. Anything not listed here is
/// a surprise and travels as an exception. Errors travel between the steps of an orchestration as JSON, by their code.
/// </summary>
/// <param name="Code">Stable machine-readable name, lower case with hyphens.</param>
/// <param name="Message">A sentence a person can act on; holds no secret.</param>
/// <param name="IsTransient">Whether the same step may succeed if tried again.</param>
[JsonDerivedType(typeof(RunError.ScriptRejected), "script-rejected")]
[JsonDerivedType(typeof(RunError.RunnerNotStarted), "runner-not-started")]
[JsonDerivedType(typeof(RunError.CancelledBeforeLoad), "cancelled-before-load")]
[JsonDerivedType(typeof(RunError.RunnerLost), "runner-lost")]
[JsonDerivedType(typeof(RunError.EngineFailed), "engine-failed")]
[JsonDerivedType(typeof(RunError.DeadlineExceeded), "deadline-exceeded")]
[JsonDerivedType(typeof(RunError.ArtifactUnreadable), "artifact-unreadable")]
[JsonDerivedType(typeof(RunError.RequestUnusable), "request-unusable")]
public abstract record RunError(string Code, string Message, bool IsTransient)
{
    /// <summary>The engine refused the generated script before any load.</summary>
    public sealed record ScriptRejected(string Detail)
        : RunError("script-rejected", $"The load engine refused the script: {Detail}", false);

    /// <summary>The runner could not be started.</summary>
    public sealed record RunnerNotStarted(string Detail)
        : RunError("runner-not-started", $"The load runner could not be started: {Detail}", true);

    /// <summary>It was cancelled after it got its slot and before its load began.</summary>
    public sealed record CancelledBeforeLoad()
        : RunError("cancelled-before-load", "The run was cancelled before its load began.", false);

    /// <summary>The runner ended without its end record: killed, crashed or lost with its host.</summary>
    public sealed record RunnerLost(string Detail)
        : RunError("runner-lost", $"The load runner ended without reporting: {Detail}", false);

    /// <summary>The load engine crashed or ended with a status that says it did not run the load.</summary>
    public sealed record EngineFailed(int ExitCode, string Detail)
        : RunError("engine-failed", $"The load engine failed with exit code {ExitCode}: {Detail}", false);

    /// <summary>The run did not end by its deadline, and was stopped.</summary>
    public sealed record DeadlineExceeded(TimeSpan Deadline)
        : RunError(
            "deadline-exceeded",
            FormattableString.Invariant($"The run did not end within {Deadline.TotalSeconds:0} s and was stopped."),
            false
        );

    /// <summary>An artifact that the run should have left is absent or unreadable.</summary>
    public sealed record ArtifactUnreadable(string Name, string Detail)
        : RunError("artifact-unreadable", $"The run left no readable {Name}: {Detail}", false);

    /// <summary>The request that was stored with the run can no longer be read or planned.</summary>
    public sealed record RequestUnusable(string Detail)
        : RunError("request-unusable", $"The run's request cannot be used: {Detail}", false);
}
