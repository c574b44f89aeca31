using System.Net;
using System.Text.Json;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;
using PerfGate.Core.Runs;

namespace PerfGate.Tests.Http;

/// <summary>What may start now, over the routes.</summary>
public sealed class AdmissionTests(RunsFixture gate) : IClassFixture<RunsFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stop_ends_the_line_refuses_new_runs_and_is_lifted_by_an_admin()
    {
        var waiting = await gate.QueueAsync(Postgres.StoredRuns.Request(TargetEnvironment.Production));

        var (stopped, answer) = await AskAsync(
            Role.Engineer,
            "POST",
            "emergency-stop",
            """{"reason":"The shop is down."}"""
        );
        var (refused, problem) = await AskAsync(
            Role.Admin,
            "POST",
            "tests/execute",
            Request("production", "production")
        );
        var (shown, stops) = await AskAsync(Role.Viewer, "GET", "emergency-stop");
        var (kept, _) = await AskAsync(Role.Engineer, "DELETE", "emergency-stop");
        var (lifted, rest) = await AskAsync(Role.Admin, "DELETE", "emergency-stop");

        Assert.Equal(HttpStatusCode.OK, stopped.StatusCode);
        Assert.Contains(waiting, answer.GetProperty("cancelled").EnumerateArray().Select(run => run.GetGuid()));
        Assert.Equal(RunStatus.Cancelled, (await gate.Store.FindAsync(waiting, Cancellation))!.Status);
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Contains("The shop is down.", problem.GetProperty("detail").GetString());
        Assert.Equal(HttpStatusCode.OK, shown.StatusCode);
        Assert.Equal(
            ["staging", "production"],
            stops.GetProperty("stops").EnumerateArray().Select(stop => stop.GetProperty("environment").GetString()!)
        );
        Assert.Equal(HttpStatusCode.Forbidden, kept.StatusCode);
        Assert.Equal(HttpStatusCode.OK, lifted.StatusCode);
        Assert.Equal(0, rest.GetProperty("stops").GetArrayLength());
    }

    [Theory]
    [InlineData("{}", "reason")]
    [InlineData("""{"reason":"x","environment":"moon"}""", "environment")]
    [InlineData("""{"reason":"x","why":"y"}""", "why")]
    [InlineData("[]", "request")]
    public async Task A_stop_that_cannot_be_read_stops_nothing_and_names_the_field(string body, string field)
    {
        var (answer, problem) = await AskAsync(Role.Engineer, "POST", "emergency-stop", body);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Equal(field, problem.GetProperty("errors")[0].GetProperty("field").GetString());
        var (_, stops) = await AskAsync(Role.Viewer, "GET", "emergency-stop");
        Assert.Equal(0, stops.GetProperty("stops").GetArrayLength());
    }

    [Theory]
    [InlineData(null, "is missing")]
    [InlineData("staging", "the load would go to production")]
    public async Task Production_is_loaded_only_by_whoever_names_it_twice(string? confirmed, string problem)
    {
        var (answer, body) = await AskAsync(Role.Admin, "POST", "tests/execute", Request("production", confirmed));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        var error = body.GetProperty("errors")[0];
        Assert.Equal("confirmEnvironment", error.GetProperty("field").GetString());
        Assert.Contains(problem, error.GetProperty("problem").GetString());
    }

    [Fact]
    public async Task Production_bears_less_than_staging()
    {
        var (answer, body) = await AskAsync(
            Role.Admin,
            "POST",
            "tests/execute",
            """
            {"testType":"load","environment":"production","confirmEnvironment":"production",
             "configuration":{"baseUrl":"http://127.0.0.1:9","vus":201,"duration":"31m"}}
            """
        );

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Equal(
            ["configuration.vus", "configuration.duration"],
            body.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("field").GetString()!)
        );
    }

    [Fact]
    public async Task Who_asks_too_often_is_told_when_to_ask_again()
    {
        var caller = $"hasty-{Guid.NewGuid():N}";
        var bucket = $"caller:{caller}";
        await gate.SqlAsync($"INSERT INTO performance_start_buckets VALUES ('{bucket}', 0.5, now())");

        var (answer, problem) = await gate.AskAsync(
            HttpMethod.Post,
            "tests/execute",
            Request("staging", null),
            ("Authorization", $"Bearer {gate.Server.IssueToken(caller, Role.Engineer)}")
        );

        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        // Half a token at 120 an hour.
        Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 15);
        Assert.Contains("you may start 60 runs at once", problem.GetProperty("detail").GetString());
    }

    private static string Request(string environment, string? confirmed) =>
        JsonSerializer.Serialize(
            new
            {
                testType = "load",
                environment,
                confirmEnvironment = confirmed,
                configuration = new { baseUrl = "http://127.0.0.1:9", duration = 5 },
            }
        );

    private Task<(HttpResponseMessage Answer, JsonElement Body)> AskAsync(
        Role role,
        string method,
        string path,
        string? body = null
    ) =>
        gate.AskAsync(
            new HttpMethod(method),
            path,
            body,
            ("Authorization", $"Bearer {gate.Server.IssueToken("somebody", role)}")
        );
}
