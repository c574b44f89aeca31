using PerfGate.Core.Requests;
using PerfGate.Core.Thresholds;

namespace PerfGate.Tests.Scripts;

/// <summary>Requests to plan and to write scripts for.</summary>
internal static class SampleRequests
{
    public static readonly Uri Target = new("http://127.0.0.1:8080");

    /// <summary>Two custom scenarios, with everything a step can have.</summary>
    public static RunRequest Custom(TestType type, Uri? baseUrl = null) =>
        new(
            type,
            new TestConfiguration
            {
                BaseUrl = baseUrl ?? Target,
                Scenarios =
                [
                    new ScenarioConfiguration
                    {
                        Name = "check-out",
                        Weight = 2,
                        ThinkTime = TimeSpan.FromMilliseconds(200),
                        Steps =
                        [
                            new ScenarioStep
                            {
                                Name = "log in",
                                Method = "POST",
                                Path = "/login?from=gate",
                                Headers = new Dictionary<string, string>
                                {
                                    ["X-Trace"] = "a",
                                    ["Content-Type"] = "application/json",
                                },
                                Body = """{"user":"user-{{__VU}}@example.com"}""",
                                Checks = [new StepCheck { Status = 200 }, new StepCheck { JsonPath = "$.token" }],
                                Capture = new Dictionary<string, string> { ["token"] = "$.token" },
                            },
                            new ScenarioStep
                            {
                                Method = "GET",
                                Path = "/orders/{{token}}?page=1",
                                Headers = new Dictionary<string, string> { ["Authorization"] = "Bearer {{token}}" },
                                Checks =
                                [
                                    new StepCheck { BodyContains = "total" },
                                    new StepCheck { MaxDurationMs = 5000 },
                                ],
                                ThinkTime = TimeSpan.FromMilliseconds(50),
                            },
                        ],
                    },
                    new ScenarioConfiguration
                    {
                        Name = "gone",
                        ThinkTime = TimeSpan.FromMilliseconds(100),
                        Steps =
                        [
                            new ScenarioStep
                            {
                                Method = "GET",
                                Path = "/missing",
                                Checks = [new StepCheck { Status = 404 }],
                            },
                        ],
                    },
                ],
                Thresholds = new ThresholdSettings
                {
                    MinThroughput = 1,
                    K6 = new Dictionary<string, IReadOnlyList<string>>
                    {
                        ["http_req_duration{scenario:check-out}"] = ["p(99.9)<4000", "avg<2000"],
                    },
                },
                Tags = new Dictionary<string, string> { ["team"] = "forms", ["build"] = "1.2.3" },
            },
            TargetEnvironment.Staging
        );

    public static RunRequest BuiltIn(
        TestType type,
        int? vus = null,
        double? arrivalRate = null,
        TimeSpan? duration = null
    ) =>
        new(
            type,
            new TestConfiguration
            {
                BaseUrl = Target,
                Vus = vus,
                ArrivalRate = arrivalRate,
                Duration = duration,
            },
            TargetEnvironment.Staging
        );
}
