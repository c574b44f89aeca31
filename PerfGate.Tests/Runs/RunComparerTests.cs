using PerfGate.Core.Baselines;
using PerfGate.Core.Metrics;
using PerfGate.Core.Requests;
using PerfGate.Core.Runs;
using PerfGate.Tests.Postgres;

namespace PerfGate.Tests.Runs;

public class RunComparerTests
{
    [Theory]
    [InlineData(205, ComparedOutcome.WithinNoise)]
    [InlineData(400, ComparedOutcome.WithinNoise)]
    [InlineData(600, ComparedOutcome.Worse)]
    [InlineData(50, ComparedOutcome.Better)]
    public void Without_a_past_only_great_differences_are_beyond_noise(double p95, ComparedOutcome outcome)
    {
        var comparison = RunComparer.Compare(Run(), Run(SampleGrounds.Metrics(p95: p95)), []);

        Assert.Equal(outcome, Of(comparison, "p95_response_time_ms").Outcome);
        Assert.Equal(0, comparison.NoiseRuns);
        Assert.Contains("assumed", comparison.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_calm_past_tells_of_smaller_ones()
    {
        var past = Enumerable.Repeat(SampleGrounds.Accepted(), 30).ToList();

        var comparison = RunComparer.Compare(Run(), Run(SampleGrounds.Metrics(p95: 300)), past);

        var p95 = Of(comparison, "p95_response_time_ms");
        Assert.Equal(ComparedOutcome.Worse, p95.Outcome);
        Assert.InRange(p95.NoiseTo!.Value, 220, 300);
        Assert.Equal((200.0, 300.0, 100.0, 50.0), (p95.Base, p95.Candidate, p95.Difference, p95.DifferencePercent));
        Assert.Contains("30 accepted runs", comparison.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_few_milliseconds_mean_nothing_however_great_their_share()
    {
        var comparison = RunComparer.Compare(
            Run(SampleGrounds.Metrics(avg: 1, p95: 2)),
            Run(SampleGrounds.Metrics(avg: 5, p95: 11)),
            [.. Enumerable.Repeat(SampleGrounds.Accepted(1, 2), 50)]
        );

        Assert.Equal(ComparedOutcome.WithinNoise, Of(comparison, "avg_response_time_ms").Outcome);
        Assert.Equal(ComparedOutcome.WithinNoise, Of(comparison, "p95_response_time_ms").Outcome);
    }

    [Theory]
    [InlineData(30, ComparedOutcome.Worse)]
    [InlineData(3, ComparedOutcome.WithinNoise)]
    public void Failures_count_beyond_chance_and_half_a_percent(long failed, ComparedOutcome outcome)
    {
        var (clean, spoilt) = (Run(), Run(SampleGrounds.Metrics(failed: failed)));

        Assert.Equal(outcome, Of(RunComparer.Compare(clean, spoilt, []), "error_rate").Outcome);
        Assert.Equal(
            outcome == ComparedOutcome.Worse ? ComparedOutcome.Better : outcome,
            Of(RunComparer.Compare(spoilt, clean, []), "error_rate").Outcome
        );
    }

    [Fact]
    public void More_throughput_is_better_and_less_is_worse()
    {
        var (slow, fast) = (Run(SampleGrounds.Metrics(requests: 1000)), Run(SampleGrounds.Metrics(requests: 9000)));

        Assert.Equal(ComparedOutcome.Better, Of(RunComparer.Compare(slow, fast, []), "throughput_rps").Outcome);
        Assert.Equal(ComparedOutcome.Worse, Of(RunComparer.Compare(fast, slow, []), "throughput_rps").Outcome);
    }

    [Fact]
    public void Each_thing_that_differs_is_named_and_nothing_is_judged()
    {
        var other = Run() with
        {
            Request = new RunRequest(
                TestType.Stress,
                StoredRuns.Request().Configuration with
                {
                    Vus = 6,
                },
                TargetEnvironment.Production
            ),
            Engine = "embedded 0.1.0",
            Verdict = new RunVerdict(Verdict.Inconclusive, [new Reason("no-traffic", "None.")]),
        };

        var comparison = RunComparer.Compare(Run(), other, [SampleGrounds.Accepted()]);

        Assert.Equal(
            [
                "test-type-differs",
                "environment-differs",
                "load-differs",
                "engine-differs",
                "candidate-carries-no-verdict",
            ],
            comparison.Obstacles.Select(obstacle => obstacle.Code)
        );
        Assert.All(
            comparison.Metrics.Concat(comparison.Endpoints.SelectMany(endpoint => endpoint.Metrics)),
            metric => Assert.Equal((ComparedOutcome.CannotTell, null), (metric.Outcome, metric.NoiseTo))
        );
    }

    [Fact]
    public void Type_and_environment_alone_are_no_other_load()
    {
        var other = Run() with { Request = StoredRuns.Request(TargetEnvironment.Production) };

        Assert.Equal(
            ["environment-differs"],
            RunComparer.Compare(Run(), other, []).Obstacles.Select(obstacle => obstacle.Code)
        );
    }

    [Fact]
    public void An_endpoint_that_only_one_run_has_is_shown_on_its_side()
    {
        var lacking = SampleGrounds.Metrics() with
        {
            ByEndpoint = new Dictionary<string, RequestStats>
            {
                ["GET /fast"] = SampleGrounds.Stats(100, 0, 1, 2, 30, 100),
                ["GET /new"] = SampleGrounds.Stats(100, 0, 1, 2, 30, 100),
            },
        };

        var endpoints = RunComparer.Compare(Run(), Run(lacking), []).Endpoints;

        Assert.Equal(
            [("GET /fast", ComparedIn.Both), ("GET /slow", ComparedIn.Base), ("GET /new", ComparedIn.Candidate)],
            endpoints.Select(endpoint => (endpoint.Name, endpoint.In))
        );
        Assert.All(endpoints[1].Metrics, metric => Assert.Null(metric.Candidate));
    }

    [Fact]
    public void A_percentile_of_too_few_samples_cannot_tell()
    {
        var few = Run(SampleGrounds.Metrics(requests: 200));

        var comparison = RunComparer.Compare(few, Run(SampleGrounds.Metrics(requests: 200, p95: 9000)), []);

        Assert.Equal(ComparedOutcome.Worse, Of(comparison, "p95_response_time_ms").Outcome);
        Assert.Equal(ComparedOutcome.CannotTell, Of(comparison, "p99_response_time_ms").Outcome);
    }

    [Fact]
    public void A_run_that_measured_nothing_cannot_be_compared() =>
        Assert.Throws<ArgumentException>(() => RunComparer.Compare(Run(), Run() with { Metrics = null }, []));

    private static RunResult Run(RunMetrics? metrics = null) =>
        new()
        {
            RunId = Guid.NewGuid(),
            Request = StoredRuns.Request(),
            Status = RunStatus.Completed,
            Verdict = new RunVerdict(Verdict.Passed, []),
            CreatedAt = SampleGrounds.Start,
            Engine = "k6 v2.2.0",
            Metrics = metrics ?? SampleGrounds.Metrics(),
        };

    private static ComparedMetric Of(RunComparison comparison, string name) =>
        comparison.Metrics.Single(metric => metric.Metric == name);
}
