using System.Net;
using System.Text.Json;
using Microsoft.DurableTask.Client;
using PerfGate.Core.Runs;
using PerfGate.Functions.Orchestration;
using PerfGate.Tests.EndToEnd;
using PerfGate.Tests.Faults;

namespace PerfGate.Tests.Functions.Engine;

/// <summary>
/// From an HTTP request to a verdict through functions, Durable's own engine and real activities, with real runners as child
/// processes.
/// </summary>
public sealed class WholeWayOnTheEngineTests(EngineFixture app) : IClassFixture<EngineFixture>
{
    [Fact]
    public async Task A_request_becomes_a_verdict()
    {
        await app.StartEngineAsync();
        await using var platform = await GateFixture.StartPlatformAsync();
        var testId = await ExecuteAsync(Loads.Request(platform.Urls.First(), duration: 4));
        var ended = await app.EndAsync(testId);
        var (_, gate) = await app.AskAsync(HttpMethod.Get, $"/api/performance/runs/{testId}/gate");

        Assert.Equal(OrchestrationRuntimeStatus.Completed, ended.RuntimeStatus);
        // Whether the machine had time for all of the load is not what is asked here.
        var verdict = ended.ReadOutputAs<RunVerdict>()!;
        Assert.Equal(verdict.Verdict.ToString(), gate.GetProperty("verdict").GetString(), ignoreCase: true);
        Assert.Equal(RunPhase.Judging, ended.ReadCustomStatusAs<OrchestrationStatus>()!.Phase);
    }

    [Fact]
    public async Task A_run_is_cancelled_over_the_route_and_its_runner_ends()
    {
        await app.StartEngineAsync();
        await using var platform = await GateFixture.StartPlatformAsync();
        var testId = await ExecuteAsync(Loads.Request(platform.Urls.First(), duration: 60, environment: "production"));
        JsonElement run;
        do
        {
            await Task.Delay(200, TestContext.Current.CancellationToken);
            (_, run) = await app.AskAsync(HttpMethod.Get, $"/api/performance/runs/{testId}");
        } while (run.GetProperty("status").GetString() == "queued");
        var (answer, _) = await app.AskAsync(HttpMethod.Post, $"/api/performance/runs/{testId}/cancel");
        var ended = await app.EndAsync(testId);
        (_, run) = await app.AskAsync(HttpMethod.Get, $"/api/performance/runs/{testId}");

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal(Verdict.Inconclusive, ended.ReadOutputAs<RunVerdict>()!.Verdict);
        Assert.Equal("cancelled", run.GetProperty("status").GetString());
    }

    private async Task<Guid> ExecuteAsync(object request)
    {
        var (answer, body) = await app.AskAsync(HttpMethod.Post, "/api/performance/tests/execute", request);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        return body.GetProperty("testId").GetGuid();
    }
}
