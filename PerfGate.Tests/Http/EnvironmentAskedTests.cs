using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PerfGate.Adapters.Http;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;
using PerfGate.Tests.Postgres;

namespace PerfGate.Tests.Http;

/// <summary>
/// Whatever changes something asks its permission on the environment in question, also where today's table says the same of both: by
/// that the audit trail knows the environment of what was refused.
/// </summary>
public sealed class EnvironmentAskedTests(RunsFixture gate) : IClassFixture<RunsFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_route_that_changes_something_asks_on_the_environment_in_question()
    {
        var production = StoredRuns.Request(TargetEnvironment.Production);
        var run = await gate.EndedAsync(production);
        var another = await gate.EndedAsync(production);
        var test = (await AskAsync("somebody", "POST", "tests", Defined)).Body.GetProperty("id").GetGuid();
        var baseline = (await AskAsync("somebody", "POST", "baselines", new { testId = run }))
            .Body.GetProperty("id")
            .GetGuid();
        // Each is refused after its environment is known, but for the stop, whose rows are of what was done.
        Dictionary<string, (string Path, object? Body, HttpStatusCode Status)> asked = new()
        {
            ["POST /tests/execute"] = ("tests/execute", Defined, HttpStatusCode.UnprocessableEntity),
            ["POST /tests"] = ("tests", Scheduled, HttpStatusCode.UnprocessableEntity),
            ["PUT /tests/{id:guid}/config"] = ($"tests/{test}/config", Defined, HttpStatusCode.PreconditionRequired),
            ["PUT /tests/{id:guid}/schedule"] = ($"tests/{test}/schedule", "null", HttpStatusCode.PreconditionRequired),
            ["DELETE /tests/{id:guid}"] = ($"tests/{test}", null, HttpStatusCode.PreconditionFailed),
            ["POST /runs/{testId:guid}/cancel"] = ($"runs/{run}/cancel", null, HttpStatusCode.Conflict),
            ["POST /baselines"] = ("baselines", new { testId = await FailedAsync() }, HttpStatusCode.Conflict),
            ["POST /baselines/{id:guid}/update"] = (
                $"baselines/{baseline}/update",
                new { testId = another },
                HttpStatusCode.Conflict
            ),
            ["POST /baselines/{id:guid}/undo"] = ($"baselines/{baseline}/undo", null, HttpStatusCode.Conflict),
            ["POST /emergency-stop"] = (
                "emergency-stop",
                new { reason = "a test", environment = "production" },
                HttpStatusCode.OK
            ),
            ["DELETE /emergency-stop"] = ("emergency-stop?environment=production", null, HttpStatusCode.OK),
        };

        foreach (var (route, (path, body, status)) in asked)
        {
            var who = $"asker-{Guid.NewGuid():N}";
            var (answer, _) = await AskAsync(who, route.Split(' ')[0], path, body);
            Assert.True(status == answer.StatusCode, $"{route}: {answer.StatusCode}");
            await AssertOnProductionAsync(route, who);
        }
        var importer = $"asker-{Guid.NewGuid():N}";
        Assert.Equal(HttpStatusCode.Forbidden, await ImportAsync(importer));
        await AssertOnProductionAsync("POST /runs/import", importer);
        Assert.Equal(Changing().Order(), asked.Keys.Append("POST /runs/import").Order());
    }

    private static object Defined => Request(null);

    private static object Scheduled => Request(new { cron = "0 6 * * 1" });

    private static Dictionary<string, object> Request(object? schedule)
    {
        var request = new Dictionary<string, object>
        {
            ["testType"] = "load",
            ["environment"] = "production",
            ["configuration"] = new { baseUrl = "http://127.0.0.1:9", duration = 5 },
        };
        if (schedule is not null)
        {
            request["schedule"] = schedule;
        }
        return request;
    }

    private static IEnumerable<string> Changing()
    {
        var app = AccessTests.Bare();
        app.MapPerfGate();
        return ((IEndpointRouteBuilder)app)
            .DataSources.SelectMany(source => source.Endpoints)
            .Cast<RouteEndpoint>()
            .Where(route =>
                route.Metadata.GetMetadata<NeedsPermission>()
                    is { Permission: not (Permission.Read or Permission.ReadAudit) }
            )
            .Select(route =>
                $"{route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0]} {route.RoutePattern.RawText!["/api/performance".Length..]}"
            );
    }

    private async Task<Guid> FailedAsync() =>
        await gate.EndedAsync(
            StoredRuns.Request(TargetEnvironment.Production),
            result =>
                result with
                {
                    Verdict = new Core.Runs.RunVerdict(
                        Core.Runs.Verdict.Failed,
                        [new Core.Runs.Reason("x", "Failed.")]
                    ),
                }
        );

    private async Task AssertOnProductionAsync(string route, string who)
    {
        var (_, page) = await AskAsync("boss", "GET", $"audit?principal={who}");
        var rows = page.GetProperty("rows").Deserialize<List<AuditRow>>(RunJson.Options)!;
        Assert.True(rows.Count > 0, route);
        Assert.All(rows, row => Assert.True(row.Environment == "production", $"{route}: {row.Environment}"));
    }

    private async Task<HttpStatusCode> ImportAsync(string who)
    {
        const string request =
            """{"testType":"load","environment":"production","configuration":{"thresholds":{"minThroughput":1}}}""";
        const string csv =
            "metric_name,timestamp,metric_value\nhttp_reqs,1773486000,1\nhttp_req_duration,1773486000,5\n";
        using var form = ImportFixture.Form(
            ("request", Encoding.UTF8.GetBytes(request)),
            ("output", Encoding.UTF8.GetBytes(csv))
        );
        using var message = new HttpRequestMessage(HttpMethod.Post, "/api/performance/runs/import") { Content = form };
        message.Headers.TryAddWithoutValidation(
            "Authorization",
            $"Bearer {gate.Server.IssueToken(who, Role.Engineer)}"
        );
        using var answer = await gate.Http.SendAsync(message, Cancellation);
        return answer.StatusCode;
    }

    private Task<(HttpResponseMessage Answer, JsonElement Body)> AskAsync(
        string who,
        string method,
        string path,
        object? body = null
    )
    {
        // Only a deletion takes a tag of a version that was never; the others want one and get none.
        (string, string)[] match = method == "DELETE" && path.StartsWith("tests/") ? [("If-Match", "\"4711\"")] : [];
        return gate.AskAsync(
            new HttpMethod(method),
            path,
            body,
            [("Authorization", $"Bearer {gate.Server.IssueToken(who, Role.Admin)}"), .. match]
        );
    }
}
