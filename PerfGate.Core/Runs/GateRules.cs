using PerfGate.Core.Baselines;
using PerfGate.Core.Thresholds;

namespace PerfGate.Core.Runs;

/// <summary>Every rule that a verdict rests on, with bound and measured value. Decides nothing: <see cref="VerdictRule"/> does.</summary>
public static class GateRules
{
    /// <summary>The gate's view of the grounds of a verdict.</summary>
    public static GateResult Of(VerdictGrounds grounds) =>
        new(
            [.. Evidence(grounds), .. grounds.Thresholds.Select(Threshold), .. Past(grounds.Baseline)],
            grounds.Thresholds,
            grounds.Baseline
        );

    private static IEnumerable<GateRule> Evidence(VerdictGrounds grounds)
    {
        if (grounds.Cancelled)
        {
            yield return Plain(FindingWeight.ForbidsBoth, "cancelled", "The run was cancelled on request.");
        }
        foreach (var error in VerdictRule.OfError(grounds))
        {
            yield return Plain(error.Weight, error.Reason.Code, error.Reason.Sentence);
        }
        var all = VerdictRule.Examine(grounds).Concat(grounds.Further).ToList();
        var findings = all.FindAll(finding => finding.Weight != FindingWeight.Note);
        var numbers = EvidenceNumbers.Of(grounds);
        // How the engine ended, and whatever else is no matter of one number.
        foreach (
            var finding in findings.Where(finding =>
                numbers.All(number => number.Code != finding.Reason.Code || number.Holds)
            )
        )
        {
            yield return Plain(finding.Weight, finding.Reason.Code, finding.Reason.Sentence);
        }
        foreach (var note in all.Where(finding => finding.Weight == FindingWeight.Note))
        {
            yield return Plain(note.Weight, note.Reason.Code, note.Reason.Sentence) with
            {
                Outcome = GateRuleOutcome.NotApplicable,
            };
        }
        foreach (var number in numbers)
        {
            var finding = findings.Find(one => one.Reason.Code == number.Code);
            var crossed = finding is not null && !number.Holds;
            yield return new GateRule(
                GateRuleKind.Evidence,
                number.Name,
                number.Comparison,
                number.Bound,
                number.Measured,
                number.Unit,
                crossed ? GateRuleOutcome.Crossed
                    : number.Measured is null || !number.Holds ? GateRuleOutcome.NotApplicable
                    : GateRuleOutcome.Held,
                number.Weight,
                crossed ? finding!.Reason.Sentence : number.Meaning
            );
        }
    }

    /// <summary>The gate of a run that nothing is known of but the reasons of its verdict.</summary>
    public static GateResult Of(IReadOnlyList<Reason> reasons) =>
        new(
            [.. reasons.Select(reason => Plain(FindingWeight.Error, reason.Code, reason.Sentence)), .. Past(null)],
            [],
            null
        );

    private static GateRule Plain(FindingWeight weight, string code, string sentence) =>
        new(GateRuleKind.Evidence, code, null, null, null, "", GateRuleOutcome.Crossed, weight, sentence);

    private static GateRule Threshold(ThresholdResult threshold) =>
        new(
            GateRuleKind.Threshold,
            threshold.Name,
            threshold.Comparison,
            double.IsFinite(threshold.Bound) ? threshold.Bound : null,
            threshold.Measured,
            threshold.Unit,
            threshold.Outcome switch
            {
                ThresholdOutcome.Held => GateRuleOutcome.Held,
                ThresholdOutcome.Crossed => GateRuleOutcome.Crossed,
                _ => GateRuleOutcome.Unknown,
            },
            null,
            threshold.Sentence
        );

    private static IEnumerable<GateRule> Past(BaselineComparison? baseline)
    {
        if (baseline is null or { Metrics.Count: 0 })
        {
            return
            [
                new GateRule(
                    GateRuleKind.Baseline,
                    "baseline",
                    null,
                    null,
                    null,
                    "",
                    GateRuleOutcome.NotApplicable,
                    null,
                    baseline?.Sentence ?? "Nothing was measured that could be held against the past."
                ),
            ];
        }
        return baseline.Metrics.Select(metric => new GateRule(
            GateRuleKind.Baseline,
            metric.Metric,
            metric.Metric == "throughput_rps" ? ">=" : "<=",
            metric.Bound,
            metric.Current,
            metric.Metric switch
            {
                "error_rate" => "share",
                "throughput_rps" => "requests/s",
                _ => "ms",
            },
            metric.Outcome == ComparisonOutcome.Regressed ? GateRuleOutcome.Crossed : GateRuleOutcome.Held,
            null,
            BaselineSentence.Of(metric)
        ));
    }
}
