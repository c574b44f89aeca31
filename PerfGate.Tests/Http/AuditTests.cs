using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using PerfGate.Adapters.Http;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;
using PerfGate.Core.Runners;

namespace PerfGate.Tests.Http;

/// <summary>What is done over HTTP leaves its row.</summary>
public sealed class AuditTests(RunsFixture gate) : IClassFixture<RunsFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_execution_its_cancellation_and_its_refusals_are_recorded_with_who_when_from_where_and_where()
    {
        var ann = $"ann-{Guid.NewGuid():N}";
        var begun = DateTimeOffset.UtcNow.AddMinutes(-1);
        var (_, accepted) = await AskAsync(ann, Role.Admin, "POST", "tests/execute", Requested("production"));
        var run = accepted.GetProperty("testId").GetString()!;
        await AskAsync(ann, Role.Engineer, "POST", $"runs/{run}/cancel");
        var ended = $"{await gate.EndedAsync()}";
        await AskAsync(ann, Role.Engineer, "POST", $"runs/{ended}/cancel");
        await AskAsync(ann, Role.Engineer, "POST", "tests/execute", Requested("production"));
        await AskAsync(
            ann,
            Role.Engineer,
            "POST",
            "tests/execute",
            """{"testType": "soke", "s3cret": "s3cret-value"}"""
        );
        await AskAsync(ann, Role.Viewer, "POST", "tests/execute", Requested("staging"));

        var rows = await RowsOfAsync(ann);

        Assert.Equal(
            [
                ("run.execute", "production", run, "accepted"),
                ("run.cancel", "production", run, "begun"),
                ("run.cancel", "staging", ended, "refused"),
                ("run.execute", "production", null, "refused"),
                ("run.execute", null, null, "refused"),
                ("run.execute", null, null, "refused"),
            ],
            // Done where the run still waited, accepted where a worker had taken it up already.
            rows.Select(
                (row, at) =>
                    (
                        row.Action,
                        row.Environment,
                        row.Subject,
                        at == 1 && row.Outcome is ("done" or "accepted") ? "begun" : row.Outcome
                    )
            )
        );
        Assert.Equal(
            [
                "PerfGate.Admin",
                "PerfGate.Engineer",
                "PerfGate.Engineer",
                "PerfGate.Engineer",
                "PerfGate.Engineer",
                "PerfGate.Viewer",
            ],
            rows.Select(row => row.Role)
        );
        Assert.All(rows, row => Assert.Equal("127.0.0.1", row.FromAddress));
        Assert.All(
            rows,
            row => Assert.InRange(DateTimeOffset.Parse(row.At), begun, DateTimeOffset.UtcNow.AddMinutes(1))
        );
        Assert.Contains("http://127.0.0.1:9/", rows[0].Detail, StringComparison.Ordinal);
        Assert.StartsWith("409: The run has ended already", rows[2].Detail, StringComparison.Ordinal);
        Assert.StartsWith("403: ", rows[3].Detail, StringComparison.Ordinal);
        Assert.StartsWith("422: ", rows[4].Detail, StringComparison.Ordinal);
        Assert.Contains("testType", rows[4].Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret-value", rows[4].Detail, StringComparison.Ordinal);
        Assert.StartsWith("403: POST /api/performance/tests/execute", rows[5].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Changes_of_tests_and_baselines_are_recorded_and_outlive_the_test()
    {
        var bob = $"bob-{Guid.NewGuid():N}";
        var (_, test) = await AskAsync(bob, Role.Admin, "POST", "tests", Requested("staging", $"t{Guid.NewGuid():N}"));
        var id = test.GetProperty("id").GetString()!;
        await AskAsync(
            bob,
            Role.Admin,
            "PUT",
            $"tests/{id}/config",
            new { baseUrl = "http://127.0.0.1:8" },
            ("If-Match", "*")
        );
        await AskAsync(bob, Role.Admin, "PUT", $"tests/{id}/schedule", new { cron = "0 3 * * *" }, ("If-Match", "*"));
        await AskAsync(bob, Role.Admin, "DELETE", $"tests/{id}", null);
        await AskAsync(bob, Role.Admin, "DELETE", $"tests/{id}", null);
        var (first, second) = (await gate.EndedAsync(), await gate.EndedAsync());
        var (_, established) = await AskAsync(bob, Role.Admin, "POST", "baselines", new { testId = first });
        var baseline = established.GetProperty("id").GetString()!;
        await AskAsync(
            bob,
            Role.Admin,
            "POST",
            $"baselines/{baseline}/update",
            new { testId = second, reason = "larger now" }
        );
        await AskAsync(bob, Role.Admin, "POST", $"baselines/{baseline}/undo", new { reason = "no" });
        await AskAsync(bob, Role.Engineer, "POST", $"baselines/{baseline}/undo", null);

        var rows = await RowsOfAsync(bob);

        Assert.Equal(
            [
                ("test.define", "staging", id, "done"),
                ("test.configure", "staging", id, "done"),
                ("test.schedule", "staging", id, "done"),
                ("test.delete", "staging", id, "done"),
                ("test.delete", null, id, "refused"),
                ("baseline.establish", "staging", baseline, "done"),
                ("baseline.update", "staging", baseline, "done"),
                ("baseline.undo", "staging", baseline, "done"),
                ("baseline.undo", null, baseline, "refused"),
            ],
            rows.Select(row => (row.Action, row.Environment, row.Subject, row.Outcome))
        );
        Assert.Contains("larger now", rows[6].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_result_and_each_reading_of_a_script_are_recorded()
    {
        var eve = $"eve-{Guid.NewGuid():N}";
        var run = await gate.EndedAsync();
        await gate.WriteAsync(run, ArtifactNames.Script, "// a script");
        var script = await SendAsync(eve, Role.Viewer, "GET", $"runs/{run}/script");
        await SendAsync(eve, Role.Viewer, "GET", $"runs/{run}");
        await SendAsync(eve, Role.Viewer, "GET", $"runs/{Guid.NewGuid()}/script");

        var row = Assert.Single(await RowsOfAsync(eve));
        var ofRun = await RowsAsync($"subject={run}");

        await ApiContract.HoldAsync(script);
        Assert.Equal("// a script", await script.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal(
            ("script.read", "staging", $"{run}", "done"),
            (row.Action, row.Environment, row.Subject, row.Outcome)
        );
        Assert.Equal(
            [("run.execute", "somebody", "accepted"), ("run.result", "system", "passed"), ("script.read", eve, "done")],
            ofRun
                .Select(each => (each.Action, each.Principal, each.Outcome))
                .Where(each => each.Action != "baseline.accept")
        );
    }

    [Fact]
    public async Task A_header_of_a_proxy_does_not_say_from_where()
    {
        var mallory = $"mallory-{Guid.NewGuid():N}";
        await AskAsync(mallory, Role.Viewer, "POST", "baselines", null, ("X-Forwarded-For", "203.0.113.7"));

        Assert.Equal("127.0.0.1", Assert.Single(await RowsOfAsync(mallory)).FromAddress);
    }

    [Fact]
    public async Task Pages_lead_through_all_rows_newest_first_and_only_for_admins()
    {
        var pat = $"pat-{Guid.NewGuid():N}";
        for (var i = 0; i < 5; i++)
        {
            await AskAsync(pat, Role.Viewer, "POST", "baselines", null);
        }
        var ids = new List<long>();
        for (string? next = ""; next is not null; )
        {
            var (answer, page) = await AskAsync(
                "boss",
                Role.Admin,
                "GET",
                $"audit?principal={pat}&action=baseline.establish&from=2020-01-01&limit=2{(next == "" ? "" : $"&after={next}")}"
            );
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            ids.AddRange(page.GetProperty("rows").EnumerateArray().Select(row => row.GetProperty("id").GetInt64()));
            next = page.GetProperty("next").GetString();
        }
        var (refused, _) = await AskAsync("ann", Role.Engineer, "GET", "audit");
        var (unusable, problem) = await AskAsync(
            "boss",
            Role.Admin,
            "GET",
            "audit?from=x&environment=moon&format=pdf&after=0&who=me"
        );

        Assert.Equal(5, ids.Count);
        Assert.Equal(ids.OrderDescending(), ids);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, unusable.StatusCode);
        Assert.Equal(5, problem.GetProperty("errors").GetArrayLength());
    }

    [Fact]
    public async Task The_export_is_the_whole_chain_and_can_be_verified()
    {
        await AskAsync("ann", Role.Viewer, "POST", "baselines", null);
        var byHeader = await SendAsync("boss", Role.Admin, "GET", "audit", null, ("Accept", "application/x-ndjson"));
        var lines = (await byHeader.Content.ReadAsStringAsync(Cancellation)).Split(
            '\n',
            StringSplitOptions.RemoveEmptyEntries
        );
        var (unusable, _) = await AskAsync("boss", Role.Admin, "GET", "audit?format=ndjson&limit=5");

        Assert.Equal("application/x-ndjson", byHeader.Content.Headers.ContentType!.MediaType);
        var proof = await AuditChain.VerifyAsync(
            lines.Select(line => JsonSerializer.Deserialize<AuditRow>(line, RunJson.Options)!).ToAsyncEnumerable(),
            null,
            Cancellation
        );
        Assert.Equal((lines.Length, null), ((int)proof.Rows, proof.Break));
        Assert.NotEmpty(lines);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, unusable.StatusCode);
    }

    [Fact]
    public void A_route_that_changes_something_and_does_not_say_what_keeps_the_server_from_starting()
    {
        var app = AccessTests.Bare();
        app.MapPost("/api/performance/secrets", () => Results.Ok()).Needs(Permission.EditTests);

        var refused = Assert.Throws<InvalidOperationException>(() => app.MapPerfGate());

        Assert.Contains(
            "do not say what: HTTP: POST /api/performance/secrets",
            refused.Message,
            StringComparison.Ordinal
        );
    }

    private static object Requested(string environment, string? name = null)
    {
        var configuration = new { baseUrl = "http://127.0.0.1:9", duration = 5 };
        return name is null
            ? new
            {
                testType = "load",
                environment,
                confirmEnvironment = environment,
                configuration,
            }
            : new
            {
                name,
                testType = "load",
                environment,
                configuration,
            };
    }

    private Task<List<AuditRow>> RowsOfAsync(string principal) => RowsAsync($"principal={principal}");

    // The oldest first.
    private async Task<List<AuditRow>> RowsAsync(string query)
    {
        var (_, page) = await AskAsync("boss", Role.Admin, "GET", $"audit?{query}");
        var rows = page.GetProperty("rows").Deserialize<List<AuditRow>>(RunJson.Options)!;
        rows.Reverse();
        return rows;
    }

    private Task<(HttpResponseMessage Answer, JsonElement Body)> AskAsync(
        string who,
        Role role,
        string method,
        string path,
        object? body = null,
        params (string Name, string Value)[] headers
    ) =>
        gate.AskAsync(
            new HttpMethod(method),
            path,
            body,
            [("Authorization", $"Bearer {gate.Server.IssueToken(who, role)}"), .. headers]
        );

    private async Task<HttpResponseMessage> SendAsync(
        string who,
        Role role,
        string method,
        string path,
        object? body = null,
        params (string Name, string Value)[] headers
    )
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), $"/api/performance/{path}");
        foreach (var (name, value) in headers.Append(("Authorization", $"Bearer {gate.Server.IssueToken(who, role)}")))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
        Assert.Null(body);
        return await gate.Http.SendAsync(request, Cancellation);
    }
}
