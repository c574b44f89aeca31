using MathNet.Numerics.Distributions;
using PerfGate.Core.Baselines;
using PerfGate.Tests.Runs;

namespace PerfGate.Tests.Baselines;

/// <summary>The rule on simulated pipelines, seeded: log-normal noise of the size that real ones have.</summary>
public class BaselineNoiseTests
{
    private const int Pipelines = 100;
    private const int Runs = 40;

    [Theory]
    [InlineData(0.15, 0.03)]
    [InlineData(0.43, 0.06)]
    public void Good_runs_are_blocked_far_less_than_by_ten_percent_of_the_last_run(double variation, double most)
    {
        var (rule, naive) = Blocked(variation, 1);

        Assert.True(rule < most, $"the rule blocks {rule:P1}");
        Assert.True(naive > 5 * rule, $"ten percent of the last run blocks {naive:P1}, the rule {rule:P1}");
    }

    [Fact]
    public void Once_the_past_is_established_a_p95_that_doubles_is_seen_through_noise_of_fifteen_percent()
    {
        var seen = Blocked(0.15, 2, BaselineComparer.RunsToEstablish).Rule;

        Assert.True(seen > 0.9, $"the rule sees {seen:P1}");
    }

    // Share of p95 values beyond the bound, each held against the accepted runs before it.
    private static (double Rule, double Naive) Blocked(double variation, double step, int fewest = 1)
    {
        var noise = new LogNormal(0, Math.Sqrt(Math.Log(1 + (variation * variation))), new Random(31415));
        int rule = 0;
        int naive = 0;
        int judged = 0;
        for (var pipeline = 0; pipeline < Pipelines; pipeline++)
        {
            var last = 200 * noise.Sample();
            List<AcceptedRun> past = [SampleGrounds.Accepted(p95: last)];
            for (var run = 1; run < Runs; run++)
            {
                var value = 200 * noise.Sample();
                var comparison = BaselineComparer.Compare(past, SampleGrounds.Accepted(p95: value * step));
                if (past.Count >= fewest)
                {
                    judged++;
                    naive += value * step > last * 1.1 ? 1 : 0;
                    rule += comparison.Metrics[1].Outcome == ComparisonOutcome.Regressed ? 1 : 0;
                }
                if (value <= comparison.Metrics[1].Bound)
                {
                    past.Add(SampleGrounds.Accepted(p95: value));
                }
                last = value;
            }
        }
        return ((double)rule / judged, (double)naive / judged);
    }
}
