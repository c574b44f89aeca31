using System.Text.Json;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;
using PerfGate.Core.Scripts;

namespace PerfGate.Tests.Scripts;

public class LoadPlannerTests
{
    [Fact]
    public void Load_ramps_up_holds_and_ramps_down_with_arriving_iterations()
    {
        var plan = Plan(SampleRequests.BuiltIn(TestType.Load));

        Assert.Equal(TimeSpan.FromSeconds(30), plan.Duration);
        Assert.Equal(BuiltInScenarios.All.Select(each => each.Name), plan.Scenarios.Select(each => each.Name));
        var first = plan.Scenarios[0];
        Assert.Equal(("ramping-arrival-rate", 0d), (first.Executor, first.StartTarget));
        Assert.Equal(
            [(6, 7.5), (18, 7.5), (6, 0)],
            first.Stages.Select(stage => (stage.Duration.TotalSeconds, stage.Target))
        );
        Assert.Equal(720, EstimatedLoad.Of(plan).Iterations, 6);
        Assert.Equal(plan.Duration + plan.GracefulStop, EstimatedLoad.Of(plan).LongestTime);
    }

    [Fact]
    public void Each_segment_has_a_user_for_every_scenario_of_an_open_load()
    {
        var request = SampleRequests.BuiltIn(TestType.Load);
        var one = Plan(request);
        var ten = Plan(
            request with
            {
                Configuration = request.Configuration with { ArrivalRate = 0.4, Segments = 10 },
            }
        );

        Assert.Equal((1, 10), (one.Segments, ten.Segments));
        Assert.All(ten.Scenarios, scenario => Assert.True(scenario is { PreAllocatedVus: >= 10, MaxVus: >= 10 }));
    }

    [Fact]
    public void Stress_climbs_in_five_equal_steps_to_three_times_the_level()
    {
        var plan = Plan(SampleRequests.BuiltIn(TestType.Stress, vus: 40, duration: TimeSpan.FromSeconds(100)));

        Assert.All(plan.Scenarios, scenario => Assert.Equal("ramping-vus", scenario.Executor));
        Assert.Equal([24, 48, 72, 96, 120], Totals(plan).Where((_, index) => index % 2 == 1));
        Assert.All(
            plan.Scenarios[0].Stages.Chunk(2),
            step => Assert.Equal(20, step.Sum(leg => leg.Duration.TotalSeconds))
        );
        Assert.Equal(120, plan.MaxVus);
    }

    [Fact]
    public void Spike_jumps_at_once_and_leaves_time_to_recover()
    {
        var plan = Plan(SampleRequests.BuiltIn(TestType.Spike, arrivalRate: 8, duration: TimeSpan.FromSeconds(100)));

        Assert.Equal([8, 40, 40, 8, 8], Totals(plan));
        var lengths = plan.Scenarios[0].Stages.Select(stage => stage.Duration.TotalSeconds).ToArray();
        Assert.Equal([30, 1, 24, 1, 44], lengths);
        Assert.Equal(2, plan.Scenarios[0].StartTarget);
    }

    [Theory]
    [InlineData(null, "constant-arrival-rate")]
    [InlineData(12, "constant-vus")]
    public void Endurance_is_constant_for_an_hour(int? vus, string executor)
    {
        var plan = Plan(SampleRequests.BuiltIn(TestType.Endurance, vus));

        Assert.Equal(TimeSpan.FromHours(1), plan.Duration);
        Assert.All(plan.Scenarios, scenario => Assert.Equal(executor, scenario.Executor));
        Assert.All(
            plan.Scenarios,
            scenario => Assert.Equal(scenario.StartTarget, Assert.Single(scenario.Stages).Target)
        );
    }

    [Fact]
    public void Stages_last_exactly_as_long_as_asked_whatever_the_length()
    {
        foreach (var type in Enum.GetValues<TestType>())
        {
            foreach (var milliseconds in new[] { 1000, 1001, 1999, 7777, 33_333, 59_999, 1_234_567 })
            {
                var duration = TimeSpan.FromMilliseconds(milliseconds);
                var plan = Plan(SampleRequests.BuiltIn(type, duration: duration));

                Assert.Equal(duration, plan.Duration);
                Assert.All(
                    plan.Scenarios,
                    scenario =>
                        Assert.Equal(milliseconds, scenario.Stages.Sum(stage => stage.Duration.TotalMilliseconds))
                );
                Assert.All(
                    plan.Scenarios.SelectMany(s => s.Stages),
                    stage => Assert.True(stage.Duration >= TimeSpan.Zero)
                );
            }
        }
    }

    [Theory]
    [InlineData(7, new[] { 1.0, 1, 1 })]
    [InlineData(3, new[] { 1000.0, 1, 1 })]
    [InlineData(100, new[] { 5.0, 3, 1 })]
    [InlineData(2, new[] { 1.0, 1, 1 })]
    public void Users_are_split_whole_and_none_is_lost(int total, double[] weights)
    {
        var scenarios = weights.Select((weight, i) => Scenario($"s{i}") with { Weight = weight }).ToArray();
        var plan = Plan(
            SampleRequests.BuiltIn(TestType.Endurance, vus: total) is var request
                ? request with
                {
                    Configuration = request.Configuration with { Scenarios = scenarios },
                }
                : throw new InvalidOperationException()
        );

        Assert.Equal(total, plan.Scenarios.Sum(scenario => scenario.StartTarget));
        Assert.All(plan.Scenarios, scenario => Assert.Equal(Math.Floor(scenario.StartTarget), scenario.StartTarget));
        if (total >= weights.Length)
        {
            Assert.All(plan.Scenarios, scenario => Assert.True(scenario.StartTarget >= 1));
        }
    }

    [Fact]
    public void Rates_are_split_by_weight()
    {
        var request = SampleRequests.Custom(TestType.Endurance);

        var plan = Plan(request with { Configuration = request.Configuration with { ArrivalRate = 10 } });

        Assert.Equal([6.666667, 3.333333], plan.Scenarios.Select(scenario => scenario.StartTarget));
    }

    [Fact]
    public void Pools_follow_littles_law_and_stay_within_the_limit()
    {
        // 20 a second, each staying (200 + 250) + (50 + 250) ms and 100 + 250 ms.
        var request = SampleRequests.Custom(TestType.Endurance);
        var plan = Plan(request with { Configuration = request.Configuration with { ArrivalRate = 30 } });
        Assert.Equal([15, 4], plan.Scenarios.Select(scenario => scenario.PreAllocatedVus));
        Assert.Equal([45, 11], plan.Scenarios.Select(scenario => scenario.MaxVus));

        var capped = LoadPlanner.Plan(
            SampleRequests.BuiltIn(TestType.Spike, arrivalRate: 1000),
            Limits.Default with
            {
                Vus = 100,
            }
        );
        Assert.InRange(capped.MaxVus, 90, 100);
        Assert.All(capped.Scenarios, scenario => Assert.InRange(scenario.PreAllocatedVus, 1, scenario.MaxVus));
    }

    [Fact]
    public void Stages_of_the_callers_own_begin_where_the_model_says()
    {
        var request = SampleRequests.BuiltIn(TestType.Load, vus: 8);
        Stage[] stages = [new(TimeSpan.FromSeconds(10), 16), new(TimeSpan.FromSeconds(5), 0)];

        var plan = Plan(request with { Configuration = request.Configuration with { Stages = stages } });

        Assert.All(
            plan.Scenarios,
            scenario => Assert.Equal(("ramping-vus", 2d), (scenario.Executor, scenario.StartTarget))
        );
        Assert.Equal([16, 0], Totals(plan));
        Assert.Equal(TimeSpan.FromSeconds(15), plan.Duration);
        Assert.Equal(16, plan.MaxVus);
    }

    [Fact]
    public void Requests_a_second_are_what_the_environment_bears_and_segments_share_them()
    {
        var request = SampleRequests.BuiltIn(TestType.Load, vus: 8);
        var three = request with { Configuration = request.Configuration with { Segments = 3 } };

        Assert.Equal(20_000, Plan(three).RequestsPerSecond);
        Assert.Contains("\"rps\": 6666,", K6TestOrchestrator.GenerateK6Script(three, Plan(three)));
        var production = Plan(three with { Environment = TargetEnvironment.Production });
        Assert.Equal(2000, production.RequestsPerSecond);
        Assert.Contains("\"rps\": 666,", K6TestOrchestrator.GenerateK6Script(three, production));
        // Plans of before, as they are stored.
        Assert.DoesNotContain(
            "rps",
            K6TestOrchestrator.GenerateK6Script(three, production with { RequestsPerSecond = 0 })
        );
    }

    [Fact]
    public void A_plan_survives_being_stored_as_json()
    {
        var plan = Plan(SampleRequests.Custom(TestType.Stress));
        var stored = JsonSerializer.Serialize(plan, RunJson.Options);

        var loaded = JsonSerializer.Deserialize<LoadPlan>(stored, RunJson.Options);

        Assert.Equal(stored, JsonSerializer.Serialize(loaded, RunJson.Options));
    }

    private static LoadPlan Plan(RunRequest request) => LoadPlanner.Plan(request, Limits.Default);

    private static double[] Totals(LoadPlan plan) =>
        [
            .. Enumerable
                .Range(0, plan.Scenarios[0].Stages.Count)
                .Select(index => plan.Scenarios.Sum(scenario => scenario.Stages[index].Target)),
        ];

    private static ScenarioConfiguration Scenario(string name) =>
        new() { Name = name, Steps = [new ScenarioStep { Method = "GET", Path = "/" }] };
}
