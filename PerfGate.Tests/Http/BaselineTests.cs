using System.Net;
using System.Text.Json;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;
using PerfGate.Core.Runs;
using PerfGate.Tests.Postgres;
using PerfGate.Tests.Runs;

namespace PerfGate.Tests.Http;

public sealed class BaselineTests(RunsFixture runs) : IClassFixture<RunsFixture>
{
    [Fact]
    public async Task A_baseline_is_established_updated_on_a_word_undone_and_remembers_it_all()
    {
        var first = await runs.EndedAsync();
        var (established, baseline) = await PostAsync("baselines", new { testId = first });
        Assert.Equal(HttpStatusCode.Created, established.StatusCode);
        Assert.Equal("k6 v2.2.0", baseline.GetProperty("engine").GetString());
        var id = baseline.GetProperty("id").GetGuid();
        var slow = await SlowAsync();

        var (refused, _) = await PostAsync($"baselines/{id}/update", new { testId = slow });
        var (updated, now) = await PostAsync($"baselines/{id}/update", new { testId = slow, reason = "wanted" });
        Assert.Equal((HttpStatusCode.Conflict, HttpStatusCode.OK), (refused.StatusCode, updated.StatusCode));
        Assert.Equal(slow, now.GetProperty("testId").GetGuid());

        var (undone, before) = await PostAsync($"baselines/{id}/undo", new { reason = "a mistake" });
        var (nothing, why) = await PostAsync($"baselines/{id}/undo", null);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Conflict), (undone.StatusCode, nothing.StatusCode));
        Assert.Equal(first, before.GetProperty("testId").GetGuid());
        Assert.Contains("nothing to undo", why.GetProperty("detail").GetString(), StringComparison.Ordinal);

        var (_, list) = await runs.GetAsync("baselines");
        var listed = list.GetProperty("baselines")
            .EnumerateArray()
            .Single(one => one.GetProperty("id").GetGuid() == id);
        Assert.Equal(first, listed.GetProperty("testId").GetGuid());
        var (_, page) = await runs.GetAsync($"baselines/{id}/history?limit=2");
        var (_, rest) = await runs.GetAsync(
            $"baselines/{id}/history?limit=2&after={page.GetProperty("next").GetString()}"
        );
        var changes = page.GetProperty("changes").EnumerateArray().Concat(rest.GetProperty("changes").EnumerateArray());
        Assert.Equal(
            [("undone", "a mistake"), ("on a person's word", "wanted"), ("established", null)],
            changes.Select(change => (Text(change, "reason"), Text(change, "note")))
        );
        Assert.All(changes, change => Assert.Equal("somebody", Text(change, "changedBy")));
        Assert.Equal(JsonValueKind.Null, rest.GetProperty("next").ValueKind);
        // Ids are as large as the database's.
        var (_, all) = await runs.GetAsync($"baselines/{id}/history?after={long.MaxValue}");
        Assert.Equal(3, all.GetProperty("changes").GetArrayLength());
    }

    [Fact]
    public async Task What_cannot_be_a_baseline_is_refused_with_its_reason()
    {
        var production = StoredRuns.Request(TargetEnvironment.Production);
        var (_, baseline) = await PostAsync("baselines", new { testId = await runs.EndedAsync(production) });
        var id = baseline.GetProperty("id").GetGuid();
        var staging = await runs.EndedAsync();
        var running = await runs.StartAsync();
        var unknown = Guid.NewGuid();

        await RefusedAsync(HttpStatusCode.NotFound, "baselines", new { testId = unknown });
        await RefusedAsync(HttpStatusCode.Conflict, "baselines", new { testId = running });
        await RefusedAsync(HttpStatusCode.NotFound, $"baselines/{unknown}/update", new { testId = staging });
        await RefusedAsync(HttpStatusCode.NotFound, $"baselines/{id}/update", new { testId = unknown });
        await RefusedAsync(HttpStatusCode.Conflict, $"baselines/{id}/update", new { testId = staging, reason = "so" });
        await RefusedAsync(HttpStatusCode.NotFound, $"baselines/{unknown}/undo", null);
        var (history, _) = await runs.GetAsync($"baselines/{unknown}/history");
        Assert.Equal(HttpStatusCode.NotFound, history.StatusCode);

        async Task RefusedAsync(HttpStatusCode status, string path, object? body)
        {
            var (answer, problem) = await PostAsync(path, body);
            Assert.Equal(status, answer.StatusCode);
            Assert.Equal((int)status, problem.GetProperty("status").GetInt32());
        }
    }

    [Theory]
    [InlineData("{\"testId\":7,\"reason\":\"\",\"by\":\"me\"}", "by reason testId")]
    [InlineData("{\"reason\":\"a\\nb\"}", "reason testId")]
    [InlineData("{}", "testId")]
    [InlineData("[]", "request")]
    [InlineData("{", "request")]
    [InlineData("{\"testId\":\"\\ud800\",\"reason\":\"\\udc00\"}", "reason testId")]
    [InlineData("{\"\\ud800\":1}", "")]
    public async Task Everything_wrong_with_a_body_is_told_at_once(string body, string fields)
    {
        var (answer, problem) = await PostAsync("baselines", body);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Equal(
            fields.Split(' '),
            problem
                .GetProperty("errors")
                .EnumerateArray()
                .Select(error => Text(error, "field"))
                .Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void A_body_that_is_no_UTF_8_is_refused_as_a_whole()
    {
        byte[] broken = [.. "{\"reason\":\""u8, 0xff, .. "\"}"u8];

        var error = Assert.Single(BaselineRequest.Read(broken, wantsRun: false, Limits.Default).Errors);
        Assert.Equal(("request", "is not valid UTF-8"), (error.Field, error.Problem));
    }

    [Theory]
    [InlineData("baselines?environment=staging")]
    [InlineData("baselines/0190a6a0-0000-7000-8000-000000000000/history?limit=201&after=x")]
    [InlineData("baselines/0190a6a0-0000-7000-8000-000000000000/history?after=9223372036854775808")]
    public async Task Unknown_parameters_and_places_are_refused(string path)
    {
        var (answer, _) = await runs.GetAsync(path);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
    }

    private Task<(HttpResponseMessage Answer, JsonElement Body)> PostAsync(string path, object? body) =>
        runs.AskAsync(HttpMethod.Post, path, body);

    private Task<Guid> SlowAsync() =>
        runs.EndedAsync(change: result =>
            result with
            {
                Metrics = SampleGrounds.Metrics(p95: 2000),
                Verdict = new RunVerdict(Verdict.Failed, [new Reason("baseline-regressed", "Slower.")]),
            }
        );

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var text) ? text.GetString() : null;
}
