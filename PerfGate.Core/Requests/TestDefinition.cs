using PerfGate.Core.Schedules;

namespace PerfGate.Core.Requests;

/// <summary>A test as somebody defined it, to be run by its id.</summary>
/// <param name="Name">What people call it, 1 to 100 characters; need not be unique; null for none.</param>
/// <param name="Request">What a run of it asks for.</param>
/// <param name="Schedule">When it runs by itself; null for never.</param>
public sealed record TestDefinition(string? Name, RunRequest Request, Schedule? Schedule = null)
{
    /// <summary>The environment as it was named a second time; null where it was not.</summary>
    public string? ConfirmEnvironment { get; init; }
}
