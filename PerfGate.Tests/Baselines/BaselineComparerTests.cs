using PerfGate.Core.Baselines;
using PerfGate.Tests.Runs;

namespace PerfGate.Tests.Baselines;

public class BaselineComparerTests
{
    [Fact]
    public void Without_a_past_nothing_is_compared()
    {
        var comparison = BaselineComparer.Compare([], SampleGrounds.Accepted());

        Assert.Equal(BaselineState.None, comparison.State);
        Assert.Empty(comparison.Metrics);
        Assert.Null(comparison.EstablishedAt);
    }

    [Theory]
    [InlineData(1, BaselineState.Young)]
    [InlineData(7, BaselineState.Young)]
    [InlineData(8, BaselineState.Established)]
    public void A_past_is_young_until_eight_runs_are_accepted(int runs, BaselineState state) =>
        Assert.Equal(state, BaselineComparer.Compare(Alike(runs), SampleGrounds.Accepted()).State);

    [Fact]
    public void The_same_again_is_unchanged() =>
        Assert.All(
            BaselineComparer.Compare(Alike(1), SampleGrounds.Accepted()).Metrics,
            metric => Assert.Equal(ComparisonOutcome.Unchanged, metric.Outcome)
        );

    [Fact]
    public void One_accepted_run_is_enough_to_see_a_p95_of_8_ms_become_160_ms()
    {
        var p95 = Of("p95_response_time_ms", [SampleGrounds.Accepted(p95: 8)], SampleGrounds.Accepted(p95: 160));

        Assert.Equal(ComparisonOutcome.Regressed, p95.Outcome);
        Assert.Equal(1900, p95.ChangePercent!.Value, 6);
        Assert.True(p95.Confidence > 0.999);
    }

    [Theory]
    [InlineData(1, 4)]
    [InlineData(1, 10.9)]
    public void A_few_milliseconds_are_never_a_regression(double before, double after)
    {
        var past = Enumerable.Repeat(SampleGrounds.Accepted(p95: before), 50).ToList();

        Assert.Equal(
            ComparisonOutcome.Unchanged,
            Of("p95_response_time_ms", past, SampleGrounds.Accepted(p95: after)).Outcome
        );
    }

    [Fact]
    public void The_same_change_counts_for_more_the_longer_and_calmer_the_past()
    {
        var slower = SampleGrounds.Accepted(p95: 300);

        Assert.Equal(ComparisonOutcome.Unchanged, Of("p95_response_time_ms", Alike(1), slower).Outcome);
        Assert.Equal(ComparisonOutcome.Regressed, Of("p95_response_time_ms", Alike(20), slower).Outcome);
    }

    [Fact]
    public void A_noisy_past_allows_what_a_calm_one_does_not()
    {
        var noisy = Enumerable.Range(0, 20).Select(i => SampleGrounds.Accepted(p95: i % 2 == 0 ? 100 : 300)).ToList();

        Assert.Equal(
            ComparisonOutcome.Unchanged,
            Of("p95_response_time_ms", noisy, SampleGrounds.Accepted(p95: 300)).Outcome
        );
    }

    [Fact]
    public void One_outlier_in_the_past_moves_the_bound_little()
    {
        var calm = Alike(20);
        var spoilt = calm.Append(SampleGrounds.Accepted(p95: 20_000)).ToList();
        var current = SampleGrounds.Accepted();

        var before = Of("p95_response_time_ms", calm, current).Bound;
        var after = Of("p95_response_time_ms", spoilt, current).Bound;

        Assert.InRange(after, before * 0.9, before * 1.1);
    }

    [Theory]
    [InlineData(30, ComparisonOutcome.Regressed)]
    [InlineData(100, ComparisonOutcome.Unchanged)]
    [InlineData(300, ComparisonOutcome.Improved)]
    public void Throughput_regresses_downwards_only(double throughput, ComparisonOutcome outcome) =>
        Assert.Equal(outcome, Of("throughput_rps", Alike(8), SampleGrounds.Accepted(throughput: throughput)).Outcome);

    [Theory]
    [InlineData(0.005, ComparisonOutcome.Unchanged)]
    [InlineData(0.008, ComparisonOutcome.Regressed)]
    public void Errors_regress_beyond_half_a_percent_more_than_the_worst_of_the_past(
        double errors,
        ComparisonOutcome outcome
    ) => Assert.Equal(outcome, Of("error_rate", Alike(8), SampleGrounds.Accepted(errors: errors)).Outcome);

    [Fact]
    public void One_failure_among_few_requests_is_no_regression_of_a_past_that_fails_as_often()
    {
        var past = Enumerable.Repeat(SampleGrounds.Accepted(errors: 0.01, requests: 1000), 8).ToList();

        Assert.Equal(
            ComparisonOutcome.Unchanged,
            Of("error_rate", past, SampleGrounds.Accepted(errors: 0.02, requests: 50)).Outcome
        );
    }

    [Fact]
    public void What_is_no_number_is_a_regression_not_a_match()
    {
        var metrics = BaselineComparer
            .Compare(Alike(8), SampleGrounds.Accepted(double.NaN, double.NaN, throughput: double.NaN))
            .Metrics;

        Assert.Equal(3, metrics.Count(metric => metric.Outcome == ComparisonOutcome.Regressed));
    }

    [Fact]
    public void Confidence_grows_with_the_change_and_is_even_at_the_centre()
    {
        double[] confidences =
        [
            .. new double[] { 100, 200, 250, 300, 400 }.Select(p95 =>
                Of("p95_response_time_ms", Alike(8), SampleGrounds.Accepted(p95: p95)).Confidence
            ),
        ];

        Assert.Equal(confidences.Order(), confidences);
        Assert.Equal(0.5, confidences[1], 6);
    }

    private static MetricComparison Of(string metric, IReadOnlyList<AcceptedRun> past, AcceptedRun current) =>
        BaselineComparer.Compare(past, current).Metrics.Single(one => one.Metric == metric);

    private static List<AcceptedRun> Alike(int runs) => [.. Enumerable.Repeat(SampleGrounds.Accepted(), runs)];
}
