using PerfGate.Core.Admission;
using PerfGate.Core.Requests;
using PerfGate.Core.Runners;
using PerfGate.Core.Scripts;
using PerfGate.Tests.K6;

namespace PerfGate.Tests.Runner;

/// <summary>A name on the list stays where it led when it was looked at.</summary>
public sealed class PinnedTargetTests(EngineTarget target) : IClassFixture<EngineTarget>
{
    private const string Tells = """
        import http from 'k6/http';
        export const options = { vus: 1, iterations: 1 };
        if (__ENV.PERFGATE_HOSTS) {
          options.hosts = JSON.parse(__ENV.PERFGATE_HOSTS);
        }
        export default function () {
          const r = http.get(`${__ENV.BASE}/json`);
          console.log(`hosts ${JSON.stringify(options.hosts)} status ${r.status}`);
        }
        """;

    public static TheoryData<string> Engines => RunnerTests.Engines;

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task The_one_address_that_was_looked_at_is_the_one_that_is_loaded(string engine)
    {
        var rules = new TargetRules { Hosts = ["localhost"], AllowLoopback = true };

        var log = await RunAsync(engine, rules, "localhost");

        Assert.Contains("hosts {\\\"localhost\\\":\\\"127.0.0.1\\\"} status 200", log, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task An_address_needs_no_pin(string engine)
    {
        var rules = new TargetRules { Hosts = ["127.0.0.1"], AllowLoopback = true };

        Assert.Contains("hosts undefined status 200", await RunAsync(engine, rules, "127.0.0.1"));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task Where_any_host_may_be_loaded_names_are_followed(string engine)
    {
        Assert.Contains("hosts undefined status 200", await RunAsync(engine, TargetRules.Any, "localhost"));
    }

    [Fact]
    public async Task A_script_made_here_goes_where_it_is_told_whatever_its_name_leads_to()
    {
        // Reserved: no resolver knows it.
        var url = target.Url.Replace("127.0.0.1", "shop.invalid", StringComparison.Ordinal);
        var request = new RunRequest(
            TestType.Endurance,
            new TestConfiguration
            {
                BaseUrl = new Uri(url),
                Vus = 1,
                Duration = TimeSpan.FromSeconds(1),
                Scenarios =
                [
                    new ScenarioConfiguration
                    {
                        Name = "one",
                        ThinkTime = TimeSpan.FromMilliseconds(100),
                        Steps = [new ScenarioStep { Method = "GET", Path = "/json" }],
                    },
                ],
            },
            TargetEnvironment.Staging
        );
        var script = K6TestOrchestrator.GenerateK6Script(request, LoadPlanner.Plan(request, Limits.Default));

        var pinned = await EngineRun.EmbeddedWithinAsync(
            script,
            ("PERFGATE_HOSTS", """{"shop.invalid":"127.0.0.1"}""")
        );
        var lost = await EngineRun.EmbeddedWithinAsync(script);

        Assert.True(pinned.Count("http_reqs") > 0, pinned.Log);
        Assert.Equal(0, pinned.Sum("http_req_failed"));
        Assert.Equal(lost.Count("http_reqs"), lost.Sum("http_req_failed"));
    }

    private async Task<string> RunAsync(string engine, TargetRules rules, string host)
    {
        RunnerUnderTest.SkipWithout(engine);
        var url = target.Url.Replace("127.0.0.1", host, StringComparison.Ordinal);
        await using var runner = new RunnerUnderTest(Tells);
        runner.Order = runner.Order with
        {
            Engine = engine,
            ScriptEnvironment = new Dictionary<string, string> { ["BASE"] = url },
            Target = new Uri(url),
            TargetHost = host,
            Targets = rules,
        };

        var end = await runner.RunAsync();

        Assert.Equal((RunnerEndCause.Finished, 0), (end.Cause, end.ExitCode));
        return runner.ReadText(ArtifactNames.Log(0));
    }
}
