using PerfGate.Core.Baselines;
using PerfGate.Core.Requests;
using PerfGate.Core.Thresholds;

namespace PerfGate.Tests.Baselines;

public class LoadFingerprintTests
{
    private static readonly TestConfiguration Configuration = new()
    {
        BaseUrl = new Uri("https://staging.wedding.example/"),
        ArrivalRate = 100,
        Duration = TimeSpan.FromMinutes(1),
        Scenarios = [Scenario(("Accept", "text/html"), ("Authorization", "Bearer one"))],
    };

    [Fact]
    public void It_is_sha_256_in_lower_case_hex() => Assert.Matches("^[0-9a-f]{64}$", Of(Configuration));

    [Fact]
    public void Thresholds_tags_runners_and_the_base_url_are_no_part_of_the_load() =>
        Assert.Equal(
            Of(Configuration),
            Of(
                Configuration with
                {
                    BaseUrl = new Uri("https://elsewhere.wedding.example/"),
                    Thresholds = new ThresholdSettings { MaxErrorRate = 0.5 },
                    Tags = new Dictionary<string, string> { ["build"] = "4711" },
                    Segments = 2,
                    Runner = new RunnerSize(4, 8),
                }
            )
        );

    [Fact]
    public void The_order_of_headers_and_a_fresh_token_are_no_other_load() =>
        Assert.Equal(
            Of(Configuration),
            Of(Configuration with { Scenarios = [Scenario(("Authorization", "Bearer two"), ("Accept", "text/html"))] })
        );

    [Fact]
    public void Another_header_rate_length_type_or_environment_is_another_load()
    {
        string[] all =
        [
            Of(Configuration),
            Of(Configuration with { Scenarios = [Scenario(("Accept", "image/avif"), ("Authorization", ""))] }),
            Of(Configuration with { Scenarios = [Scenario(("Accept", "text/html"))] }),
            Of(Configuration with { ArrivalRate = 101 }),
            Of(Configuration with { ArrivalRate = null, Vus = 100 }),
            Of(Configuration with { Duration = TimeSpan.FromSeconds(61) }),
            Of(Configuration with { Duration = null, Stages = [new Stage(TimeSpan.FromMinutes(1), 100)] }),
            Of(Configuration, TestType.Spike),
            Of(Configuration, TestType.Load, TargetEnvironment.Production),
        ];

        Assert.Equal(all.Length, all.Distinct().Count());
    }

    private static string Of(
        TestConfiguration configuration,
        TestType type = TestType.Load,
        TargetEnvironment environment = TargetEnvironment.Staging
    ) => LoadFingerprint.Of(new RunRequest(type, configuration, environment));

    private static ScenarioConfiguration Scenario(params (string Name, string Value)[] headers) =>
        new()
        {
            Name = "gallery",
            Steps =
            [
                new ScenarioStep
                {
                    Method = "GET",
                    Path = "/gallery",
                    Headers = headers.ToDictionary(header => header.Name, header => header.Value),
                },
            ],
        };
}
