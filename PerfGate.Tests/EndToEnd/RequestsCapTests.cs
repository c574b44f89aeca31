using PerfGate.Core.Admission;
using PerfGate.Core.Runs;
using PerfGate.Host.Demo;
using PerfGate.Tests.Faults;
using PerfGate.Tests.Runner;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.EndToEnd;

/// <summary>Staging bears twenty requests a second.</summary>
public sealed class RequestsCapFixture(PostgresFixture postgres) : GateFixture(postgres)
{
    public const int Most = 20;

    protected override AdmissionRules Admission =>
        AdmissionRules.Default with
        {
            Limits = Limits.Default with { RequestsPerSecond = Most },
        };
}

/// <summary>However many users there are and whatever they do, no more requests a second are made than an environment bears.</summary>
public sealed class RequestsCapTests(RequestsCapFixture gate) : IClassFixture<RequestsCapFixture>
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Users_that_never_pause_are_held_to_it_over_all_segments_and_the_run_says_so(int segments)
    {
        await using var target = await LoadTarget.StartAsync();

        var run = await gate.RunAsync("endurance", Configuration(target.Url, 8, segments));

        Assert.True(run.Status == RunStatus.Completed, Loads.Explain(run));
        // A second more at either end, and what was under way.
        Assert.InRange(target.Requests, 1, RequestsCapFixture.Most * 10);
        Assert.InRange(target.Requests - run.Results!.Metrics!.Overall.Requests, 0, RequestsCapFixture.Most);
        Assert.Contains(run.Reasons, reason => reason.Code == "requests-capped");
        Assert.True(run.Verdict == Verdict.Inconclusive, Loads.Explain(run));
        var report = await gate.Gate.GetReportAsync(run.TestId, TestContext.Current.CancellationToken);
        Assert.Contains("and 20 requests a second", report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_than_that_cannot_be_demanded()
    {
        var refused = await Assert.ThrowsAsync<ApiProblemException>(() =>
            gate.RunAsync("endurance", new { baseUrl = "http://127.0.0.1:9", thresholds = new { minThroughput = 21 } })
        );

        Assert.Equal("configuration.thresholds.minThroughput", Assert.Single(refused.Problem.Errors).Field);
    }

    private static object Configuration(string url, int seconds, int segments) =>
        new
        {
            baseUrl = url,
            duration = seconds,
            vus = 10,
            segments,
            scenarios = new[]
            {
                new
                {
                    name = "one",
                    thinkTime = "0s",
                    steps = new[] { new { method = "GET", path = "/" }, new { method = "GET", path = "/two" } },
                },
            },
            thresholds = new { minThroughput = 1 },
        };
}
