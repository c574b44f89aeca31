using System.Net;
using PerfGate.Core.Runners;

namespace PerfGate.Tests.Http;

/// <summary>What cannot be recorded does not happen.</summary>
public sealed class AuditFailureTests(RunsFixture gate) : IClassFixture<RunsFixture>, IAsyncLifetime
{
    private Guid _waiting;
    private Guid _ended;

    public async ValueTask InitializeAsync()
    {
        _waiting = await gate.QueueAsync();
        _ended = await gate.EndedAsync();
        await gate.WriteAsync(_ended, ArtifactNames.Script, "// a script");
        await gate.SqlAsync(
            """
            CREATE OR REPLACE FUNCTION full_up() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION 'no room'; END $$;
            CREATE OR REPLACE TRIGGER a_full_up BEFORE INSERT ON audit_log
              FOR EACH STATEMENT EXECUTE FUNCTION full_up();
            """
        );
    }

    public async ValueTask DisposeAsync() => await gate.SqlAsync("DROP TRIGGER a_full_up ON audit_log");

    [Fact]
    public async Task Nothing_is_executed_defined_cancelled_established_refused_or_shown_without_its_row()
    {
        var before = await CountsAsync();
        var configuration = new { baseUrl = "http://127.0.0.1:9", duration = 5 };
        var request = new
        {
            testType = "load",
            environment = "staging",
            configuration,
        };
        var definition = new
        {
            name = "unrecorded",
            testType = "load",
            environment = "staging",
            configuration,
        };
        foreach (
            var (method, path, body) in new (HttpMethod, string, object?)[]
            {
                (HttpMethod.Post, "tests/execute", request),
                (HttpMethod.Post, "tests", definition),
                (HttpMethod.Post, $"runs/{_waiting}/cancel", null),
                (HttpMethod.Post, "baselines", new { testId = _ended }),
                (HttpMethod.Post, "tests/execute", "{}"),
                (HttpMethod.Get, $"runs/{_ended}/script", null),
            }
        )
        {
            var (answer, problem) = await gate.AskAsync(method, path, body);

            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.Contains("recorded", problem.GetProperty("detail").GetString());
        }
        var (forbidden, _) = await gate.AskAsync(
            HttpMethod.Post,
            "baselines",
            null,
            ("Authorization", $"Bearer {gate.Server.IssueToken("somebody", Core.Admission.Role.Viewer)}")
        );
        var (read, _) = await gate.GetAsync($"runs/{_waiting}");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, forbidden.StatusCode);
        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        Assert.Equal(before, await CountsAsync());
    }

    private async Task<string> CountsAsync() =>
        (string)
            (
                await gate.SqlAsync(
                    """
                    SELECT concat_ws(' ', (SELECT count(*) FROM performance_test_runs),
                      (SELECT count(*) FROM performance_test_runs WHERE cancel_requested_at IS NOT NULL),
                      (SELECT count(*) FROM performance_tests), (SELECT count(*) FROM performance_baselines),
                      (SELECT count(*) FROM audit_log))
                    """
                )
            )!;
}
