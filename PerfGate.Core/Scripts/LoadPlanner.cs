using PerfGate.Core.Admission;
using PerfGate.Core.Requests;

namespace PerfGate.Core.Scripts;

/// <summary>Fills in every default of a request: what will be applied, when, by how many.</summary>
public static class LoadPlanner
{
    /// <summary>Room in the pool of VUs for answers slower than assumed.</summary>
    private const double Headroom = 3;

    private static readonly TimeSpan ShortestGrace = TimeSpan.FromSeconds(5);

    /// <summary>The longest that iterations are left to finish after a load.</summary>
    public static readonly TimeSpan LongestGrace = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Plans a request. Without <c>vus</c> the model is open (iterations start at a rate, whatever the target does), with them it
    /// is closed (each user waits for the answer). Where the request gives stages, they begin at <c>vus</c> or
    /// <c>arrivalRate</c>, or at 0 where it gives neither.
    /// </summary>
    /// <param name="request">As <see cref="RequestReader"/> accepted it.</param>
    /// <param name="limits">Caps the pools of VUs and the requests a second.</param>
    public static LoadPlan Plan(RunRequest request, Limits limits)
    {
        var configuration = request.Configuration;
        var scenarios = configuration.Scenarios.Count > 0 ? configuration.Scenarios : Defaults();
        var weights = scenarios.Select(scenario => scenario.Weight).ToArray();
        var closed = configuration.Vus is not null;
        var shape = Scale(request);
        var duration = TimeSpan.FromTicks(shape.Stages.Sum(stage => stage.Duration.Ticks));
        // One leg at the level of the start is k6's constant executor: no ramp arithmetic, the least variance.
        var constant = shape.Stages.Count == 1 && shape.Stages[0].Target == shape.Start;

        double[] Split(double level) =>
            closed ? LoadShare.Users((int)Math.Round(level), weights) : LoadShare.Rates(level, weights);

        var starts = Split(shape.Start);
        var targets = shape.Stages.Select(stage => Split(stage.Target)).ToArray();
        var planned = scenarios
            .Select(
                (scenario, index) =>
                {
                    var stages = shape
                        .Stages.Select((stage, at) => stage with { Target = targets[at][index] })
                        .ToArray();
                    var peak = Math.Max(starts[index], stages.Max(stage => stage.Target));
                    // A segment that has no user gets no iterations either (k6): each has one at least.
                    var busy = peak * IterationLength.Assume(scenario).TotalSeconds;
                    return new PlannedScenario(
                        scenario.Name,
                        Executor(closed, constant),
                        starts[index],
                        stages,
                        closed ? 0 : Math.Max(Users(busy), configuration.Segments),
                        closed ? Users(peak) : Math.Max(Users(busy * Headroom), configuration.Segments),
                        scenario
                    );
                }
            )
            .ToArray();
        planned = closed ? planned : Cap(planned, limits.On(request.Environment).Vus);
        return new LoadPlan(
            request.TestType,
            configuration.BaseUrl,
            planned,
            duration,
            Grace(scenarios),
            planned.Sum(scenario => scenario.MaxVus)
        )
        {
            Segments = configuration.Segments,
            RequestsPerSecond = limits.On(request.Environment).RequestsPerSecond,
        };
    }

    private static ScenarioConfiguration[] Defaults() =>
        [.. BuiltInScenarios.All.Select(builtIn => new ScenarioConfiguration { Name = builtIn.Name })];

    /// <summary>The shape in VUs or iterations a second.</summary>
    private static LoadShape Scale(RunRequest request)
    {
        var configuration = request.Configuration;
        if (configuration.Stages.Count > 0)
        {
            return new LoadShape(configuration.Vus ?? configuration.ArrivalRate ?? 0, configuration.Stages);
        }
        var level = configuration.Vus ?? configuration.ArrivalRate ?? LoadShapes.DefaultArrivalRate;
        var duration = configuration.Duration ?? LoadShapes.DefaultDuration(request.TestType);
        var shape = LoadShapes.Of(request.TestType, duration);
        return new LoadShape(
            shape.Start * level,
            [.. shape.Stages.Select(stage => stage with { Target = Math.Round(stage.Target * level, 6) })]
        );
    }

    private static string Executor(bool closed, bool constant) =>
        (closed, constant) switch
        {
            (true, true) => "constant-vus",
            (true, false) => "ramping-vus",
            (false, true) => "constant-arrival-rate",
            (false, false) => "ramping-arrival-rate",
        };

    /// <summary>Little's law: users in the system are the arrival rate times the time each stays.</summary>
    private static int Users(double busy) => (int)Math.Clamp(Math.Ceiling(busy - 1e-6), 1, int.MaxValue);

    private static PlannedScenario[] Cap(PlannedScenario[] planned, int limit)
    {
        var sum = planned.Sum(scenario => (long)scenario.MaxVus);
        if (sum <= limit)
        {
            return planned;
        }
        return
        [
            .. planned.Select(scenario =>
            {
                var most = (int)Math.Max(1, (long)scenario.MaxVus * limit / sum);
                return scenario with { MaxVus = most, PreAllocatedVus = Math.Min(scenario.PreAllocatedVus, most) };
            }),
        ];
    }

    /// <summary>Twice the longest iteration, in whole seconds: enough to finish it, not enough to hide a hanging target.</summary>
    private static TimeSpan Grace(IReadOnlyList<ScenarioConfiguration> scenarios)
    {
        var longest = scenarios.Max(scenario => IterationLength.Assume(scenario).TotalSeconds);
        var seconds = Math.Clamp(Math.Ceiling(longest * 2), ShortestGrace.TotalSeconds, LongestGrace.TotalSeconds);
        return TimeSpan.FromSeconds(seconds);
    }
}
