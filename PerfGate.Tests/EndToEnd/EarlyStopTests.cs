using PerfGate.Core.Runs;
using PerfGate.Tests.Faults;
using PerfGate.Tests.Runner;

namespace PerfGate.Tests.EndToEnd;

/// <summary>A target that is hurting is left alone, long before the planned end of the load.</summary>
public sealed class EarlyStopTests(GateFixture gate) : IClassFixture<GateFixture>
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_load_that_meets_nothing_but_errors_ends_and_has_failed(int segments)
    {
        await using var target = await LoadTarget.StartAsync();
        var accepted = await gate.Gate.ExecuteAsync(
            new
            {
                testType = "endurance",
                environment = "staging",
                configuration = new
                {
                    baseUrl = target.Url,
                    duration = "10m",
                    arrivalRate = 40,
                    segments,
                    earlyStop = new { window = "5s" },
                    thresholds = new { minThroughput = 1 },
                    scenarios = new[]
                    {
                        new
                        {
                            name = "one",
                            thinkTime = "0s",
                            steps = new[] { new { method = "GET", path = "/missing" } },
                        },
                    },
                },
            },
            TestContext.Current.CancellationToken
        );

        var run = await Loads.EndAsync(gate.Gate, accepted.TestId);

        Assert.True((run.Status, run.Verdict) == (RunStatus.Completed, Verdict.Failed), Loads.Explain(run));
        Assert.Equal("early-stop", run.Reasons[0].Code);
        Assert.DoesNotContain(run.Reasons, reason => reason.Code is "stopped" or "cut-short" or "segment-lost");
        // Ten minutes would be 24,000.
        Assert.InRange(target.Requests, 20, 6_000);
    }

    [Fact]
    public async Task A_load_whose_answers_become_too_slow_ends_and_has_failed()
    {
        await using var target = await LoadTarget.StartAsync();
        var accepted = await gate.Gate.ExecuteAsync(
            new
            {
                testType = "endurance",
                environment = "staging",
                configuration = new
                {
                    baseUrl = target.Url,
                    duration = "10m",
                    arrivalRate = 10,
                    earlyStop = new { responseTime = 300, window = "5s" },
                    thresholds = new { minThroughput = 1 },
                    scenarios = new[]
                    {
                        new
                        {
                            name = "one",
                            thinkTime = "0s",
                            steps = new[] { new { method = "GET", path = "/slow" } },
                        },
                    },
                },
            },
            TestContext.Current.CancellationToken
        );

        var run = await Loads.EndAsync(gate.Gate, accepted.TestId);

        // Of a machine that is too busy itself slow answers prove nothing: then it is inconclusive, and the load has ended all the same.
        Assert.True(
            run.Status == RunStatus.Completed && run.Verdict is Verdict.Failed or Verdict.Inconclusive,
            Loads.Explain(run)
        );
        var early = Assert.Single(run.Reasons, reason => reason.Code == "early-stop");
        Assert.Contains("ms on average (beyond 300 ms", early.Sentence, StringComparison.Ordinal);
        // Ten minutes would be 6,000.
        Assert.InRange(target.Requests, 20, 1_500);
    }
}
