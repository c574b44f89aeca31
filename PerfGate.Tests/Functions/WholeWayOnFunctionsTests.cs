using System.Net;
using System.Text.Json;
using PerfGate.Core.Runs;
using PerfGate.Functions.Orchestration;
using PerfGate.Tests.EndToEnd;
using PerfGate.Tests.Faults;

namespace PerfGate.Tests.Functions;

/// <summary>
/// From an HTTP request to a verdict through functions, orchestration and activities, with real runners as child processes; each
/// orchestration is executed again from its history after every step.
/// </summary>
public sealed class WholeWayOnFunctionsTests(OrchestratedFixture app) : IClassFixture<OrchestratedFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_request_becomes_a_verdict()
    {
        await using var platform = await GateFixture.StartPlatformAsync();
        // Long enough that a look falls into it: live figures are some seconds old.
        var (testId, verdict) = await JudgedAsync(Loads.Request(platform.Urls.First(), duration: 8));
        var (_, gate) = await app.AskAsync(HttpMethod.Get, $"/api/performance/runs/{testId}/gate");
        var report = await app.Http.GetStringAsync(
            new Uri($"/api/performance/runs/{testId}/report?format=junit", UriKind.Relative),
            Cancellation
        );
        var harness = app.Orchestrations.HarnessOf(testId);
        var statuses = harness
            .Statuses.Select(status => JsonSerializer.Deserialize<OrchestrationStatus>(status)!)
            .ToList();

        Loads.AssertWell(verdict);
        Assert.Equal(verdict!.Verdict.ToString(), gate.GetProperty("verdict").GetString(), ignoreCase: true);
        Assert.Contains("<testsuite", report, StringComparison.Ordinal);
        Assert.Equal(RunPhase.Judging, statuses[^1].Phase);
        Assert.Contains(statuses, status => status.Progress is { Requests: > 0 });
        Assert.Equal(RunActivities.CleanUp, harness.Activities[^1]);
        Assert.Single(harness.Activities, RunActivities.StartRunners);
    }

    [Fact]
    public async Task A_run_is_cancelled_over_the_route_and_its_runner_ends()
    {
        await using var platform = await GateFixture.StartPlatformAsync();
        var testId = await ExecuteAsync(Loads.Request(platform.Urls.First(), duration: 60, environment: "production"));
        await UntilAsync(
            testId,
            "running",
            body => body.TryGetProperty("progress", out var progress) && progress.ValueKind == JsonValueKind.Object
        );
        var (answer, _) = await app.AskAsync(HttpMethod.Post, $"/api/performance/runs/{testId}/cancel");
        var verdict = await app.Orchestrations.OutputOfAsync(testId).WaitAsync(TimeSpan.FromMinutes(1), Cancellation);
        var (_, run) = await app.AskAsync(HttpMethod.Get, $"/api/performance/runs/{testId}");

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal(Verdict.Inconclusive, verdict!.Verdict);
        Assert.Equal("cancelled", run.GetProperty("status").GetString());
        Assert.Contains(RunActivities.RequestCancel, app.Orchestrations.HarnessOf(testId).Activities);
    }

    [Fact]
    public async Task The_emergency_stop_ends_a_run_and_its_runner()
    {
        await using var platform = await GateFixture.StartPlatformAsync();
        var testId = await ExecuteAsync(Loads.Request(platform.Urls.First(), duration: 60, environment: "production"));
        await UntilAsync(
            testId,
            "running",
            body => body.TryGetProperty("progress", out var progress) && progress.ValueKind == JsonValueKind.Object
        );

        var (stopped, answer) = await app.AskAsync(
            HttpMethod.Post,
            "/api/performance/emergency-stop",
            new { reason = "the shop is down", environment = "production" }
        );
        var verdict = await app.Orchestrations.OutputOfAsync(testId).WaitAsync(TimeSpan.FromMinutes(1), Cancellation);
        var (lifted, _) = await app.AskAsync(HttpMethod.Delete, "/api/performance/emergency-stop");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (stopped.StatusCode, lifted.StatusCode));
        Assert.Equal(testId, Assert.Single(answer.GetProperty("cancelling").EnumerateArray()).GetGuid());
        Assert.Equal(Verdict.Inconclusive, verdict!.Verdict);
        var (_, run) = await app.AskAsync(HttpMethod.Get, $"/api/performance/runs/{testId}");
        Assert.Equal("cancelled", run.GetProperty("status").GetString());
    }

    // A machine that has no time for the load makes a run inconclusive, and rightly so: then it is asked for once more.
    private async Task<(Guid TestId, RunVerdict? Verdict)> JudgedAsync(object request)
    {
        for (var attempt = 1; ; attempt++)
        {
            var testId = await ExecuteAsync(request);
            var verdict = await app
                .Orchestrations.OutputOfAsync(testId)
                .WaitAsync(TimeSpan.FromMinutes(2), Cancellation);
            if (verdict?.Verdict != Verdict.Inconclusive || attempt == 4)
            {
                return (testId, verdict);
            }
        }
    }

    private async Task<Guid> ExecuteAsync(object request)
    {
        var (answer, body) = await app.AskAsync(HttpMethod.Post, "/api/performance/tests/execute", request);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        return body.GetProperty("testId").GetGuid();
    }

    private async Task UntilAsync(Guid testId, string status, Func<JsonElement, bool> holds)
    {
        while (true)
        {
            var (_, run) = await app.AskAsync(HttpMethod.Get, $"/api/performance/runs/{testId}");
            var stands = run.GetProperty("status").GetString();
            Assert.Contains(stands, new[] { "queued", status });
            if (stands == status && holds(run))
            {
                return;
            }
            await Task.Delay(200, Cancellation);
        }
    }
}
