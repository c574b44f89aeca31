using System.Globalization;
using PerfGate.Core.Baselines;
using PerfGate.Core.Metrics;
using PerfGate.Core.Runners;
using PerfGate.Core.Scripts;
using PerfGate.Core.Thresholds;

namespace PerfGate.Core.Runs;

/// <summary>Everything a verdict is made from.</summary>
public sealed record VerdictGrounds
{
    /// <summary>What was planned; null where planning failed.</summary>
    public LoadPlan? Plan { get; init; }

    /// <summary>The end records of the segments.</summary>
    public IReadOnlyList<RunnerEnd> Ends { get; init; } = [];

    /// <summary>What was measured; null where nothing was.</summary>
    public RunMetrics? Metrics { get; init; }

    /// <summary>The bounds in force.</summary>
    public ThresholdSettings Settings { get; init; } = ThresholdSettings.Default;

    /// <summary>Every bound with its measured value.</summary>
    public IReadOnlyList<ThresholdResult> Thresholds { get; init; } = [];

    /// <summary>The comparison with the past; null where nothing was measured.</summary>
    public BaselineComparison? Baseline { get; init; }

    /// <summary>Why the run could not be carried out; null where it could.</summary>
    public RunError? Error { get; init; }

    /// <summary>Whether its load had begun, measured or not.</summary>
    public bool LoadHadBegun { get; init; }

    /// <summary>Whether somebody cancelled it.</summary>
    public bool Cancelled { get; init; }

    /// <summary>What whoever made the grounds found beside them.</summary>
    public IReadOnlyList<Finding> Further { get; init; } = [];
}

/// <summary>
/// From grounds to a verdict. Evidence first: what did not run is <c>error</c>; what is beyond doubt fails; numbers that are
/// worth nothing are <c>inconclusive</c>; then a crossed bound, also one that others set, or a regression fails; whatever forbids
/// a pass, a bound without a measurement among it, is <c>inconclusive</c>; only then it passes. Notes change no verdict, and are
/// told in the reasons of each but that of a cancelled run.
/// </summary>
public static class VerdictRule
{
    private const string SegmentLost = "segment-lost";
    private const string LostUnderLoad =
        "Its load had begun, and load is not made twice: what was measured until then carries no verdict.";

    /// <summary>The verdict with its reasons, the gravest first.</summary>
    public static RunVerdict Decide(VerdictGrounds grounds)
    {
        if (grounds.Cancelled)
        {
            return new RunVerdict(
                Verdict.Inconclusive,
                [new Reason("cancelled", "The run was cancelled on request before its planned end.")]
            );
        }
        var findings = Examine(grounds)
            .Concat(OfError(grounds))
            .Concat(grounds.Further)
            .OrderBy(finding => finding.Weight)
            // The others follow from it: a load that was lost is short, and other segments are stopped because of it.
            .ThenBy(finding => finding.Reason.Code == SegmentLost || finding.Reason.Code == grounds.Error?.Code ? 0 : 1)
            .ToList();
        var evidence = findings
            .Where(finding => finding.Weight != FindingWeight.Note)
            .Select(finding => finding.Reason);
        var bounds = Crossed(grounds).Concat(Regressed(grounds)).ToList();
        var unknown = grounds
            .Thresholds.Where(threshold => threshold.Outcome == ThresholdOutcome.Unknown)
            .Select(threshold => new Reason("threshold-unknown", threshold.Sentence))
            .ToList();

        var verdict =
            Has(FindingWeight.Error) || grounds.Metrics is null && !Has(FindingWeight.ForbidsBoth) ? Verdict.Error
            : Has(FindingWeight.Fails) ? Verdict.Failed
            : Has(FindingWeight.ForbidsBoth) ? Verdict.Inconclusive
            : bounds.Count > 0 || Has(FindingWeight.Condemns) ? Verdict.Failed
            : Has(FindingWeight.ForbidsPass) || unknown.Count > 0 || grounds.Thresholds.Count == 0
                ? Verdict.Inconclusive
            : Verdict.Passed;
        List<Reason> reasons =
            verdict == Verdict.Passed ? [Foundation(grounds)]
            : verdict == Verdict.Failed && !Has(FindingWeight.Fails) ? [.. bounds, .. evidence, .. unknown]
            : verdict == Verdict.Error ? [.. evidence]
            : [.. evidence, .. bounds, .. unknown];
        var notes = findings.Where(finding => finding.Weight == FindingWeight.Note).Select(finding => finding.Reason);
        reasons =
            reasons.Count > 0 ? reasons
            : grounds.Metrics is null ? [new Reason("nothing-measured", "The run left nothing that was measured.")]
            : [new Reason("nothing-judged", "The run was measured, but held against no threshold.")];
        return new RunVerdict(verdict, [.. reasons, .. notes]);

        bool Has(FindingWeight weight) => findings.Exists(finding => finding.Weight == weight);
    }

    /// <summary>Where a run ends with this verdict: cancelled, failed (it did not run), else completed.</summary>
    public static RunStatus StatusOf(RunVerdict verdict, bool cancelled) =>
        cancelled ? RunStatus.Cancelled
        : verdict.Verdict == Verdict.Error ? RunStatus.Failed
        : RunStatus.Completed;

    /// <summary>What bears on the numbers. What segments tell alike is told once, and of a lost one what is known of its end.</summary>
    internal static IEnumerable<Finding> Examine(VerdictGrounds grounds) =>
        EvidenceRules
            .Examine(grounds.Plan, grounds.Ends, grounds.Metrics, grounds.Settings)
            .Where(finding => grounds.Error is not RunError.SegmentLost || finding.Reason.Code != SegmentLost)
            .Distinct();

    /// <summary>Why the run could not be carried out, where it could not.</summary>
    internal static IEnumerable<Finding> OfError(VerdictGrounds grounds)
    {
        if (grounds.Error is not { } error)
        {
            yield break;
        }
        var begun = grounds.LoadHadBegun || grounds.Metrics is not null;
        yield return error switch
        {
            // What was measured before a deadline is still a measurement, if a short one.
            RunError.DeadlineExceeded when grounds.Metrics is not null => Of(FindingWeight.ForbidsPass, error.Message),
            RunError.SegmentLost => Of(FindingWeight.ForbidsBoth, error.Message),
            { IsLoss: true } when begun => Of(
                FindingWeight.ForbidsBoth,
                $"{error.Message.TrimEnd('.')}. {LostUnderLoad}"
            ),
            _ => Of(FindingWeight.Error, error.Message),
        };

        Finding Of(FindingWeight weight, string sentence) => new(weight, new Reason(error.Code, sentence));
    }

    private static IEnumerable<Reason> Crossed(VerdictGrounds grounds) =>
        grounds
            .Thresholds.Where(threshold => threshold.Outcome == ThresholdOutcome.Crossed)
            .Select(threshold => new Reason("threshold-crossed", $"{threshold.Name}: {threshold.Sentence}"));

    private static IEnumerable<Reason> Regressed(VerdictGrounds grounds) =>
        (grounds.Baseline?.Metrics ?? [])
            .Where(metric => metric.Outcome == ComparisonOutcome.Regressed)
            .Select(metric => new Reason("baseline-regressed", BaselineSentence.Of(metric)));

    private static Reason Foundation(VerdictGrounds grounds)
    {
        var overall = grounds.Metrics!.Overall;
        var held = grounds.Thresholds.Count(threshold => threshold.Outcome == ThresholdOutcome.Held);
        return new Reason(
            "all-held",
            string.Create(
                    CultureInfo.InvariantCulture,
                    $"{overall.Requests:#,0} requests at {overall.ThroughputRps:#,0.#} a second, p95 {overall.Answered!.P95:#,0.#} ms, {overall.ErrorRate * 100:0.##} % failed: all {held} thresholds held. {grounds.Baseline?.Sentence}"
                )
                .TrimEnd()
        );
    }
}
