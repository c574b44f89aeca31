using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using PerfGate.Adapters.Http;
using PerfGate.Core.Requests;
using PerfGate.Core.Runs;
using PerfGate.Core.Thresholds;

namespace PerfGate.Tests.EndToEnd;

/// <summary>From an HTTP request to a verdict, with every part real.</summary>
public sealed class WholeWayTests(GateFixture gate) : IClassFixture<GateFixture>
{
    private static readonly object Light = new { minThroughput = 5 };

    [Theory]
    [InlineData("load")]
    [InlineData("stress")]
    [InlineData("spike")]
    [InlineData("endurance")]
    public async Task A_healthy_platform_passes_under_each_type_of_test(string testType)
    {
        await using var platform = await GateFixture.StartPlatformAsync();

        var run = await gate.RunToVerdictAsync(
            testType,
            new
            {
                baseUrl = platform.Urls.First(),
                duration = 8,
                arrivalRate = testType is "stress" or "spike" ? 8 : 20,
                thresholds = Light,
            }
        );

        Assert.True(run.Verdict == Verdict.Passed, Explain(run));
        Assert.Equal(RunStatus.Completed, run.Status);
        Assert.All(run.Results!.Thresholds, threshold => Assert.Equal(ThresholdOutcome.Held, threshold.Outcome));
        var metrics = run.Results.Metrics!;
        Assert.True(metrics.Overall.Requests > 100, Explain(run));
        Assert.Equal(
            ["clientForm", "photoGallery", "realtimeUpdates", "supplierDashboard"],
            metrics.ByScenario.Keys.Order(StringComparer.Ordinal)
        );
        Assert.NotEmpty(metrics.Checks);
        Assert.All(metrics.Checks, check => Assert.Equal(0, check.Fails));
    }

    [Fact]
    public async Task A_platform_that_answers_with_errors_fails_and_the_reason_names_the_error_rate()
    {
        await using var platform = await GateFixture.StartPlatformAsync("--error-rate", "0.2");

        var run = await gate.RunAsync("load", ShortLoad(platform.Urls.First()));

        Assert.True(run.Verdict == Verdict.Failed, Explain(run));
        Assert.Contains(run.Reasons, reason => reason.Sentence.Contains("maxErrorRate", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_run_with_too_few_requests_is_inconclusive()
    {
        await using var platform = await GateFixture.StartPlatformAsync();

        var run = await gate.RunAsync(
            "endurance",
            new
            {
                baseUrl = platform.Urls.First(),
                duration = 3,
                arrivalRate = 2,
                scenarios = new[] { new { name = "clientForm" } },
            }
        );

        Assert.True(run.Verdict == Verdict.Inconclusive, Explain(run));
        Assert.Contains(run.Reasons, reason => reason.Code == "too-few-samples");
    }

    [Fact]
    public async Task A_target_that_refuses_every_connection_is_never_passed()
    {
        // A port that was free a moment ago, and that nobody listens on.
        var platform = await GateFixture.StartPlatformAsync();
        var address = platform.Urls.First();
        await platform.DisposeAsync();

        var run = await gate.RunAsync("load", ShortLoad(address));

        Assert.True(run.Verdict == Verdict.Failed, Explain(run));
        Assert.Equal("target-dead", run.Reasons[0].Code);
    }

    [Fact]
    public async Task A_cancelled_run_stops_its_load_and_frees_the_slot()
    {
        await using var platform = await GateFixture.StartPlatformAsync();
        var accepted = await gate.Gate.ExecuteAsync(
            Request("endurance", new { baseUrl = platform.Urls.First(), duration = "10m" }),
            TestContext.Current.CancellationToken
        );
        while ((await gate.Gate.GetRunAsync(accepted.TestId, TestContext.Current.CancellationToken)).Progress is null)
        {
            await Task.Delay(200, TestContext.Current.CancellationToken);
        }

        await gate.Gate.CancelAsync(accepted.TestId, TestContext.Current.CancellationToken);
        var run = await gate.EndAsync(accepted.TestId);

        Assert.Equal((RunStatus.Cancelled, Verdict.Inconclusive), (run.Status, run.Verdict));
        Assert.Equal("cancelled", run.Reasons[0].Code);
        var next = await gate.RunAsync("load", ShortLoad(platform.Urls.First()));
        Assert.NotEqual(Verdict.Error, next.Verdict);
    }

    [Fact]
    public async Task Two_runs_of_one_environment_take_turns_and_the_second_knows_its_place()
    {
        await using var platform = await GateFixture.StartPlatformAsync();
        var request = Request("load", ShortLoad(platform.Urls.First()));
        var first = await gate.Gate.ExecuteAsync(request, TestContext.Current.CancellationToken);
        var second = await gate.Gate.ExecuteAsync(request, TestContext.Current.CancellationToken);
        while (
            (await gate.Gate.GetRunAsync(first.TestId, TestContext.Current.CancellationToken)).Status
            == RunStatus.Queued
        )
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        var waiting = await gate.Gate.GetRunAsync(second.TestId, TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Queued, 1), (waiting.Status, waiting.QueuePosition));
        var firstEnd = await gate.EndAsync(first.TestId);
        var secondEnd = await gate.EndAsync(second.TestId);
        Assert.True(secondEnd.StartedAt >= firstEnd.EndedAt, "the second began before the first had ended");
    }

    [Fact]
    public async Task A_slower_deployment_fails_against_its_baseline_although_every_threshold_holds()
    {
        await using var healthy = await GateFixture.StartPlatformAsync();
        await using var slowed = await GateFixture.StartPlatformAsync("--latency-ms", "200");
        var before = await gate.RunAsync("spike", Load(healthy.Urls.First()), "production");
        await gate.Gate.EstablishBaselineAsync(before.TestId, TestContext.Current.CancellationToken);

        var after = await gate.RunAsync("spike", Load(slowed.Urls.First()), "production");

        Assert.True(after.Verdict == Verdict.Failed, Explain(after));
        Assert.Contains(after.Reasons, reason => reason.Code == "baseline-regressed");
        Assert.All(after.Results!.Thresholds, threshold => Assert.Equal(ThresholdOutcome.Held, threshold.Outcome));

        object Load(string baseUrl) =>
            new
            {
                baseUrl,
                duration = 6,
                arrivalRate = 10,
                thresholds = Light,
            };
    }

    [Fact]
    public async Task Report_script_series_and_gate_of_a_run_can_be_fetched()
    {
        await using var platform = await GateFixture.StartPlatformAsync();
        var run = await gate.RunAsync("load", ShortLoad(platform.Urls.First()));
        using var http = Http(gate.Server.IssueToken("tests"));

        Assert.Contains("<svg", await TextAsync("report"), StringComparison.Ordinal);
        Assert.Contains("# ", await TextAsync("report?format=markdown"), StringComparison.Ordinal);
        Assert.Contains("<testsuite", await TextAsync("report?format=junit"), StringComparison.Ordinal);
        Assert.Contains("export const options", await TextAsync("script"), StringComparison.Ordinal);
        Assert.Contains("\"points\":[{", await TextAsync("series"), StringComparison.Ordinal);
        var verdict = await http.GetFromJsonAsync<GateView>(
            $"/api/performance/runs/{run.TestId}/gate",
            RunJson.Options,
            TestContext.Current.CancellationToken
        );
        Assert.Equal(run.Verdict, verdict!.Verdict);
        Assert.Equal(4, verdict.Thresholds.Count);

        Task<string> TextAsync(string what) =>
            http.GetStringAsync(
                new Uri($"/api/performance/runs/{run.TestId}/{what}", UriKind.Relative),
                TestContext.Current.CancellationToken
            );
    }

    [Theory]
    [InlineData("GET", "/api/performance/tests")]
    [InlineData("GET", "/api/performance/baselines")]
    [InlineData("GET", "/api/performance/runs/0190a6a0-0000-7000-8000-000000000000")]
    [InlineData("POST", "/api/performance/tests/execute")]
    [InlineData("GET", "/no-such-route")]
    public async Task Nothing_but_health_answers_without_a_token(string method, string path)
    {
        using var http = Http(token: null);
        using var request = new HttpRequestMessage(new HttpMethod(method), path);

        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.True(
            answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.NotFound,
            $"{answer.StatusCode}"
        );
        using var health = await http.GetAsync(
            new Uri("/health", UriKind.Relative),
            TestContext.Current.CancellationToken
        );
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
    }

    [Fact]
    public async Task A_bad_request_is_answered_with_every_problem_at_once()
    {
        using var http = Http(gate.Server.IssueToken("tests"));
        using var body = new StringContent(
            """{"testType":"soak","environment":"moon","configuration":{"vus":-1,"duration":"soon"}}""",
            Encoding.UTF8,
            "application/json"
        );

        using var answer = await http.PostAsync(
            new Uri("/api/performance/tests/execute", UriKind.Relative),
            body,
            TestContext.Current.CancellationToken
        );

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        var problem = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        string[] fields =
        [
            "testType",
            "environment",
            "configuration.vus",
            "configuration.duration",
            "configuration.baseUrl",
        ];
        Assert.All(fields, field => Assert.Contains($"\"field\":\"{field}\"", problem, StringComparison.Ordinal));
    }

    private static object Request(string testType, object configuration) =>
        new
        {
            testType,
            environment = "staging",
            configuration,
        };

    private static object ShortLoad(string baseUrl) =>
        new
        {
            baseUrl,
            duration = 5,
            arrivalRate = 20,
            thresholds = Light,
        };

    private static string Explain(RunView run) =>
        $"{run.Verdict}: {string.Join(' ', run.Reasons.Select(reason => $"[{reason.Code}] {reason.Sentence}"))}";

    private HttpClient Http(string? token)
    {
        var http = new HttpClient { BaseAddress = gate.Server.Address };
        if (token is not null)
        {
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
        return http;
    }
}
