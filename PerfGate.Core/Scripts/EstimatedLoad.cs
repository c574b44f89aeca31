namespace PerfGate.Core.Scripts;

/// <summary>What a plan will amount to.</summary>
/// <param name="Iterations">
/// Iterations over all scenarios: exact for an open model that drops none, a guess (<see cref="IterationLength"/>) for a
/// closed one.
/// </param>
/// <param name="LongestTime">Load with its graceful stop: the run lasts no longer than this, starting up apart.</param>
public sealed record EstimatedLoad(double Iterations, TimeSpan LongestTime)
{
    /// <summary>Adds up a plan: the area under its stages.</summary>
    public static EstimatedLoad Of(LoadPlan plan) =>
        new(plan.Scenarios.Sum(Iterate), plan.Duration + plan.GracefulStop);

    private static double Iterate(PlannedScenario scenario)
    {
        var area = 0d;
        var level = scenario.StartTarget;
        foreach (var stage in scenario.Stages)
        {
            area += stage.Duration.TotalSeconds * (level + stage.Target) / 2;
            level = stage.Target;
        }
        return scenario.Executor.EndsWith("-vus", StringComparison.Ordinal)
            ? area / IterationLength.Assume(scenario.Configuration).TotalSeconds
            : area;
    }
}
