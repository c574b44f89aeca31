namespace PerfGate.Tests.Functions.Replay;

/// <summary>Something an orchestration asked for, as its history keeps it.</summary>
/// <param name="Kind"><c>activity</c>, <c>timer</c> or <c>event</c>.</param>
/// <param name="Name">Of the activity or event; when the timer fires.</param>
/// <param name="Input">As JSON.</param>
internal sealed record DurableCall(string Kind, string Name, string Input);

/// <summary>Something that came of a call.</summary>
/// <param name="Call">Index of the call.</param>
/// <param name="At">When, UTC.</param>
/// <param name="Result">As JSON.</param>
/// <param name="Failure">Why an activity failed after all its tries; null where it did not.</param>
internal sealed record DurableCompletion(int Call, DateTime At, string Result, string? Failure = null);

/// <summary>What an orchestration asked for and what came of it, each in order. Never changes but at its end.</summary>
internal sealed record DurableHistory
{
    public List<DurableCall> Calls { get; init; } = [];

    public List<DurableCompletion> Completions { get; init; } = [];

    /// <summary>Names of the activities, in order.</summary>
    public IEnumerable<string> Activities => Calls.Where(call => call.Kind == "activity").Select(call => call.Name);
}

/// <summary>An orchestration did not do again what its history says it did.</summary>
internal sealed class NonDeterminismException(string message) : Exception(message);
