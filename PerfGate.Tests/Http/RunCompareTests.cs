using System.Net;
using PerfGate.Core.Requests;
using PerfGate.Tests.Postgres;
using PerfGate.Tests.Runs;

namespace PerfGate.Tests.Http;

public sealed class RunCompareTests(RunsFixture runs) : IClassFixture<RunsFixture>
{
    [Fact]
    public async Task Two_runs_of_the_same_load_are_compared_figure_by_figure()
    {
        var before = await runs.EndedAsync();
        var after = await runs.EndedAsync(change: result =>
            result with
            {
                Metrics = SampleGrounds.Metrics(avg: 500, p95: 1000),
            }
        );

        var (answer, body) = await runs.GetAsync($"runs/compare?base={before}&candidate={after}");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(before, body.GetProperty("base").GetProperty("testId").GetGuid());
        Assert.Empty(body.GetProperty("obstacles").EnumerateArray());
        var p95 = body.GetProperty("metrics")
            .EnumerateArray()
            .Single(metric => metric.GetProperty("metric").GetString() == "p95_response_time_ms");
        Assert.Equal(200, p95.GetProperty("base").GetDouble());
        Assert.Equal(800, p95.GetProperty("difference").GetDouble());
        Assert.Equal(400, p95.GetProperty("differencePercent").GetDouble());
        Assert.Equal("worse", p95.GetProperty("outcome").GetString());
        Assert.Equal(2, body.GetProperty("endpoints").GetArrayLength());
    }

    [Fact]
    public async Task Runs_of_different_loads_are_shown_but_not_judged()
    {
        var before = await runs.EndedAsync();
        var after = await runs.EndedAsync(StoredRuns.Request(TargetEnvironment.Production, vus: 9));

        var (_, body) = await runs.GetAsync($"runs/compare?base={before}&candidate={after}");

        Assert.Equal(
            ["environment-differs", "load-differs"],
            body.GetProperty("obstacles").EnumerateArray().Select(one => one.GetProperty("code").GetString())
        );
        Assert.All(
            body.GetProperty("metrics").EnumerateArray(),
            metric => Assert.Equal("cannotTell", metric.GetProperty("outcome").GetString())
        );
    }

    [Fact]
    public async Task What_cannot_be_compared_is_refused_with_its_reason()
    {
        var running = await runs.StartAsync();
        var ended = await runs.EndedAsync();
        var cancelled = await runs.QueueAsync();
        await runs.Store.RequestCancelAsync(cancelled, TestContext.Current.CancellationToken);

        await RefusedAsync(HttpStatusCode.UnprocessableEntity, "base=1&candidate=&candid=2");
        await RefusedAsync(HttpStatusCode.UnprocessableEntity, $"base={ended}&candidate={ended}");
        await RefusedAsync(HttpStatusCode.NotFound, $"base={ended}&candidate={Guid.NewGuid()}");
        await RefusedAsync(HttpStatusCode.Conflict, $"base={ended}&candidate={running}");
        await RefusedAsync(HttpStatusCode.Conflict, $"base={cancelled}&candidate={ended}");

        async Task RefusedAsync(HttpStatusCode status, string query)
        {
            var (answer, body) = await runs.GetAsync($"runs/compare?{query}");
            Assert.Equal(status, answer.StatusCode);
            Assert.Equal((int)status, body.GetProperty("status").GetInt32());
        }
    }
}
