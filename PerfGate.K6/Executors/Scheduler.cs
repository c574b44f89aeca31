using PerfGate.K6.Options;
using PerfGate.K6.Scripting;

namespace PerfGate.K6.Executors;

/// <summary>Runs all scenarios of a test at their times.</summary>
internal sealed class Scheduler(TestContext test, VuPool pool)
{
    /// <summary>VUs that exist before the load starts: the most that scenarios at the same time plan for.</summary>
    public static int PlannedVus(TestOptions options, SegmentTuple segment) =>
        Most(options, scenario => Planned(scenario, segment));

    /// <summary>Most VUs there can be.</summary>
    public static int MostVus(TestOptions options, SegmentTuple segment) =>
        Most(options, scenario => (int)segment.Scale(scenario.MostVus));

    /// <summary>Longest time the load can take, all graceful stops included.</summary>
    public static TimeSpan LongestDuration(TestOptions options) =>
        options.Scenarios.Max(scenario => scenario.StartTime + scenario.RegularDuration + scenario.GracefulStop);

    /// <summary>Runs them to their end. Blocks.</summary>
    public void Run()
    {
        var threads = test
            .Options.Scenarios.Select(Create)
            .OfType<Executor>()
            .Select(executor => new Thread(executor.Run))
            .ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
    }

    private Executor? Create(ScenarioOptions options)
    {
        var segment = test.Segment;
        SegmentTuple? dealt = options.Executor switch
        {
            "shared-iterations" => segment.ForVus(options.Vus),
            "constant-arrival-rate" or "ramping-arrival-rate" => segment.ForVus(Math.Max(options.MaxVus, 1)),
            _ => segment,
        };
        if (dealt is null)
        {
            return null;
        }
        var scenario = new ScenarioState(options, test.Options, dealt);
        return options.Executor switch
        {
            "shared-iterations" => new SharedIterationsExecutor(scenario, test, pool, segment, dealt),
            "per-vu-iterations" => new PerVuIterationsExecutor(scenario, test, pool, segment),
            "constant-vus" => new ConstantVusExecutor(scenario, test, pool, segment),
            "ramping-vus" => new RampingVusExecutor(scenario, test, pool, segment),
            _ => new ArrivalRateExecutor(scenario, test, pool, segment, dealt),
        };
    }

    private static int Planned(ScenarioOptions scenario, SegmentTuple segment) =>
        (int)
            segment.Scale(
                scenario.Executor.EndsWith("arrival-rate", StringComparison.Ordinal)
                    ? scenario.PreAllocatedVus
                    : scenario.MostVus
            );

    private static int Most(TestOptions options, Func<ScenarioOptions, int> count) =>
        options
            .Scenarios.Select(at =>
                options
                    .Scenarios.Where(other =>
                        other.StartTime <= at.StartTime
                        && at.StartTime < other.StartTime + other.RegularDuration + other.GracefulStop
                    )
                    .Sum(count)
            )
            .Max();
}
