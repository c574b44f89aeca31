namespace PerfGate.Tests.K6;

/// <summary>A request's time covers its body, as k6's does, and an iteration ends with its scenario whatever it waits for.</summary>
public sealed class LateBodyTests(HostileTarget target) : IClassFixture<HostileTarget>
{
    private static readonly string[] Paths = ["/stalls", "/stalls/promising/1000", "/trickles"];

    /// <summary>How the body does not come, over which connection, and what becomes of it.</summary>
    public static TheoryData<string, bool, string> Bodies
    {
        get
        {
            var bodies = new TheoryData<string, bool, string>();
            foreach (var path in Paths)
            {
                foreach (var secure in new[] { false, true })
                {
                    bodies.Add(path, secure, path == "/stalls" ? "none" : "text");
                }
            }
            return bodies;
        }
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_body_that_does_not_come_in_time_is_a_request_that_timed_out(
        string path,
        bool secure,
        string responseType
    )
    {
        var run = await EngineRun.EmbeddedAsync(
            Script(
                "iterations: 1",
                $$"""
                const r = http.get('{{Address(secure)}}{{path}}', { timeout: '6s', responseType: '{{responseType}}' });
                console.log(`${r.error_code} ${r.error} ${r.status} ${r.body} ${r.timings.blocked + r.timings.duration >= 5900} ${r.timings.receiving > 0}`);
                """
            )
        );

        Assert.Equal(0, run.ExitCode);
        Assert.True(run.Log.Contains("1050 request timeout 0 null true true", StringComparison.Ordinal), run.Log);
        Assert.Equal(1, run.Count("http_reqs", "1050"));
        Assert.Equal(1, run.Sum("http_req_failed"));
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task An_iteration_that_waits_for_a_body_is_cut_off_at_the_end_of_its_scenario(
        string path,
        bool secure,
        string responseType
    )
    {
        var run = await EngineRun.EmbeddedAsync(
            Script(
                "vus: 2, duration: '1s', gracefulStop: '1s', executor: 'constant-vus'",
                $"http.get('{Address(secure)}{path}', {{ responseType: '{responseType}' }});"
            )
        );

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(0, run.Count("http_reqs"));
        Assert.Equal(0, run.Count("iterations"));
    }

    [Fact]
    public async Task Late_bodies_of_a_batch_and_of_the_background_are_cut_off_as_well()
    {
        var run = await EngineRun.EmbeddedAsync(
            Script(
                "vus: 1, duration: '1s', gracefulStop: '1s', executor: 'constant-vus'",
                $$"""
                http.asyncRequest('GET', '{{target.Url}}/stalls');
                http.batch(['{{target.Url}}/stalls', '{{target.SecureUrl}}/stalls', '{{target.Url}}/trickles']);
                """
            )
        );

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(0, run.Count("http_reqs"));
    }

    [Fact]
    public async Task After_a_late_body_the_user_goes_on_with_a_new_connection()
    {
        var run = await EngineRun.EmbeddedAsync(
            Script(
                "iterations: 2",
                $$"""
                http.get('{{target.Url}}/stalls', { timeout: '1s' });
                console.log(`then ${http.get('{{target.Url}}/sends/1').status}`);
                """
            )
        );

        Assert.Equal(2, run.Log.Split("then 200").Length - 1);
    }

    private string Address(bool secure) => secure ? target.SecureUrl : target.Url;

    private static string Script(string scenario, string body) =>
        $$"""
            import http from 'k6/http';
            export const options = {
              insecureSkipTLSVerify: true,
              scenarios: { late: { executor: 'per-vu-iterations', {{scenario}} } },
            };
            export default function () {
              {{body}}
            }
            """;
}
