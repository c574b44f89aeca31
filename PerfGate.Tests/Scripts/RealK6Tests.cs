using System.Text.Json.Nodes;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;
using PerfGate.Core.Scripts;
using PerfGate.Core.Thresholds;
using PerfGate.Demo;

namespace PerfGate.Tests.Scripts;

public sealed class RealK6Tests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("perfgate-k6-");

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData(TestType.Load, null)]
    [InlineData(TestType.Stress, 7)]
    [InlineData(TestType.Spike, null)]
    [InlineData(TestType.Endurance, 7)]
    public async Task A_generated_script_runs_under_k6_with_every_check_green(TestType type, int? vus)
    {
        RealK6.SkipWhereThereIsNone();
        await using var platform = DemoPlatform.Build([]);
        await platform.StartAsync(TestContext.Current.CancellationToken);
        var request = EveryScenario(type, vus, new Uri(platform.Urls.First()));
        await WriteAsync(request);

        var run = await RealK6.RunAsync(
            folder.FullName,
            ["run", "--quiet", "--summary-export", "summary.json", "-e", "PERFGATE_SUMMARY=data.json", "script.js"]
        );

        Assert.True(run.ExitCode == 0, $"k6 ended with {run.ExitCode}: {run.Output}{run.Errors}");
        Assert.DoesNotContain("level=error", run.Errors);
        Assert.Contains("answered in avg", run.Output);
        var metrics = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder.FullName, "summary.json")))![
            "metrics"
        ]!;
        Assert.Equal(0, (int)metrics["checks"]!["fails"]!);
        Assert.True((int)metrics["checks"]!["passes"]! > 20);
        Assert.All(
            request.Configuration.Scenarios,
            scenario =>
            {
                Assert.True((int)metrics[$"http_reqs{{scenario:{scenario.Name}}}"]!["count"]! > 0, scenario.Name);
                Assert.NotNull(metrics[$"http_req_duration{{scenario:{scenario.Name}}}"]!["p(99.9)"]);
            }
        );
        Assert.NotNull(metrics["http_req_duration{expected_response:true}"]!["count"]);
        Assert.True(File.Exists(Path.Combine(folder.FullName, "data.json")));
    }

    [Fact]
    public async Task K6_reads_the_options_that_were_planned()
    {
        RealK6.SkipWhereThereIsNone();
        foreach (var type in Enum.GetValues<TestType>())
        {
            var plan = await WriteAsync(SampleRequests.Custom(type));

            var inspected = await RealK6.RunAsync(folder.FullName, "inspect", "--execution-requirements", "script.js");

            Assert.True(inspected.ExitCode == 0, inspected.Errors);
            var options = JsonNode.Parse(inspected.Output)!;
            Assert.Equal(plan.MaxVus, (int)options["maxVUs"]!);
            Assert.True(DurationText.TryParse((string)options["totalDuration"]!, out var total));
            Assert.Equal(EstimatedLoad.Of(plan).LongestTime, total);
            Assert.Equal(
                plan.Scenarios.Select(each => each.Name),
                options["scenarios"]!.AsObject().Select(each => each.Key)
            );
        }
    }

    [Fact]
    public async Task K6_reads_hostile_text_as_the_text_it_is()
    {
        RealK6.SkipWhereThereIsNone();
        const string hostile = "\"`${1}'\\ */ </script><!-- \u2028\u2029\n export const x = 1; Zo\u00eb \ud83d\udc8d";
        var request = SampleRequests.Custom(TestType.Load);
        var scenario = new ScenarioConfiguration
        {
            Name = "own",
            Steps =
            [
                new ScenarioStep
                {
                    Name = hostile,
                    Method = "POST",
                    Path = "/" + hostile,
                    Body = hostile,
                },
            ],
        };
        await WriteAsync(
            request with
            {
                Configuration = request.Configuration with
                {
                    Scenarios = [scenario],
                    Tags = new Dictionary<string, string> { ["team"] = hostile, ["__proto__"] = hostile },
                    Thresholds = ThresholdSettings.Default,
                },
            }
        );

        var inspected = await RealK6.RunAsync(folder.FullName, "inspect", "script.js");

        Assert.True(inspected.ExitCode == 0, inspected.Errors);
        var tags = JsonNode.Parse(inspected.Output)!["tags"]!;
        Assert.Equal(hostile, (string)tags["team"]!);
        Assert.Equal(hostile, (string)tags["__proto__"]!);
    }

    private static RunRequest EveryScenario(TestType type, int? vus, Uri target)
    {
        var log = new ScenarioStep
        {
            Name = "log in",
            Method = "POST",
            Path = "/api/suppliers/login",
            Headers = new Dictionary<string, string> { ["Content-Type"] = "application/json" },
            Body = """{"email":"supplier-{{__VU}}@suppliers.example.com","password":"synthetic-password"}""",
            Checks = [new StepCheck { Status = 200 }, new StepCheck { JsonPath = "$.token" }],
            Capture = new Dictionary<string, string> { ["token"] = "$.token" },
        };
        var look = new ScenarioStep
        {
            Method = "GET",
            Path = "/api/suppliers/dashboard",
            Headers = new Dictionary<string, string> { ["Authorization"] = "Bearer {{token}}" },
            Checks = [new StepCheck { BodyContains = "bookings" }, new StepCheck { MaxDurationMs = 60_000 }],
        };
        var miss = new ScenarioStep
        {
            Method = "GET",
            Path = "/no-such-page",
            Checks = [new StepCheck { Status = 404 }],
        };
        var pause = TimeSpan.FromMilliseconds(50);
        return new RunRequest(
            type,
            new TestConfiguration
            {
                BaseUrl = target,
                Duration = TimeSpan.FromSeconds(3),
                Vus = vus,
                ArrivalRate = vus is null ? 10 : null,
                Scenarios =
                [
                    .. BuiltInScenarios.All.Select(each => new ScenarioConfiguration
                    {
                        Name = each.Name,
                        ThinkTime = pause,
                    }),
                    new ScenarioConfiguration
                    {
                        Name = "own-steps_1",
                        ThinkTime = pause,
                        Steps = [log, look, miss],
                    },
                ],
                Thresholds = new ThresholdSettings
                {
                    MinThroughput = 0,
                    // How fast this machine is must not decide the test.
                    MaxAvgResponseTime = 60_000,
                    MaxP95ResponseTime = 60_000,
                    K6 = new Dictionary<string, IReadOnlyList<string>>
                    {
                        ["http_req_duration{scenario:own-steps_1}"] = ["p(99.9)<60000"],
                        ["checks"] = ["rate==1"],
                    },
                },
                Tags = new Dictionary<string, string> { ["team"] = "forms" },
            },
            TargetEnvironment.Staging
        );
    }

    private async Task<LoadPlan> WriteAsync(RunRequest request)
    {
        var plan = LoadPlanner.Plan(request, Limits.Default);
        var script = K6TestOrchestrator.GenerateK6Script(request, plan);
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "script.js"), script);
        return plan;
    }
}
