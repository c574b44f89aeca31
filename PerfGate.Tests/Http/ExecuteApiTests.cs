using System.Net;
using System.Text.Json;
using Npgsql;
using PerfGate.Adapters.Postgres;

namespace PerfGate.Tests.Http;

/// <summary>Runs are asked for while the environment's slot is taken, so that none of them makes a load.</summary>
public sealed class ExecuteApiTests(RunsFixture gate) : IClassFixture<RunsFixture>, IAsyncLifetime
{
    private const string Whole = """
        { "testType": "load", "environment": "staging", "configuration": { "baseUrl": "http://127.0.0.1:9", "vus": 5 } }
        """;

    private NpgsqlConnection _holder = null!;
    private Guid _busy;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _busy = await gate.StartAsync();
        _holder = await gate.Database.OpenConnectionAsync(Cancellation);
        await using var hold = new NpgsqlCommand("SELECT pg_advisory_lock($1)", _holder);
        hold.Parameters.AddWithValue(RunQueue.HoldKey(_busy));
        await hold.ExecuteNonQueryAsync(Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await gate.SqlAsync("UPDATE performance_test_runs SET status = 'cancelled' WHERE status = 'queued'");
        await gate.EndAsync(_busy);
        await _holder.DisposeAsync();
    }

    [Fact]
    public async Task A_stored_test_is_executed_by_its_id_and_its_runs_belong_to_it()
    {
        var id = await DefineAsync();

        var (answer, body) = await ExecuteAsync($$"""{ "testDefinitionId": "{{id}}" }""");
        var (_, other) = await ExecuteAsync(
            $$"""{ "testDefinitionId": "{{id}}", "overrides": { "tags": { "build": "7" } } }"""
        );

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal("queued", body.GetProperty("status").GetString());
        Assert.Equal($"/api/performance/runs/{Run(body)}", answer.Headers.Location!.OriginalString);
        var (_, test) = await gate.GetAsync($"tests/{id}");
        Assert.Equal(Run(other), test.GetProperty("latest").GetProperty("testId").GetGuid());
        Assert.Equal("queued", test.GetProperty("latest").GetProperty("status").GetString());
        Assert.False(test.TryGetProperty("latestEnded", out _));
        // What was overridden was so for that run only.
        Assert.False(test.GetProperty("configuration").GetProperty("tags").TryGetProperty("build", out _));
        Assert.Equal(1, test.GetProperty("version").GetInt64());
        Assert.Equal("7", (await gate.Store.FindAsync(Run(other), Cancellation))!.Request.Configuration.Tags["build"]);
        Assert.Equal(
            HttpStatusCode.Conflict,
            (await gate.AskAsync(HttpMethod.Delete, $"tests/{id}")).Answer.StatusCode
        );
    }

    [Fact]
    public async Task An_execute_of_the_same_load_belongs_to_a_test_of_its_own()
    {
        var id = await DefineAsync();

        var (_, body) = await ExecuteAsync(Whole);

        Assert.NotEqual(id, await gate.SqlAsync($"SELECT test_id FROM performance_test_runs WHERE id = '{Run(body)}'"));
    }

    [Fact]
    public async Task Overrides_that_cannot_be_used_are_told_by_field_and_nothing_runs()
    {
        var id = await DefineAsync();

        var (answer, problem) = await ExecuteAsync(
            $$"""{ "testDefinitionId": "{{id}}", "overrides": { "duration": "9h", "vus": 0, "arrivalRate": 1 } }"""
        );

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Equal(["overrides.vus", "overrides.vus", "overrides.duration"], Fields(problem));
        Assert.False((await gate.GetAsync($"tests/{id}")).Body.TryGetProperty("latest", out _));
    }

    [Fact]
    public async Task A_test_that_is_not_there_or_was_deleted_is_a_problem_of_its_field()
    {
        var id = await DefineAsync();
        await gate.AskAsync(HttpMethod.Delete, $"tests/{id}");

        foreach (var gone in new[] { id, Guid.NewGuid() })
        {
            var (answer, problem) = await ExecuteAsync($$"""{ "testDefinitionId": "{{gone}}" }""");

            Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
            Assert.Equal(["testDefinitionId"], Fields(problem));
        }
    }

    [Fact]
    public async Task A_request_repeated_with_its_key_is_answered_again_and_started_again()
    {
        var key = Guid.NewGuid().ToString();
        var (first, body) = await ExecuteAsync(Whole, key);

        var (second, again) = await ExecuteAsync(Whole, key);

        Assert.Equal(HttpStatusCode.Accepted, second.StatusCode);
        Assert.Equal(body.GetRawText(), again.GetRawText());
        Assert.Equal(first.Headers.Location, second.Headers.Location);
        Assert.False(first.Headers.Contains("Idempotent-Replayed"));
        Assert.Equal("true", Assert.Single(second.Headers.GetValues("Idempotent-Replayed")));
        // Whoever looks for runs that nobody carries may have given it a job of its own in between.
        var jobs = await gate.SqlAsync($"SELECT count(*) FROM hangfire.job WHERE arguments::text LIKE '%{Run(body)}%'");
        Assert.InRange((long)jobs!, 2L, 3L);
    }

    [Fact]
    public async Task Ten_requests_with_one_key_at_once_make_one_run()
    {
        var key = Guid.NewGuid().ToString();

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => ExecuteAsync(Whole, key)));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Accepted, answer.Answer.StatusCode));
        Assert.Single(answers.Select(answer => answer.Body.GetRawText()).Distinct());
        Assert.Single(answers, answer => !answer.Answer.Headers.Contains("Idempotent-Replayed"));
    }

    [Fact]
    public async Task A_key_stands_for_one_body_of_one_caller_for_a_day()
    {
        var key = Guid.NewGuid().ToString();
        var (_, body) = await ExecuteAsync(Whole, key);
        var another = Whole.Replace("5", "6", StringComparison.Ordinal);

        var (refused, problem) = await ExecuteAsync(another, key);
        var (of, elses) = await ExecuteAsync(
            another,
            key,
            ("Authorization", $"Bearer {gate.Server.IssueToken("else")}")
        );
        await gate.SqlAsync(
            $"UPDATE performance_idempotency_keys SET created_at = now() - interval '25 hours' WHERE run_id = '{Run(body)}'"
        );
        var (later, next) = await ExecuteAsync(another, key);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        Assert.Equal(["Idempotency-Key"], Fields(problem));
        Assert.Equal(HttpStatusCode.Accepted, of.StatusCode);
        Assert.NotEqual(Run(body), Run(elses));
        Assert.Equal(HttpStatusCode.Accepted, later.StatusCode);
        Assert.False(later.Headers.Contains("Idempotent-Replayed"));
        Assert.Equal(3, new[] { Run(body), Run(elses), Run(next) }.Distinct().Count());
    }

    [Fact]
    public async Task What_was_refused_leaves_its_key_free()
    {
        var key = Guid.NewGuid().ToString();

        var (refused, _) = await ExecuteAsync("{}", key);
        var (accepted, _) = await ExecuteAsync(Whole, key);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        Assert.False(accepted.Headers.Contains("Idempotent-Replayed"));
    }

    [Fact]
    public async Task A_repeated_request_is_answered_though_its_test_was_deleted_meanwhile()
    {
        var key = Guid.NewGuid().ToString();
        var id = await DefineAsync();
        var request = $$"""{ "testDefinitionId": "{{id}}" }""";
        var (_, body) = await ExecuteAsync(request, key);
        await gate.Store.RequestCancelAsync(Run(body), Cancellation);
        await gate.AskAsync(HttpMethod.Delete, $"tests/{id}");

        var (answer, again) = await ExecuteAsync(request, key);

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal(Run(body), Run(again));
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData(null)]
    public async Task A_key_that_cannot_be_one_is_told_beside_the_body_s_problems(string? key)
    {
        var (answer, problem) = await ExecuteAsync("{}", key ?? new string('k', 256));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Equal(["Idempotency-Key", "testType", "environment", "configuration"], Fields(problem));
    }

    private Task<(HttpResponseMessage Answer, JsonElement Body)> ExecuteAsync(
        string body,
        string? key = null,
        params (string Name, string Value)[] headers
    ) =>
        gate.AskAsync(
            HttpMethod.Post,
            "tests/execute",
            body,
            key is null ? headers : [("Idempotency-Key", key), .. headers]
        );

    private async Task<Guid> DefineAsync()
    {
        var (answer, body) = await gate.AskAsync(HttpMethod.Post, "tests", Whole);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return body.GetProperty("id").GetGuid();
    }

    private static Guid Run(JsonElement answer) => answer.GetProperty("testId").GetGuid();

    private static IEnumerable<string?> Fields(JsonElement problem) =>
        problem.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("field").GetString());
}
