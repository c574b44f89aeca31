using System.Text.Json;
using System.Text.Json.Nodes;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;
using PerfGate.Core.Scripts;

namespace PerfGate.Tests.Scripts;

public class K6TestOrchestratorTests
{
    [Theory]
    [InlineData(TestType.Load)]
    [InlineData(TestType.Stress)]
    [InlineData(TestType.Spike)]
    [InlineData(TestType.Endurance)]
    public void The_same_configuration_gives_the_same_bytes(TestType type)
    {
        var request = SampleRequests.Custom(type);
        var golden = Path.Combine(AppContext.BaseDirectory, "Fixtures", "scripts", $"{EnumText.Lower(type)}.js");

        var script = Generate(request);

        // A changed script is a changed measurement: accept it by copying the file named here over the fixture.
        var actual = Path.Combine(Path.GetTempPath(), $"perfgate-{EnumText.Lower(type)}.actual.js");
        File.WriteAllText(actual, script);
        Assert.True(
            File.Exists(golden) && File.ReadAllText(golden).ReplaceLineEndings("\n") == script,
            $"The script differs from {golden}; what was generated now lies in {actual}."
        );
        File.Delete(actual);
    }

    [Fact]
    public void The_order_in_which_maps_were_written_or_stored_makes_no_difference()
    {
        var request = SampleRequests.Custom(TestType.Load);
        var reversed = request with
        {
            Configuration = request.Configuration with
            {
                Tags = request.Configuration.Tags.Reverse().ToDictionary(),
                Scenarios =
                [
                    .. request.Configuration.Scenarios.Select(scenario =>
                        scenario with
                        {
                            Steps =
                            [
                                .. scenario.Steps.Select(step =>
                                    step with
                                    {
                                        Headers = step.Headers.Reverse().ToDictionary(),
                                    }
                                ),
                            ],
                        }
                    ),
                ],
            },
        };
        var stored = JsonSerializer.Deserialize<RunRequest>(
            JsonSerializer.Serialize(request, RunJson.Options),
            RunJson.Options
        )!;

        Assert.Equal(Generate(request), Generate(reversed));
        Assert.Equal(Generate(request), Generate(stored));
    }

    [Fact]
    public void A_script_is_ascii_and_speaks_of_no_run()
    {
        var script = Generate(SampleRequests.Custom(TestType.Load));

        Assert.DoesNotContain('\r', script);
        Assert.All(script, character => Assert.InRange(character, '\n', '~'));
    }

    [Fact]
    public void Options_hold_perfgates_thresholds_the_callers_and_one_a_scenario()
    {
        var options = new EvaluatedScript(Generate(SampleRequests.Custom(TestType.Load))).Options;

        var thresholds = options["thresholds"]!;
        Assert.Equal("""["avg<=1500","p(95)<=3000"]""", Text(thresholds["http_req_duration{expected_response:true}"]));
        Assert.Equal("""["rate<=0.01"]""", Text(thresholds["http_req_failed"]));
        Assert.Equal("""["rate>=1"]""", Text(thresholds["http_reqs"]));
        Assert.Equal(
            """["avg<2000","max>=0","p(99.9)<4000"]""",
            Text(thresholds["http_req_duration{scenario:check-out}"])
        );
        Assert.Equal("""["max>=0"]""", Text(thresholds["http_req_duration{scenario:gone}"]));
        Assert.Equal(
            """["avg","min","med","max","p(90)","p(95)","p(99)","count","p(99.9)"]""",
            Text(options["summaryTrendStats"])
        );
        Assert.Equal("""{"build":"1.2.3","team":"forms"}""", Text(options["tags"]));
    }

    [Fact]
    public void The_built_in_scenarios_are_bundled_with_only_what_they_need()
    {
        var script = Generate(SampleRequests.BuiltIn(TestType.Load));

        Assert.DoesNotContain("runSteps", script);
        Assert.DoesNotContain("from './", script);
        Assert.DoesNotContain("from '../", script);
        Assert.Single(script.Split('\n'), line => line == "import http from \"k6/http\";");
        foreach (var (builtIn, index) in BuiltInScenarios.All.Select((each, index) => (each.Name, index)))
        {
            Assert.Single(
                script.Split('\n'),
                line => line.StartsWith($"function {builtIn}(", StringComparison.Ordinal)
            );
            Assert.Contains(
                $"export function scenario{index + 1}() {{\n  {builtIn}({{ baseUrl: perfgateBaseUrl,",
                script
            );
        }
    }

    [Fact]
    public void Rates_that_are_no_whole_number_a_second_are_told_in_a_longer_unit()
    {
        var request = SampleRequests.Custom(TestType.Endurance);
        request = request with { Configuration = request.Configuration with { ArrivalRate = 20 } };

        var scenario = new EvaluatedScript(Generate(request)).Options["scenarios"]!;

        Assert.Equal((800, "1m"), ((int)scenario["check-out"]!["rate"]!, (string)scenario["check-out"]!["timeUnit"]!));
        Assert.Equal("1h", (string)scenario["gone"]!["duration"]!);
    }

    [Fact]
    public void Steps_are_carried_out_with_what_was_captured()
    {
        var script = new EvaluatedScript(
            Generate(SampleRequests.Custom(TestType.Load)),
            answer: """{"token":"a/b \"c\"","total":1}"""
        );

        var seen = script.Run("check-out");

        Assert.Equal(
            """{"method":"POST","url":"http://127.0.0.1:8080/login?from=gate","body":"{\"user\":\"user-7@example.com\"}","headers":[["Content-Type","application/json"],["X-Trace","a"]],"name":"log in"}""",
            Text(seen["requests"]![0])
        );
        Assert.Equal(
            """{"method":"GET","url":"http://127.0.0.1:8080/orders/a%2Fb%20%22c%22?page=1","body":null,"headers":[["Authorization","Bearer a/b \"c\""]],"name":"/orders/{{token}}"}""",
            Text(seen["requests"]![1])
        );
        Assert.Equal(
            """[["log in: status is 200",true],["log in: body has $.token",true],["log in: captured token",true],["GET /orders/{{token}}: body contains total",true],["GET /orders/{{token}}: answered within 5000 ms",true]]""",
            Text(seen["checks"])
        );
        Assert.Equal("[0.2,0.05]", Text(seen["sleeps"]));
        Assert.Equal("""["check-out"]""", Text(seen["groups"]));
    }

    [Fact]
    public void A_value_that_cannot_be_captured_fails_a_check_and_ends_the_iteration()
    {
        var seen = new EvaluatedScript(Generate(SampleRequests.Custom(TestType.Load)), answer: "<html>").Run(
            "check-out"
        );

        Assert.Single(seen["requests"]!.AsArray());
        Assert.Contains("""["log in: captured token",false]""", Text(seen["checks"]));
    }

    [Theory]
    [InlineData("\"; globalThis.broken = 1; //")]
    [InlineData("'; globalThis.broken = 1; //")]
    [InlineData("`+(globalThis.broken = 1)+`")]
    [InlineData("${globalThis.broken = 1}")]
    [InlineData("*/ globalThis.broken = 1; /*")]
    [InlineData("\\\"; globalThis.broken = 1; //")]
    [InlineData("\n globalThis.broken = 1; \r\n export const x = 1;")]
    [InlineData("\u2028globalThis.broken = 1;\u2029")]
    [InlineData("</script><script>broken()</script><!--")]
    [InlineData("-->\nbroken")]
    [InlineData("__proto__")]
    [InlineData("constructor")]
    [InlineData("\ud83d\udc8d \u0000\u0007\u007f\u0085 Zo\u00eb")]
    [InlineData("{{__proto__}} $& $1 $`")]
    public void Nothing_of_the_callers_ever_becomes_code(string hostile)
    {
        // Handed over directly: a reader would have refused most of this, and the script must not rely on it.
        var request = SampleRequests.Custom(TestType.Load);
        var step = new ScenarioStep
        {
            Name = hostile,
            Method = "POST",
            Path = "/" + hostile,
            Headers = new Dictionary<string, string> { [hostile] = hostile },
            Body = hostile,
            Checks = [new StepCheck { BodyContains = hostile }],
        };
        request = request with
        {
            Configuration = request.Configuration with
            {
                Scenarios = [new ScenarioConfiguration { Name = hostile, Steps = [step] }],
                Tags = new Dictionary<string, string> { [hostile] = hostile },
                Thresholds = request.Configuration.Thresholds with
                {
                    K6 = new Dictionary<string, IReadOnlyList<string>> { [hostile] = [hostile] },
                },
            },
        };

        var script = new EvaluatedScript(Generate(request), answer: hostile);

        var options = script.Options;
        Assert.Equal([hostile], options["scenarios"]!.AsObject().Select(each => each.Key));
        Assert.Equal(hostile, (string)options["tags"]![hostile]!);
        Assert.Equal(hostile, (string)options["thresholds"]![hostile]![0]!);
        var seen = script.Run(hostile);
        var sent = seen["requests"]![0]!;
        Assert.Equal("http://127.0.0.1:8080/" + hostile, (string)sent["url"]!);
        Assert.Equal(hostile, (string)sent["body"]!);
        Assert.Equal(hostile, (string)sent["name"]!);
        Assert.Equal(hostile, (string)sent["headers"]![0]![0]!);
        Assert.True((bool)seen["checks"]![0]![1]!);
        Assert.False(script.IsDefined("broken"));
    }

    [Theory]
    [InlineData("http://h.example:8080/a/b/", "http://h.example:8080/a/b")]
    [InlineData("https://h.example", "https://h.example")]
    [InlineData("http://[::1]:81", "http://[::1]:81")]
    [InlineData("https://b\u00fccher.example/", "https://xn--bcher-kva.example")]
    public void Paths_are_put_behind_the_base_url(string baseUrl, string root)
    {
        var script = Generate(SampleRequests.Custom(TestType.Load, new Uri(baseUrl)));

        Assert.Contains($"const perfgateBaseUrl = \"{root}\";\n", script);
    }

    [Fact]
    public void The_summary_on_the_console_is_short_and_survives_a_run_without_requests()
    {
        var script = new EvaluatedScript(Generate(SampleRequests.Custom(TestType.Load)));

        Assert.Contains("requests    0 (0.0/s)", script.Summary("{ metrics: {} }"));
    }

    private static string Generate(RunRequest request) =>
        K6TestOrchestrator.GenerateK6Script(request, LoadPlanner.Plan(request, Limits.Default));

    private static string Text(JsonNode? node) =>
        node!.ToJsonString(
            new JsonSerializerOptions
            {
                Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            }
        );
}
