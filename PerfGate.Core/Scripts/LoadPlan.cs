using PerfGate.Core.Requests;

namespace PerfGate.Core.Scripts;

/// <summary>A request with every default filled in: exactly what will be applied.</summary>
/// <param name="TestType">Shape.</param>
/// <param name="BaseUrl">Target.</param>
/// <param name="Scenarios">k6 scenarios, one a configured scenario.</param>
/// <param name="Duration">Longest time the load takes, graceful stop excluded.</param>
/// <param name="GracefulStop">How long iterations may finish after it.</param>
/// <param name="MaxVus">Most VUs over all scenarios at once.</param>
public sealed record LoadPlan(
    TestType TestType,
    Uri BaseUrl,
    IReadOnlyList<PlannedScenario> Scenarios,
    TimeSpan Duration,
    TimeSpan GracefulStop,
    int MaxVus
)
{
    /// <summary>Load engines that share the load by k6's execution segments, at least 1.</summary>
    public int Segments { get; init; } = 1;

    /// <summary>Most requests a second over all segments; 0 for no limit.</summary>
    public int RequestsPerSecond { get; init; }
}

/// <summary>One k6 scenario of a plan.</summary>
/// <param name="Name">k6 scenario name, also its tag.</param>
/// <param name="Executor">k6 executor: <c>ramping-arrival-rate</c>, <c>ramping-vus</c>, <c>constant-vus</c>, <c>constant-arrival-rate</c>.</param>
/// <param name="StartTarget">VUs or iterations a second at the beginning.</param>
/// <param name="Stages">Targets in VUs or iterations a second.</param>
/// <param name="PreAllocatedVus">Arrival-rate executors: VUs ready at the start; else 0.</param>
/// <param name="MaxVus">Most VUs of this scenario.</param>
/// <param name="Configuration">What its users do.</param>
public sealed record PlannedScenario(
    string Name,
    string Executor,
    double StartTarget,
    IReadOnlyList<Stage> Stages,
    int PreAllocatedVus,
    int MaxVus,
    ScenarioConfiguration Configuration
);
