using System.Diagnostics;

namespace PerfGate.Adapters.Telemetry;

/// <summary>What is told of a run beside its id, and which trace it belongs to.</summary>
internal sealed record RunOrigin(Guid Id)
{
    /// <summary>Where it began, as stored; null where nobody listened then.</summary>
    public string? Traceparent { get; init; }

    /// <summary>Shape of load, lower case; null where the run could not be looked up.</summary>
    public string? TestType { get; init; }

    /// <summary>What it is aimed at, lower case; null where the run could not be looked up.</summary>
    public string? Environment { get; init; }

    /// <summary>Where it stands, lower case; null where the run could not be looked up.</summary>
    public string? Status { get; init; }

    /// <summary>When it was accepted, UTC.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it got its slot, UTC.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When its runners were asked for, UTC.</summary>
    public DateTimeOffset? RunnerStartedAt { get; init; }

    /// <summary>Whether it has not ended.</summary>
    public bool IsOpen => Status is "queued" or "running";

    /// <summary>
    /// The parent of the next span: the current one where it is part of the run's trace, else where the run began. A run that
    /// no traced request asked for has the trace whose id is its own.
    /// </summary>
    public ActivityContext ParentOf(Activity? current)
    {
        var began = ActivityContext.TryParse(Traceparent, null, isRemote: true, out var stored) ? stored : Own();
        return current is not null && current.TraceId == began.TraceId ? current.Context : began;
    }

    /// <summary>Attributes of measurements.</summary>
    public TagList Tags => new() { { TelemetryTags.TestType, TestType }, { TelemetryTags.Environment, Environment } };

    private ActivityContext Own()
    {
        var text = Id.ToString("N");
        return new ActivityContext(
            ActivityTraceId.CreateFromString(text),
            ActivitySpanId.CreateFromString(text.AsSpan(16)),
            ActivityTraceFlags.Recorded,
            isRemote: true
        );
    }
}
