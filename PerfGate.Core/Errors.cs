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
[JsonDerivedType(typeof(RunError.SegmentLost), "segment-lost")]
[JsonDerivedType(typeof(RunError.EngineFailed), "engine-failed")]
[JsonDerivedType(typeof(RunError.DeadlineExceeded), "deadline-exceeded")]
[JsonDerivedType(typeof(RunError.ArtifactUnreadable), "artifact-unreadable")]
[JsonDerivedType(typeof(RunError.RequestUnusable), "request-unusable")]
[JsonDerivedType(typeof(RunError.SecretNotAllowed), "secret-not-allowed")]
[JsonDerivedType(typeof(RunError.ImageNotPulled), "image-not-pulled")]
[JsonDerivedType(typeof(RunError.RunnerQuotaReached), "runner-quota-reached")]
[JsonDerivedType(typeof(RunError.NoRunnerCapacity), "no-runner-capacity")]
[JsonDerivedType(typeof(RunError.ResourceManagerAway), "resource-manager-away")]
[JsonDerivedType(typeof(RunError.ContainersForbidden), "containers-forbidden")]
[JsonDerivedType(typeof(RunError.RunnerOutOfMemory), "runner-out-of-memory")]
[JsonDerivedType(typeof(RunError.RunnerExited), "runner-exited")]
[JsonDerivedType(typeof(RunError.RunnerDeleted), "runner-deleted")]
[JsonDerivedType(typeof(RunError.RunnerStopped), "runner-stopped")]
[JsonDerivedType(typeof(RunError.RunnerNeverStarted), "runner-never-started")]
public abstract record RunError(string Code, string Message, bool IsTransient)
{
    /// <summary>Whether it means that a runner is gone that had been there, and did not report its end.</summary>
    [JsonIgnore]
    public bool IsLoss =>
        this is RunnerLost or SegmentLost or RunnerOutOfMemory or RunnerExited or RunnerDeleted or RunnerStopped;

    /// <summary>Whether a runner that is started anew may fare better: not where all regions were asked, or the image is not there.</summary>
    [JsonIgnore]
    public bool MayPass => this is not ImageNotPulled && !IsOfRegion;

    /// <summary>Whether another region may have the room for a runner that this one has not.</summary>
    [JsonIgnore]
    public bool IsOfRegion => this is NoRunnerCapacity or RunnerQuotaReached;

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

    /// <summary>
    /// One of several segments is gone for good: after the load began, or a second time before it. What the others measured is
    /// there, and is not the load that was planned.
    /// </summary>
    /// <param name="Segment">Which one, from 0.</param>
    /// <param name="Segments">How many the run has.</param>
    /// <param name="LoadHadBegun">Whether the load had begun.</param>
    /// <param name="Detail">What it said last.</param>
    public sealed record SegmentLost(int Segment, int Segments, bool LoadHadBegun, string Detail)
        : RunError(
            "segment-lost",
            FormattableString.Invariant(
                $"Segment {Segment} of the {Segments} segments 0 to {Segments - 1} was lost {(LoadHadBegun ? "while its load was on, and load is not made twice" : "before the load began, and not replaced")}: {Detail}"
            ),
            false
        );

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

    /// <summary>The run refers to a secret that its environment's loads may not have any more.</summary>
    public sealed record SecretNotAllowed(string Detail)
        : RunError("secret-not-allowed", $"No load was made: {Detail}", false);

    /// <summary>The runner's image could not be pulled.</summary>
    public sealed record ImageNotPulled(string Image, string Detail)
        : RunError("image-not-pulled", $"The runner image {Image} could not be pulled: {Detail}", false);

    /// <summary>The subscription may not have that many container groups or cores in any of the regions.</summary>
    public sealed record RunnerQuotaReached(string Regions, string Detail)
        : RunError("runner-quota-reached", $"The quota of container groups is used up in {Regions}: {Detail}", true);

    /// <summary>No region had room for the container group.</summary>
    public sealed record NoRunnerCapacity(string Regions, string Detail)
        : RunError("no-runner-capacity", $"There was no capacity for the load runner in {Regions}: {Detail}", true);

    /// <summary>Azure Resource Manager could not be reached, or asked to be left alone, for longer than is waited.</summary>
    public sealed record ResourceManagerAway(string Detail)
        : RunError("resource-manager-away", $"Azure Resource Manager could not be used: {Detail}", true);

    /// <summary>PerfGate's identity may not do that to container groups.</summary>
    public sealed record ContainersForbidden(string Detail)
        : RunError("containers-forbidden", $"PerfGate may not manage container groups: {Detail}", false);

    /// <summary>The container needed more memory than its group has.</summary>
    public sealed record RunnerOutOfMemory(double MemoryGb)
        : RunError(
            "runner-out-of-memory",
            FormattableString.Invariant(
                $"The load runner's container was ended because it needed more than its {MemoryGb} GB of memory."
            ),
            false
        );

    /// <summary>The container ended with a status that says that the runner could not report.</summary>
    public sealed record RunnerExited(int ExitCode, string Detail)
        : RunError(
            "runner-exited",
            FormattableString.Invariant($"The load runner's container ended with exit code {ExitCode}: {Detail}"),
            false
        );

    /// <summary>The container group is not there, and PerfGate did not delete it.</summary>
    public sealed record RunnerDeleted(string Group)
        : RunError(
            "runner-deleted",
            $"The load runner's container group {Group} is not there: something other than PerfGate deleted it.",
            false
        );

    /// <summary>The container group was stopped from outside.</summary>
    public sealed record RunnerStopped(string Group)
        : RunError("runner-stopped", $"The load runner's container group {Group} was stopped from outside.", false);

    /// <summary>The container group was accepted, and its container did not run in time.</summary>
    public sealed record RunnerNeverStarted(TimeSpan Waited, string Detail)
        : RunError(
            "runner-never-started",
            FormattableString.Invariant(
                $"The load runner's container did not start within {Waited.TotalSeconds:0} s: {Detail}"
            ),
            true
        );
}
