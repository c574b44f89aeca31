using System.Net;
using System.Text.Json;
using PerfGate.Core.Requests;
using PerfGate.Tests.Postgres;

namespace PerfGate.Tests.Http;

public sealed class TestsApiTests(RunsFixture gate) : IClassFixture<RunsFixture>
{
    private static readonly object Configuration = new { baseUrl = "http://127.0.0.1:9", vus = 5 };

    [Fact]
    public async Task What_is_defined_is_found_at_its_address_with_its_entity_tag()
    {
        var (created, body) = await gate.AskAsync(
            HttpMethod.Post,
            "tests",
            new
            {
                name = "checkout",
                testType = "stress",
                environment = "staging",
                configuration = Configuration,
            }
        );

        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.Equal("\"1\"", created.Headers.ETag!.Tag);
        var id = body.GetProperty("id").GetGuid();
        Assert.Equal($"/api/performance/tests/{id}", created.Headers.Location!.OriginalString);
        var (found, again) = await gate.GetAsync($"tests/{id}");
        Assert.Equal(HttpStatusCode.OK, found.StatusCode);
        Assert.Equal("\"1\"", found.Headers.ETag!.Tag);
        Assert.Equal(body.GetRawText(), again.GetRawText());
        Assert.Equal("checkout", again.GetProperty("name").GetString());
        Assert.Equal("stress", again.GetProperty("testType").GetString());
        Assert.Equal("staging", again.GetProperty("environment").GetString());
        Assert.Equal("defined", again.GetProperty("origin").GetString());
        Assert.Equal("somebody", again.GetProperty("createdBy").GetString());
        Assert.Equal(5, again.GetProperty("configuration").GetProperty("vus").GetInt32());
        Assert.False(again.TryGetProperty("latest", out _));
    }

    [Fact]
    public async Task Every_problem_of_a_definition_is_told_at_once()
    {
        var (answer, problem) = await gate.AskAsync(
            HttpMethod.Post,
            "tests",
            """
            { "name": "", "testType": "lode", "configuration": { "baseUrl": "ftp://x", "vus": 0 }, "colour": "red" }
            """
        );

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal(
            ["colour", "name", "testType", "environment", "configuration.baseUrl", "configuration.vus"],
            Fields(problem)
        );
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("")]
    [InlineData("{")]
    public async Task What_is_no_object_is_refused_as_a_whole(string body)
    {
        var (answer, problem) = await gate.AskAsync(HttpMethod.Post, "tests", body);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Equal(["request"], Fields(problem));
    }

    [Fact]
    public async Task A_change_needs_the_tag_of_what_it_changes()
    {
        var id = await DefineAsync();
        var path = $"tests/{id}/config";

        var (missing, missed) = await gate.AskAsync(HttpMethod.Put, path, Configuration);
        var (changed, body) = await PutAsync(path, new { baseUrl = "http://127.0.0.1:9", vus = 6 }, "\"1\"");
        var (stale, problem) = await PutAsync(path, new { baseUrl = "http://127.0.0.1:9", vus = 7 }, "\"1\"");
        var (weak, _) = await PutAsync(path, Configuration, "W/\"2\"");
        var (any, _) = await PutAsync(path, Configuration, "*");

        Assert.Equal(HttpStatusCode.PreconditionRequired, missing.StatusCode);
        Assert.Equal("\"1\"", missing.Headers.ETag!.Tag);
        Assert.Equal(428, missed.GetProperty("status").GetInt32());
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        Assert.Equal("\"2\"", changed.Headers.ETag!.Tag);
        Assert.Equal(6, body.GetProperty("configuration").GetProperty("vus").GetInt32());
        Assert.Equal("somebody", body.GetProperty("updatedBy").GetString());
        Assert.Equal(HttpStatusCode.PreconditionFailed, stale.StatusCode);
        Assert.Equal("\"2\"", stale.Headers.ETag!.Tag);
        Assert.Contains("\"2\"", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.PreconditionFailed, weak.StatusCode);
        Assert.Equal("\"3\"", any.Headers.ETag!.Tag);
    }

    [Fact]
    public async Task A_test_that_cannot_be_read_stands_in_its_page_says_so_and_is_well_again_once_put_anew()
    {
        var id = await DefineAsync();
        await gate.SqlAsync(
            $$"""UPDATE performance_tests SET configuration = '{"vus": 5}', schedule = '{"cron": 7}' WHERE id = '{{id}}'"""
        );

        var (page, list) = await gate.GetAsync("tests?limit=200");
        var (found, test) = await gate.GetAsync($"tests/{id}");
        var (refused, problem) = await gate.AskAsync(HttpMethod.Post, "tests/execute", new { testDefinitionId = id });
        var (changed, _) = await PutAsync($"tests/{id}/config", Configuration, "\"1\"");
        var (again, well) = await gate.AskAsync(HttpMethod.Put, $"tests/{id}/schedule", "null", ("If-Match", "*"));

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (page.StatusCode, found.StatusCode));
        var row = list.GetProperty("tests").EnumerateArray().Single(one => one.GetProperty("id").GetGuid() == id);
        Assert.Equal(test.GetRawText(), row.GetRawText());
        Assert.Equal(
            ["configuration", "schedule.cron"],
            row.GetProperty("unreadable").EnumerateArray().Select(field => field.GetString()!)
        );
        Assert.False(row.TryGetProperty("configuration", out _));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        Assert.Equal(["testDefinitionId"], Fields(problem));
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (changed.StatusCode, again.StatusCode));
        Assert.False(well.TryGetProperty("unreadable", out _));
        Assert.Equal(5, well.GetProperty("configuration").GetProperty("vus").GetInt32());
    }

    [Fact]
    public async Task Of_two_changes_at_once_one_is_refused()
    {
        var id = await DefineAsync();

        var answers = await Task.WhenAll(
            Enumerable
                .Range(10, 8)
                .Select(vus => PutAsync($"tests/{id}/config", new { baseUrl = "http://127.0.0.1:9", vus }, "\"1\""))
        );

        var (_, made) = Assert.Single(answers, answer => answer.Answer.StatusCode == HttpStatusCode.OK);
        Assert.Equal(7, answers.Count(answer => answer.Answer.StatusCode == HttpStatusCode.PreconditionFailed));
        var (_, stored) = await gate.GetAsync($"tests/{id}");
        Assert.Equal(made.GetProperty("configuration").GetRawText(), stored.GetProperty("configuration").GetRawText());
    }

    [Fact]
    public async Task A_configuration_is_read_by_the_rules_of_the_test_it_is_for()
    {
        var id = await DefineAsync("spike");

        var (answer, problem) = await PutAsync(
            $"tests/{id}/config",
            new
            {
                baseUrl = "http://127.0.0.1:9",
                duration = "45m",
                vus = 201,
                stage = 1,
            },
            "soon"
        );

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Equal(["If-Match", "stage", "vus", "duration"], Fields(problem));
    }

    [Fact]
    public async Task A_test_is_deleted_only_while_no_run_of_it_goes_on_and_its_runs_stay()
    {
        var request = StoredRuns.Request(TargetEnvironment.Production, vus: 31);
        var run = await gate.QueueAsync(request);
        var (_, row) = await gate.GetAsync("tests?environment=production&limit=1");
        var id = row.GetProperty("tests")[0].GetProperty("id").GetGuid();

        var (refused, problem) = await gate.AskAsync(HttpMethod.Delete, $"tests/{id}");
        await gate.Store.RequestCancelAsync(run, TestContext.Current.CancellationToken);
        var (stale, _) = await gate.AskAsync(HttpMethod.Delete, $"tests/{id}", null, ("If-Match", "\"9\""));
        var (deleted, _) = await gate.AskAsync(HttpMethod.Delete, $"tests/{id}");

        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Contains(run.ToString(), problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.PreconditionFailed, stale.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Delete })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await gate.AskAsync(method, $"tests/{id}")).Answer.StatusCode);
        }
        Assert.Equal(
            HttpStatusCode.NotFound,
            (await PutAsync($"tests/{id}/config", Configuration, "*")).Answer.StatusCode
        );
        var (past, _) = await gate.GetAsync($"runs/{run}");
        Assert.Equal(HttpStatusCode.OK, past.StatusCode);
        var (_, history) = await gate.GetAsync($"runs?testDefinitionId={id}");
        Assert.Equal(run, Assert.Single(history.GetProperty("runs").EnumerateArray()).GetProperty("testId").GetGuid());

        // The same load asked for again is a new test.
        var next = await gate.QueueAsync(request);
        await gate.Store.RequestCancelAsync(next, TestContext.Current.CancellationToken);
        Assert.NotEqual(id, await gate.SqlAsync($"SELECT test_id FROM performance_test_runs WHERE id = '{next}'"));
    }

    [Fact]
    public async Task Pages_hold_what_the_filters_let_through_the_newest_first()
    {
        var name = $"paged {Guid.NewGuid():N}";
        var ids = new List<Guid>();
        for (var n = 0; n < 5; n++)
        {
            ids.Add(await DefineAsync(n % 2 == 0 ? "spike" : "load", name));
        }

        var seen = new List<Guid>();
        var path = $"tests?name={Uri.EscapeDataString(name)}&limit=2";
        string? after = null;
        do
        {
            var (_, page) = await gate.GetAsync(after is null ? path : $"{path}&after={after}");
            seen.AddRange(page.GetProperty("tests").EnumerateArray().Select(test => test.GetProperty("id").GetGuid()));
            after = page.GetProperty("next").GetString();
        } while (after is not null);
        var (_, spikes) = await gate.GetAsync($"{path}0&testType=spike&environment=staging");

        Assert.Equal(Enumerable.Reverse(ids), seen);
        Assert.Equal(
            [ids[4], ids[2], ids[0]],
            spikes.GetProperty("tests").EnumerateArray().Select(test => test.GetProperty("id").GetGuid())
        );
    }

    [Fact]
    public async Task Filters_that_cannot_be_used_are_refused_with_what_can()
    {
        var (answer, problem) = await gate.GetAsync(
            "tests?testType=Load&environment=moon&limit=201&after=x&name=&sort=name"
        );

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Equal(["sort", "testType", "environment", "limit", "after", "name"], Fields(problem));
        Assert.Contains(
            "load, stress, spike, endurance",
            problem.GetProperty("errors")[1].GetProperty("allowed").GetString(),
            StringComparison.Ordinal
        );
    }

    private Task<(HttpResponseMessage Answer, JsonElement Body)> PutAsync(string path, object body, string match) =>
        gate.AskAsync(HttpMethod.Put, path, body, ("If-Match", match));

    private async Task<Guid> DefineAsync(string testType = "load", string? name = null)
    {
        var (answer, body) = await gate.AskAsync(
            HttpMethod.Post,
            "tests",
            new
            {
                name,
                testType,
                environment = "staging",
                configuration = Configuration,
            }
        );
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return body.GetProperty("id").GetGuid();
    }

    private static IEnumerable<string?> Fields(JsonElement problem) =>
        problem.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("field").GetString());
}
