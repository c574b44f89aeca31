using System.Text.Json.Serialization;
using PerfGate.Core.Requests;

namespace PerfGate.Core.Runs;

/// <summary>May the deployment go out?</summary>
[JsonConverter(typeof(LowerCaseEnumConverter<Verdict>))]
public enum Verdict
{
    /// <summary>Measured, trustworthy, within every bound, no regression.</summary>
    Passed,

    /// <summary>Measured, trustworthy, and beyond a bound or worse than the past.</summary>
    Failed,

    /// <summary>It ran, but what it measured cannot carry a verdict.</summary>
    Inconclusive,

    /// <summary>It did not run.</summary>
    Error,
}

/// <summary>A run's place in its life. Moves only forwards.</summary>
[JsonConverter(typeof(LowerCaseEnumConverter<RunStatus>))]
public enum RunStatus
{
    /// <summary>Accepted, waiting for a slot.</summary>
    Queued,

    /// <summary>Holds a slot.</summary>
    Running,

    /// <summary>Ended with a measurement (whatever its verdict).</summary>
    Completed,

    /// <summary>Ended without one.</summary>
    Failed,

    /// <summary>Ended on request.</summary>
    Cancelled,
}

/// <summary>One reason of a verdict.</summary>
/// <param name="Code">Stable machine-readable name, lower case with hyphens: <c>threshold-crossed</c>, <c>no-traffic</c>, ...</param>
/// <param name="Sentence">What was seen and what to do about it.</param>
public sealed record Reason(string Code, string Sentence);

/// <summary>A verdict with its reasons, the gravest first. A pass has one too: what it rests on.</summary>
public sealed record RunVerdict(Verdict Verdict, IReadOnlyList<Reason> Reasons)
{
    /// <summary>Exit code for pipelines: 0 passed, 1 failed, 2 inconclusive, 3 error.</summary>
    public int ExitCode =>
        Verdict switch
        {
            Verdict.Passed => 0,
            Verdict.Failed => 1,
            Verdict.Inconclusive => 2,
            _ => 3,
        };
}
