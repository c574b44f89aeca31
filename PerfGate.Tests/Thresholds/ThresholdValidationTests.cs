using PerfGate.Core.Metrics;
using PerfGate.Core.Thresholds;
using PerfGate.Tests.Runs;

namespace PerfGate.Tests.Thresholds;

public class ThresholdValidationTests
{
    [Fact]
    public void The_four_named_bounds_are_always_judged_with_their_defaults()
    {
        var results = ThresholdValidation.Validate(SampleGrounds.Metrics(), new ThresholdSettings());

        Assert.Equal(
            [("maxAvgResponseTime", 1500), ("maxP95ResponseTime", 3000), ("maxErrorRate", 0.01), ("minThroughput", 50)],
            results.Select(result => (result.Name, result.Bound))
        );
        Assert.All(results, result => Assert.Equal(ThresholdOutcome.Held, result.Outcome));
    }

    [Theory]
    [InlineData(1500, 3000, 30, 50, ThresholdOutcome.Held)]
    [InlineData(1500.01, 3000.01, 31, 49.9, ThresholdOutcome.Crossed)]
    public void A_bound_itself_is_still_allowed(
        double avg,
        double p95,
        long failed,
        double throughput,
        ThresholdOutcome outcome
    )
    {
        var metrics = SampleGrounds.Metrics(3000, failed, avg, p95);
        metrics = metrics with { Overall = metrics.Overall with { ThroughputRps = throughput } };

        var results = ThresholdValidation.Validate(metrics, ThresholdSettings.Default);

        Assert.All(results, result => Assert.Equal(outcome, result.Outcome));
    }

    [Fact]
    public void Durations_are_judged_over_answered_requests_not_over_refused_ones_at_0_ms()
    {
        var metrics = SampleGrounds.Metrics();
        metrics = metrics with
        {
            Overall = metrics.Overall with
            {
                All = metrics.Overall.All! with { Avg = 1, P95 = 1 },
                Answered = metrics.Overall.Answered! with { Avg = 2000, P95 = 4000 },
            },
        };

        var results = ThresholdValidation.Validate(metrics, ThresholdSettings.Default);

        Assert.Equal(ThresholdOutcome.Crossed, results[0].Outcome);
        Assert.Equal(ThresholdOutcome.Crossed, results[1].Outcome);
    }

    [Fact]
    public void Where_nothing_was_answered_durations_are_unknown()
    {
        var results = ThresholdValidation.Validate(SampleGrounds.Dead(), ThresholdSettings.Default);

        Assert.Equal(ThresholdOutcome.Unknown, results[0].Outcome);
        Assert.Equal(ThresholdOutcome.Unknown, results[1].Outcome);
        Assert.Equal(ThresholdOutcome.Crossed, results[2].Outcome);
    }

    [Fact]
    public void Without_requests_no_bound_holds()
    {
        var results = ThresholdValidation.Validate(SampleGrounds.Metrics(0), ThresholdSettings.Default);

        Assert.All(results, result => Assert.Equal(ThresholdOutcome.Unknown, result.Outcome));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void What_is_no_number_never_holds(double value)
    {
        var metrics = SampleGrounds.Metrics(avg: value, p95: value);
        metrics = metrics with { Overall = metrics.Overall with { ThroughputRps = value } };

        var results = ThresholdValidation.Validate(metrics, ThresholdSettings.Default);

        Assert.Equal(
            [ThresholdOutcome.Unknown, ThresholdOutcome.Unknown, ThresholdOutcome.Held, ThresholdOutcome.Unknown],
            results.Select(result => result.Outcome)
        );
    }

    [Fact]
    public void A_crossed_bound_names_the_figure_the_bound_and_the_slowest_endpoint()
    {
        var results = ThresholdValidation.Validate(SampleGrounds.Metrics(p95: 3412), ThresholdSettings.Default);

        Assert.Contains("3,412 ms", results[1].Sentence, StringComparison.Ordinal);
        Assert.Contains("3,000 ms", results[1].Sentence, StringComparison.Ordinal);
        Assert.Contains("GET /slow with p95 5,118 ms", results[1].Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_crossed_error_rate_names_the_most_frequent_failure()
    {
        var results = ThresholdValidation.Validate(SampleGrounds.Metrics(failed: 300), ThresholdSettings.Default);

        Assert.Contains("status 500, 300 times", results[2].Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http_req_duration", "p(95)<=200", ThresholdOutcome.Held)]
    [InlineData("http_req_duration", "p(95)<200", ThresholdOutcome.Crossed)]
    [InlineData("http_req_duration", "med<200", ThresholdOutcome.Unknown)]
    [InlineData("http_req_duration{scenario:none}", "p(95)<200", ThresholdOutcome.Unknown)]
    [InlineData("http_req_duration", "not an expression", ThresholdOutcome.Unknown)]
    public void K6_expressions_are_judged_on_the_values_of_k6s_summary(
        string selector,
        string text,
        ThresholdOutcome outcome
    ) => Assert.Equal(outcome, Judge(SampleGrounds.Metrics(), selector, text).Outcome);

    [Fact]
    public void A_percentile_without_the_samples_it_needs_is_unknown()
    {
        Assert.Equal(
            ThresholdOutcome.Unknown,
            Judge(SampleGrounds.Metrics(4999), "http_req_duration", "p(99.9)<9000").Outcome
        );
        Assert.Equal(
            ThresholdOutcome.Held,
            Judge(SampleGrounds.Metrics(5000), "http_req_duration", "p(99.9)<9000").Outcome
        );
    }

    [Theory]
    [InlineData("avg<1", "avg", 0, "count", 0)]
    [InlineData("rate<1", "passes", 0, "fails", 0)]
    public void The_zeros_k6_writes_for_an_empty_metric_hold_nothing(
        string text,
        string first,
        double firstValue,
        string second,
        double secondValue
    )
    {
        var metrics = SampleGrounds.Metrics() with
        {
            K6Values = new Dictionary<string, IReadOnlyDictionary<string, double>>
            {
                ["empty"] = new Dictionary<string, double>
                {
                    [first] = firstValue,
                    [second] = secondValue,
                    ["rate"] = 0,
                },
            },
        };

        Assert.Equal(ThresholdOutcome.Unknown, Judge(metrics, "empty", text).Outcome);
    }

    [Fact]
    public void A_counter_of_zero_is_a_count()
    {
        var metrics = SampleGrounds.Metrics() with
        {
            K6Values = new Dictionary<string, IReadOnlyDictionary<string, double>>
            {
                ["payment_errors"] = new Dictionary<string, double> { ["count"] = 0, ["rate"] = 0 },
            },
        };

        Assert.Equal(ThresholdOutcome.Held, Judge(metrics, "payment_errors", "count<1").Outcome);
    }

    [Theory]
    [InlineData(50, 10)]
    [InlineData(90, 50)]
    [InlineData(95, 100)]
    [InlineData(99, 500)]
    [InlineData(99.9, 5000)]
    [InlineData(5, 100)]
    [InlineData(100, 10)]
    [InlineData(0, 10)]
    public void A_percentile_needs_five_samples_beyond_it(double percentile, long samples) =>
        Assert.Equal(samples, EvidenceRules.SamplesNeeded(percentile));

    private static ThresholdResult Judge(RunMetrics metrics, string selector, string text)
    {
        var settings = new ThresholdSettings
        {
            K6 = new Dictionary<string, IReadOnlyList<string>> { [selector] = [text] },
        };
        return ThresholdValidation.Validate(metrics, settings)[4];
    }
}
