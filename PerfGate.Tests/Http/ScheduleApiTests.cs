using System.Net;
using System.Text.Json;
using Hangfire;
using Hangfire.PostgreSql;
using Hangfire.PostgreSql.Factories;

namespace PerfGate.Tests.Http;

public sealed class ScheduleApiTests(RunsFixture gate) : IClassFixture<RunsFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_test_is_defined_with_its_schedule_and_tells_when_it_runs_next()
    {
        var (answer, test) = await DefineAsync("""{ "cron": "0 6 * * 1", "timeZone": "Europe/Zurich" }""");

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal("0 6 * * 1", test.GetProperty("schedule").GetProperty("cron").GetString());
        Assert.Equal("Europe/Zurich", test.GetProperty("schedule").GetProperty("timeZone").GetString());
        var next = test.GetProperty("scheduleState").GetProperty("nextAt").GetDateTimeOffset();
        Assert.Equal(DayOfWeek.Monday, next.DayOfWeek);
        Assert.True(next > DateTimeOffset.UtcNow && next.UtcDateTime.Hour is 4 or 5);
        var (_, listed) = await gate.GetAsync("tests?limit=200");
        Assert.Contains(
            listed.GetProperty("tests").EnumerateArray(),
            one => one.GetProperty("id").ToString() == Id(test) && one.TryGetProperty("schedule", out _)
        );
    }

    [Fact]
    public async Task A_schedule_is_changed_and_taken_away_by_who_saw_what_is_there()
    {
        var (_, test) = await DefineAsync("null");
        Assert.False(test.TryGetProperty("schedule", out _));
        var path = $"tests/{Id(test)}/schedule";

        var (unsaid, _) = await gate.AskAsync(HttpMethod.Put, path, """{ "cron": "0 6 * * 1" }""");
        var (set, changed) = await gate.AskAsync(
            HttpMethod.Put,
            path,
            """{ "cron": "0 6 * * 1" }""",
            ("If-Match", "\"1\"")
        );
        var (stale, _) = await gate.AskAsync(HttpMethod.Put, path, "null", ("If-Match", "\"1\""));
        var (taken, bare) = await gate.AskAsync(HttpMethod.Put, path, "null", ("If-Match", "\"2\""));

        Assert.Equal(HttpStatusCode.PreconditionRequired, unsaid.StatusCode);
        Assert.Equal((HttpStatusCode.OK, "\"2\""), (set.StatusCode, set.Headers.ETag!.Tag));
        Assert.True(changed.GetProperty("schedule").GetProperty("enabled").GetBoolean());
        Assert.Equal(HttpStatusCode.PreconditionFailed, stale.StatusCode);
        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
        Assert.False(bare.TryGetProperty("schedule", out _));
    }

    [Fact]
    public async Task A_schedule_on_production_is_given_with_its_name_a_second_time()
    {
        const string cron = """ "cron": "0 6 * * 1" """;
        var (unconfirmed, problem) = await DefineAsync($$"""{ {{cron}} }""", "production");
        var (defined, test) = await DefineAsync("null", "production");
        var (confirmed, _) = await DefineAsync($$"""{ {{cron}} }, "confirmEnvironment": "production" """, "production");
        var path = $"tests/{Id(test)}/schedule";
        var (unset, _) = await gate.AskAsync(HttpMethod.Put, path, $$"""{ {{cron}} }""", ("If-Match", "*"));
        var (other, _) = await gate.AskAsync(
            HttpMethod.Put,
            path,
            $$"""{ {{cron}}, "confirmEnvironment": "staging" }""",
            ("If-Match", "*")
        );
        var (set, scheduled) = await gate.AskAsync(
            HttpMethod.Put,
            path,
            $$"""{ {{cron}}, "confirmEnvironment": "production" }""",
            ("If-Match", "*")
        );
        var (taken, _) = await gate.AskAsync(HttpMethod.Put, path, "null", ("If-Match", "*"));

        Assert.Equal(
            [
                HttpStatusCode.UnprocessableEntity,
                HttpStatusCode.Created,
                HttpStatusCode.Created,
                HttpStatusCode.UnprocessableEntity,
                HttpStatusCode.UnprocessableEntity,
                HttpStatusCode.OK,
                HttpStatusCode.OK,
            ],
            new[] { unconfirmed, defined, confirmed, unset, other, set, taken }.Select(answer => answer.StatusCode)
        );
        Assert.Equal(
            "confirmEnvironment",
            problem.GetProperty("errors").EnumerateArray().Single().GetProperty("field").GetString()
        );
        Assert.Equal("0 6 * * 1", scheduled.GetProperty("schedule").GetProperty("cron").GetString());
    }

    [Fact]
    public async Task A_schedule_that_cannot_be_used_changes_nothing()
    {
        var (_, test) = await DefineAsync("""{ "cron": "0 6 * * 1" }""");

        var (answer, problem) = await gate.AskAsync(
            HttpMethod.Put,
            $"tests/{Id(test)}/schedule",
            """{ "cron": "sometimes", "timeZone": "Nowhere/At_All" }""",
            ("If-Match", "*")
        );

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Equal(
            ["timeZone", "cron"],
            problem.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("field").GetString())
        );
        var (_, still) = await gate.GetAsync($"tests/{Id(test)}");
        Assert.Equal("0 6 * * 1", still.GetProperty("schedule").GetProperty("cron").GetString());
    }

    [Fact]
    public async Task The_servers_recurring_job_starts_what_is_due()
    {
        var (_, test) = await DefineAsync("""{ "cron": "0 6 * * 1" }""");
        await gate.SqlAsync($"UPDATE performance_tests SET schedule_next_at = now() WHERE id = '{Id(test)}'");

        // Not waited for: it comes every minute.
        var storage = new PostgreSqlStorageOptions();
        var manager = new RecurringJobManager(
            new PostgreSqlStorage(new NpgsqlConnectionFactory(gate.Connection, storage), storage)
        );
        // The server makes it when it has started.
        for (var look = 0; manager.TriggerJob("start-due-tests") is null && look < 600; look++)
        {
            await Task.Delay(50, Cancellation);
        }

        var status = "";
        for (var look = 0; status.Length == 0 && look < 600; look++)
        {
            await Task.Delay(100, Cancellation);
            var (_, now) = await gate.GetAsync($"tests/{Id(test)}");
            status = now.TryGetProperty("latest", out var latest) ? latest.GetProperty("status").GetString()! : "";
        }
        Assert.NotEmpty(status);
        var (_, after) = await gate.GetAsync($"tests/{Id(test)}");
        Assert.EndsWith("was started.", after.GetProperty("scheduleState").GetProperty("lastOutcome").GetString());
        await gate.AskAsync(
            HttpMethod.Post,
            $"runs/{after.GetProperty("latest").GetProperty("testId").GetGuid()}/cancel"
        );
    }

    private Task<(HttpResponseMessage Answer, JsonElement Body)> DefineAsync(
        string schedule,
        string environment = "staging"
    ) =>
        gate.AskAsync(
            HttpMethod.Post,
            "tests",
            $$"""
            { "testType": "load", "environment": "{{environment}}", "schedule": {{schedule}},
              "configuration": { "baseUrl": "http://127.0.0.1:9", "vus": 5 } }
            """
        );

    private static string Id(JsonElement test) => test.GetProperty("id").GetString()!;
}
