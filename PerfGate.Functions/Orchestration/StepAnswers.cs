using System.Text.Json.Serialization;
using PerfGate.Core;
using PerfGate.Core.Runners;
using PerfGate.Core.Sensitive;

namespace PerfGate.Functions.Orchestration;

/// <summary>
/// What an activity answers. Expected failures are part of the value; a surprise that would be the same if tried again comes as
/// a value too, since what an activity throws is tried again.
/// </summary>
/// <param name="Value">The step's answer; null where it met a surprise.</param>
/// <param name="Surprise">What it met.</param>
public sealed record StepAnswer<T>(T? Value, StepSurprise? Surprise)
    where T : class;

/// <summary>Something that no step expects.</summary>
/// <param name="Step">The step.</param>
/// <param name="Message">What it was.</param>
/// <param name="ArtifactsUnwell">Whether the artifacts could not be written or read.</param>
public sealed record StepSurprise(string Step, string Message, bool ArtifactsUnwell)
{
    private const int LongestMessage = 2000;

    /// <summary>What it was, without what looks like a secret: the orchestration's history keeps it.</summary>
    public string Message { get; } = SensitiveText.Strip(Message, LongestMessage);
}

/// <summary>Answer to asking for a slot.</summary>
/// <param name="Answer">The answer.</param>
/// <param name="Position">Place in the line, from 1; null where it does not wait.</param>
public sealed record QueuePlace(
    [property: JsonConverter(typeof(JsonStringEnumConverter<SlotAnswer>))] SlotAnswer Answer,
    int? Position
);

/// <summary>How a step ended.</summary>
/// <param name="Error">Why it could not be done; null where it was.</param>
public sealed record StepEnd(RunError? Error);

/// <summary>The runners, looked at.</summary>
/// <param name="Ended">Whether all have ended.</param>
/// <param name="Error">Why without a measurement; null where they may have one.</param>
/// <param name="Progress">The latest figures; null where there are none.</param>
public sealed record Observation(bool Ended, RunError? Error, RunProgress? Progress);

/// <summary>What is to be judged.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Error">Why it could not be carried out; null where it was.</param>
public sealed record JudgeOrder(Guid RunId, RunError? Error);

/// <summary>Which run is to be given up, and why.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Surprise">What was met.</param>
public sealed record AbandonOrder(Guid RunId, StepSurprise Surprise);
