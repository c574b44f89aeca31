using System.Text.Json.Serialization;
using PerfGate.Core.Metrics;
using PerfGate.Core.Requests;
using PerfGate.Core.Thresholds;

namespace PerfGate.Core.Runners;

/// <summary>The last word of a runner about its segment.</summary>
public sealed record RunnerEnd
{
    /// <summary>The engine with its version: <c>k6 v2.2.0</c> or <c>embedded 0.1.0</c>; empty where none was found.</summary>
    public required string Engine { get; init; }

    /// <summary>The engine's exit status (k6's own codes); null where it was killed or never started.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Why the engine ended.</summary>
    public required RunnerEndCause Cause { get; init; }

    /// <summary>What went wrong, for a person; null where nothing did.</summary>
    public string? Detail { get; init; }

    /// <summary>When the engine was started, UTC.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended, UTC.</summary>
    public required DateTimeOffset EndedAt { get; init; }

    /// <summary>Lines of the engine's log that report an exception thrown by the script.</summary>
    public long ScriptExceptions { get; init; }

    /// <summary>The first such line, sanitised.</summary>
    public string? FirstScriptException { get; init; }

    /// <summary>Which bound was crossed, where that ended it; else null.</summary>
    public EarlyStop? EarlyStop { get; init; }

    /// <summary>How hard the machine worked.</summary>
    public LoadGeneratorStats? LoadGenerator { get; init; }

    /// <summary>
    /// When the runner and its parts began and ended, for the server to tell of; null where the runner sends its spans itself, where
    /// nobody listens, and in records of before.
    /// </summary>
    public RunnerTimes? Times { get; init; }
}

/// <summary>Why a load engine ended.</summary>
[JsonConverter(typeof(LowerCaseEnumConverter<RunnerEndCause>))]
public enum RunnerEndCause
{
    /// <summary>By itself.</summary>
    Finished,

    /// <summary>It was asked to stop.</summary>
    Stopped,

    /// <summary>The target was hurting: <see cref="RunnerEnd.EarlyStop"/> says how.</summary>
    EarlyStop,

    /// <summary>Its deadline came.</summary>
    Deadline,

    /// <summary>No engine could be found or started.</summary>
    NotStarted,

    /// <summary>The target is, or leads to, what its environment's loads may not go to; no load was made.</summary>
    TargetRefused,

    /// <summary>A secret that the script refers to has no value; no load was made.</summary>
    SecretMissing,

    /// <summary>The engine refused the script before any load; the exit status is the engine's.</summary>
    ScriptRejected,

    /// <summary>It was killed or crashed from outside the runner.</summary>
    Killed,

    /// <summary>The runner itself met a surprise (disk full, artifacts out of reach).</summary>
    RunnerFault,

    /// <summary>
    /// The load had begun, and the runner that made it, or the process that this one belonged to, is gone.
    /// </summary>
    Lost,
}
