using System.Globalization;
using MathNet.Numerics.Distributions;

namespace PerfGate.Core.Baselines;

/// <summary>
/// Holds a run against the accepted past. Bounds come from the spread of the past, not from its last run: "10 % worse than
/// the last run" blocks every fifth good one at the noise of real pipelines (docs/decisions/0003-baseline-rule.md). Durations
/// and errors regress upwards, throughput downwards; where an arrival rate sets the throughput, achieving it is no change.
/// </summary>
public static class BaselineComparer
{
    /// <summary>Accepted runs from which the spread of the past is known rather than assumed.</summary>
    public const int RunsToEstablish = 8;

    /// <summary>Change of the average that nobody waits for, milliseconds: never a regression.</summary>
    public const double NegligibleAvgMs = 5;

    /// <summary>Change of the 95th percentile that nobody waits for, milliseconds.</summary>
    public const double NegligibleP95Ms = 10;

    /// <summary>Rise of the error rate that is never a regression.</summary>
    public const double NegligibleErrorRate = 0.005;

    /// <summary>Compares; without a past, says so.</summary>
    /// <param name="past">Accepted runs of the same load, made by the same kind of engine.</param>
    /// <param name="current">The run.</param>
    /// <param name="engine">That kind; said where there is only a past of others.</param>
    /// <param name="ofOtherEngines">Accepted runs of the same load that other kinds made.</param>
    public static BaselineComparison Compare(
        IReadOnlyList<AcceptedRun> past,
        AcceptedRun current,
        EngineKind engine = EngineKind.K6,
        int ofOtherEngines = 0
    )
    {
        if (past.Count == 0)
        {
            return new BaselineComparison(
                BaselineState.None,
                0,
                null,
                [],
                ofOtherEngines == 0
                    ? "There is no accepted past of this load to compare with."
                    : string.Create(
                        CultureInfo.InvariantCulture,
                        $"There is no past of this engine to compare with: none of the accepted runs of this load ({ofOtherEngines}) was made by {EngineKinds.Name(engine)}, and engines are not compared with each other."
                    )
            );
        }
        MetricComparison[] metrics =
        [
            Duration("avg_response_time_ms", past, current, run => run.AvgResponseTimeMs, NegligibleAvgMs),
            Duration("p95_response_time_ms", past, current, run => run.P95ResponseTimeMs, NegligibleP95Ms),
            Errors(past, current),
            Throughput(past, current),
        ];
        var state = past.Count < RunsToEstablish ? BaselineState.Young : BaselineState.Established;
        return new BaselineComparison(
            state,
            past.Count,
            past.Min(run => run.At),
            metrics,
            Sentence(metrics, state, past.Count)
        );
    }

    private static MetricComparison Duration(
        string name,
        IReadOnlyList<AcceptedRun> past,
        AcceptedRun current,
        Func<AcceptedRun, double> figure,
        double negligible
    )
    {
        var spread = new UsualSpread([.. past.Select(figure)], UsualSpread.AssumedDurationSpread);
        var value = figure(current);
        var upper = Math.Max(spread.Upper, spread.Centre + negligible);
        var outcome =
            // Negated, so that what is no number is never "unchanged".
            !(value <= upper) ? ComparisonOutcome.Regressed
            : value < spread.Lower && value < spread.Centre - negligible ? ComparisonOutcome.Improved
            : ComparisonOutcome.Unchanged;
        return Of(name, spread.Centre, value, upper, spread.ConfidenceAbove(value), outcome);
    }

    private static MetricComparison Throughput(IReadOnlyList<AcceptedRun> past, AcceptedRun current)
    {
        var spread = new UsualSpread([.. past.Select(run => run.ThroughputRps)], UsualSpread.AssumedThroughputSpread);
        var value = current.ThroughputRps;
        var outcome =
            !(value >= spread.Lower) ? ComparisonOutcome.Regressed
            : value > spread.Upper ? ComparisonOutcome.Improved
            : ComparisonOutcome.Unchanged;
        return Of("throughput_rps", spread.Centre, value, spread.Lower, 1 - spread.ConfidenceAbove(value), outcome);
    }

    // Failures come in few or none, so their logarithms say nothing: the share expected is that of the whole past, and
    // this run's number of failures is held against the binomial spread around it.
    private static MetricComparison Errors(IReadOnlyList<AcceptedRun> past, AcceptedRun current)
    {
        var requests = Math.Max(past.Sum(run => (double)run.Requests), 1);
        // Half a failure more than were seen (Jeffreys): a past without failures does not promise that there are none.
        var expected = (past.Sum(run => run.ErrorRate * run.Requests) + 0.5) / (requests + 1);
        var worst = past.Max(run => run.ErrorRate);
        var count = (int)Math.Clamp(current.Requests, 1, int.MaxValue);
        var failures = Math.Round(current.ErrorRate * count);
        var confidence = failures < 1 ? 0 : Binomial.CDF(Math.Min(expected, 1), count, failures - 1);
        var bound = Math.Max(worst, expected) + NegligibleErrorRate;
        var outcome =
            !(current.ErrorRate <= bound) && confidence > UsualSpread.Certainty
                ? ComparisonOutcome.Regressed
                : ComparisonOutcome.Unchanged;
        var centre = past.Sum(run => run.ErrorRate * run.Requests) / requests;
        return Of("error_rate", centre, current.ErrorRate, bound, confidence, outcome);
    }

    private static MetricComparison Of(
        string name,
        double baseline,
        double current,
        double bound,
        double confidence,
        ComparisonOutcome outcome
    ) =>
        new(
            name,
            baseline,
            current,
            baseline > 0 ? (current - baseline) / baseline * 100 : null,
            bound,
            confidence,
            outcome
        );

    private static string Sentence(MetricComparison[] metrics, BaselineState state, int runs)
    {
        var regressed = metrics.Count(metric => metric.Outcome == ComparisonOutcome.Regressed);
        var past = string.Create(
            CultureInfo.InvariantCulture,
            $"{runs} accepted run{(runs == 1 ? "" : "s")} of the same load"
        );
        var young =
            state == BaselineState.Young
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $" The past is young: until {RunsToEstablish} runs are accepted, the bounds are wide."
                )
                : "";
        return regressed == 0
            ? $"No regression against {past}.{young}"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{regressed} of {metrics.Length} metrics regressed against {past}.{young}"
            );
    }
}
