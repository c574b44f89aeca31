using PerfGate.Core.Baselines;
using PerfGate.Core.Metrics;
using PerfGate.Core.Runners;
using PerfGate.Core.Runs;
using PerfGate.Core.Thresholds;

namespace PerfGate.Tests.Runs;

/// <summary>What must be so for any run; seeded, so that a failure repeats itself.</summary>
public class VerdictPropertyTests
{
    private const int Cases = 3000;

    private static readonly RunnerEndCause[] Causes = Enum.GetValues<RunnerEndCause>();

    [Fact]
    public void Only_sound_evidence_with_every_bound_held_passes()
    {
        var random = new Random(20260314);
        var verdicts = new HashSet<Verdict>();
        for (var i = 0; i < Cases; i++)
        {
            var grounds = Any(random);
            var verdict = VerdictRule.Decide(grounds);
            verdicts.Add(verdict.Verdict);
            Assert.NotEmpty(verdict.Reasons);
            if (verdict.Verdict != Verdict.Passed)
            {
                continue;
            }
            Assert.False(grounds.Cancelled);
            Assert.All(grounds.Thresholds, threshold => Assert.Equal(ThresholdOutcome.Held, threshold.Outcome));
            Assert.All(
                grounds.Baseline!.Metrics,
                metric => Assert.NotEqual(ComparisonOutcome.Regressed, metric.Outcome)
            );
            Assert.True(grounds.Metrics!.Overall.Answered!.Count >= 100);
            Assert.Equal(RunnerEndCause.Finished, Assert.Single(grounds.Ends).Cause);
            Assert.True(grounds.Metrics.LoadGenerator!.EngineCpuMax <= EvidenceRules.SaturatedEngineCpu);
        }
        // The cases reach what they are about.
        Assert.Superset(new HashSet<Verdict> { Verdict.Passed, Verdict.Failed, Verdict.Inconclusive }, verdicts);
    }

    [Fact]
    public void Worse_metrics_never_turn_another_verdict_into_a_pass()
    {
        var random = new Random(27182818);
        for (var i = 0; i < Cases; i++)
        {
            var before = Any(random);
            var overall = before.Metrics!.Overall;
            var failed = overall.Failed + random.NextInt64(overall.Requests - overall.Failed + 1);
            var slower = 1 + (random.NextDouble() * 5);
            var after = Judged(
                SampleGrounds.Metrics(
                    overall.Requests,
                    failed,
                    (overall.Answered?.Avg ?? 0) * slower,
                    (overall.Answered?.P95 ?? 0) * slower
                ) with
                {
                    LoadGenerator = before.Metrics.LoadGenerator,
                    DroppedIterations = before.Metrics.DroppedIterations + random.Next(50),
                },
                before
            );

            var was = VerdictRule.Decide(before).Verdict;
            var became = VerdictRule.Decide(after).Verdict;

            Assert.False(became == Verdict.Passed && was != Verdict.Passed, $"case {i}: {was} became {became}");
        }
    }

    [Fact]
    public void The_same_grounds_give_the_same_verdict()
    {
        var grounds = Any(new Random(5));

        Assert.Equal(VerdictRule.Decide(grounds).Reasons, VerdictRule.Decide(grounds).Reasons);
    }

    private static VerdictGrounds Any(Random random)
    {
        var requests = random.Next(4) == 0 ? random.Next(200) : random.Next(200, 20_000);
        var failed = random.Next(3) == 0 ? random.Next(requests + 1) : 0;
        var avg = Math.Exp(random.NextDouble() * 8);
        var metrics = SampleGrounds.Metrics(requests, failed, avg, avg * (1 + random.NextDouble())) with
        {
            LoadGenerator = SampleGrounds.Generator(random.NextDouble(), random.NextDouble()),
            DroppedIterations = random.Next(3) == 0 ? random.Next(500) : 0,
        };
        var cause = random.Next(4) == 0 ? Causes[random.Next(Causes.Length)] : RunnerEndCause.Finished;
        return Judged(
            metrics,
            new VerdictGrounds
            {
                Plan = SampleGrounds.Plan(),
                Ends = [SampleGrounds.End(cause)],
                Cancelled = random.Next(10) == 0,
            }
        );
    }

    private static VerdictGrounds Judged(RunMetrics metrics, VerdictGrounds grounds)
    {
        var overall = metrics.Overall;
        var current = SampleGrounds.Accepted(
            overall.Answered?.Avg ?? 0,
            overall.Answered?.P95 ?? 0,
            overall.ErrorRate,
            overall.ThroughputRps,
            overall.Requests
        );
        return grounds with
        {
            Metrics = metrics,
            Thresholds = ThresholdValidation.Validate(metrics, ThresholdSettings.Default),
            Baseline = BaselineComparer.Compare([SampleGrounds.Accepted(500, 1000)], current),
        };
    }
}
