using PerfGate.Core.Requests;

namespace PerfGate.Core.Scripts;

/// <summary>
/// How long an iteration will take, guessed before anything was measured: its pauses, and an assumed time for each answer. Sizes
/// the pool of VUs; what is measured never rests on it.
/// </summary>
public static class IterationLength
{
    /// <summary>Assumed time of an answer: slow for a healthy target, so that the pool has room.</summary>
    public static readonly TimeSpan AssumedAnswer = TimeSpan.FromMilliseconds(250);

    /// <summary>Pause between steps of a scenario that sets none.</summary>
    public static readonly TimeSpan DefaultThinkTime = TimeSpan.FromSeconds(1);

    /// <summary>The pause after a step: the step's own, else the scenario's, else one second.</summary>
    public static TimeSpan ThinkTime(ScenarioConfiguration scenario, ScenarioStep step) =>
        step.ThinkTime ?? ThinkTime(scenario);

    /// <summary>The pause between the steps of a scenario: its own, else one second.</summary>
    public static TimeSpan ThinkTime(ScenarioConfiguration scenario) => scenario.ThinkTime ?? DefaultThinkTime;

    /// <summary>The guess for a scenario.</summary>
    public static TimeSpan Assume(ScenarioConfiguration scenario)
    {
        if (scenario.Steps.Count > 0)
        {
            return scenario.Steps.Aggregate(
                TimeSpan.Zero,
                (sum, step) => sum + ThinkTime(scenario, step) + AssumedAnswer
            );
        }
        var builtIn = BuiltInScenarios.Find(scenario.Name);
        return builtIn is null
            ? DefaultThinkTime
            : (builtIn.Pauses * ThinkTime(scenario)) + (builtIn.Answers * AssumedAnswer);
    }
}
