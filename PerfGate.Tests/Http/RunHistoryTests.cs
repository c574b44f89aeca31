using System.Net;
using System.Text.Json;
using PerfGate.Core.Requests;
using PerfGate.Core.Runs;
using PerfGate.Tests.Postgres;
using PerfGate.Tests.Runs;

namespace PerfGate.Tests.Http;

public sealed class RunHistoryTests(RunsFixture runs) : IClassFixture<RunsFixture>
{
    [Fact]
    public async Task The_history_shows_each_run_with_its_figures_the_newest_first()
    {
        var first = await runs.EndedAsync(change: result =>
            result with
            {
                Metrics = SampleGrounds.Metrics(p95: 123.5),
            }
        );
        var second = await runs.QueueAsync();

        var (answer, body) = await runs.GetAsync("runs?limit=2");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var page = body.GetProperty("runs").EnumerateArray().ToList();
        Assert.Equal([second, first], page.Select(run => run.GetProperty("testId").GetGuid()));
        Assert.Equal("queued", page[0].GetProperty("status").GetString());
        Assert.Equal("passed", page[1].GetProperty("verdict").GetString());
        Assert.Equal(123.5, page[1].GetProperty("p95ResponseTimeMs").GetDouble());
        Assert.Equal("somebody", page[1].GetProperty("requestedBy").GetString());
        Assert.Equal("k6 v2.2.0", page[1].GetProperty("engine").GetString());
        Assert.False(page[1].GetProperty("external").GetBoolean());
    }

    [Fact]
    public async Task Pages_follow_each_other_without_gap_or_repetition_while_runs_are_added()
    {
        var request = StoredRuns.Request(TargetEnvironment.Production, vus: 77);
        var all = new List<Guid>();
        for (var i = 0; i < 7; i++)
        {
            all.Add(await runs.QueueAsync(request));
        }
        var test = await runs.SqlAsync($"SELECT test_id FROM performance_test_runs WHERE id = '{all[0]}'");
        var seen = new List<Guid>();
        string? next = null;
        do
        {
            var (_, body) = await runs.GetAsync(
                $"runs?testDefinitionId={test}&limit=3{(next is null ? "" : $"&after={next}")}"
            );
            seen.AddRange(body.GetProperty("runs").EnumerateArray().Select(run => run.GetProperty("testId").GetGuid()));
            next = body.GetProperty("next").GetString();
            await runs.QueueAsync(request);
        } while (next is not null);

        Assert.Equal(all.AsEnumerable().Reverse(), seen);
    }

    [Fact]
    public async Task Every_filter_lets_through_what_it_names_and_nothing_else()
    {
        var spike = new RunRequest(TestType.Spike, StoredRuns.Request().Configuration, TargetEnvironment.Production);
        var wanted = await runs.EndedAsync(
            spike,
            result =>
                result with
                {
                    Verdict = new RunVerdict(Verdict.Inconclusive, [new Reason("sample", "A sample.")]),
                }
        );
        await runs.EndedAsync();
        var at = DateTimeOffset.UtcNow;
        var filters = new[]
        {
            "testType=spike",
            "environment=production&status=completed",
            "verdict=inconclusive",
            "testType=spike&environment=production&status=completed&verdict=inconclusive",
            $"verdict=inconclusive&from={at.AddMinutes(-5):yyyy-MM-ddTHH:mm:ssZ}&to={at.AddDays(1):yyyy-MM-dd}",
        };
        foreach (var filter in filters)
        {
            var (_, body) = await runs.GetAsync($"runs?{filter}");
            Assert.Equal([wanted], body.GetProperty("runs").EnumerateArray().Select(Id));
            Assert.Equal(JsonValueKind.Null, body.GetProperty("next").ValueKind);
        }
        var (_, none) = await runs.GetAsync(
            $"runs?verdict=inconclusive&to={at.AddDays(-1):yyyy-MM-ddTHH:mm:ss}%2B02:00"
        );
        Assert.Empty(none.GetProperty("runs").EnumerateArray());
    }

    [Fact]
    public async Task Everything_wrong_with_a_query_is_told_at_once()
    {
        var (answer, body) = await runs.GetAsync(
            "runs?testType=soak&environment=moon&status=done&verdict=good&testDefinitionId=1&from=yesterday&to=2026-13-01"
                + "&limit=0&after=xyz&order=asc&limit=5"
        );

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        var errors = body.GetProperty("errors").EnumerateArray().ToList();
        Assert.Equal(
            [
                "after",
                "environment",
                "from",
                "limit",
                "order",
                "status",
                "testDefinitionId",
                "testType",
                "to",
                "verdict",
            ],
            errors.Select(error => error.GetProperty("field").GetString()).Order(StringComparer.Ordinal)
        );
        Assert.Contains(errors, error => error.GetProperty("allowed").GetString() == "load, stress, spike, endurance");
    }

    [Fact]
    public async Task A_time_that_ends_before_it_begins_is_refused()
    {
        var (answer, body) = await runs.GetAsync("runs?from=2026-03-02&to=2026-03-01");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Equal("to", body.GetProperty("errors")[0].GetProperty("field").GetString());
    }

    [Fact]
    public async Task Rows_that_others_wrote_appear_with_what_they_say()
    {
        var full = await runs.SqlAsync(
            """
            INSERT INTO performance_test_runs
              (test_type, environment, concurrent_users, duration_seconds, avg_response_time_ms, p95_response_time_ms,
               error_rate, throughput_rps, passed)
            VALUES ('stress', 'staging', 10, 60, 12.34, 56.78, 0.0123, 99.99, FALSE) RETURNING id
            """
        );
        var bare = await runs.SqlAsync("INSERT INTO performance_test_runs (created_at) VALUES (NULL) RETURNING id");

        var (_, all) = await runs.GetAsync("runs?limit=200");
        var (_, failed) = await runs.GetAsync("runs?testType=stress&verdict=failed");

        var other = Assert.Single(failed.GetProperty("runs").EnumerateArray());
        Assert.Equal(full, Id(other));
        Assert.True(other.GetProperty("external").GetBoolean());
        Assert.Equal(56.78, other.GetProperty("p95ResponseTimeMs").GetDouble());
        Assert.Equal("completed", other.GetProperty("status").GetString());
        var least = Assert.Single(all.GetProperty("runs").EnumerateArray(), run => Id(run).Equals(bare));
        Assert.False(least.TryGetProperty("testType", out _));
    }

    private static Guid Id(JsonElement run) => run.GetProperty("testId").GetGuid();
}
