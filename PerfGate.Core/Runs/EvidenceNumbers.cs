using PerfGate.Core.Thresholds;

namespace PerfGate.Core.Runs;

/// <summary>The number behind a rule of <see cref="EvidenceRules"/>.</summary>
/// <param name="Code">The code of the finding where it is broken.</param>
/// <param name="Name">The code, with a part of it where one code stands for two rules.</param>
/// <param name="Comparison">How measured and bound relate where it holds.</param>
/// <param name="Bound">The bound.</param>
/// <param name="Measured">What was measured; null where the rule does not apply.</param>
/// <param name="Unit">Unit of both.</param>
/// <param name="Weight">What breaking it does.</param>
/// <param name="Meaning">What it asks for.</param>
internal sealed record EvidenceNumber(
    string Code,
    string Name,
    string Comparison,
    double Bound,
    double? Measured,
    string Unit,
    FindingWeight Weight,
    string Meaning
)
{
    /// <summary>Whether the number is as it should be; true where there is none.</summary>
    public bool Holds =>
        Measured is not { } measured
        || Comparison switch
        {
            "<" => measured < Bound,
            "<=" => measured <= Bound,
            _ => measured >= Bound,
        };
}

/// <summary>The numbers that <see cref="EvidenceRules"/> look at, by its own constants.</summary>
internal static class EvidenceNumbers
{
    public static IReadOnlyList<EvidenceNumber> Of(VerdictGrounds grounds)
    {
        if (grounds.Metrics is not { } metrics)
        {
            return [];
        }
        var overall = metrics.Overall;
        double? requests = overall.Requests > 0 ? overall.Requests : null;
        var network = metrics.Failures.Where(failure => failure.Status == 0).Sum(failure => failure.Count);
        var exceptions = grounds.Ends.Sum(end => end.ScriptExceptions);
        var generator = metrics.LoadGenerator;
        var planned = metrics.Iterations + metrics.DroppedIterations;
        var fails = metrics.Checks.Sum(check => check.Fails);
        var checks = fails + metrics.Checks.Sum(check => check.Passes);
        var early = grounds.Ends.FirstOrDefault(end => end.EarlyStop is not null)?.EarlyStop;
        return
        [
            .. early is null ? Array.Empty<EvidenceNumber>() : [EarlyStopped(early)],
            Of("no-traffic", ">=", 1, overall.Requests, "requests", Both, "Requests must have been made."),
            Of(
                "target-dead",
                "<",
                1,
                network / requests,
                "share",
                FindingWeight.Fails,
                "Not every request may fail on the network."
            ),
            Of(
                "mostly-errors",
                "<",
                EvidenceRules.HopelessErrorRate,
                overall.Requests >= EvidenceRules.HopelessRequests ? overall.ErrorRate : null,
                "share",
                FindingWeight.Fails,
                "From twenty requests on, fewer than half may fail."
            ),
            Of(
                "too-few-samples",
                ">=",
                EvidenceRules.SamplesNeeded(95),
                requests is null ? null : overall.Answered?.Count ?? 0,
                "requests",
                Both,
                "The 95th percentile needs this many answered requests."
            ),
            Of(
                "script-throws",
                "<=",
                EvidenceRules.ToleratedExceptions,
                grounds.Ends.Count == 0 ? null : exceptions / (double)Math.Max(metrics.Iterations, 1),
                "share",
                Both,
                "Iterations may not end in exceptions of the script."
            ),
            Of(
                "generator-saturated",
                "<=",
                EvidenceRules.SaturatedEngineCpu,
                generator?.EngineCpuMax,
                "share",
                Both,
                "The load engine must have CPU to spare.",
                "generator-saturated/engine"
            ),
            Of(
                "generator-saturated",
                "<=",
                EvidenceRules.SaturatedMachineCpu,
                generator is { TargetIsLocal: false } ? generator.MachineCpuMax : null,
                "share",
                Both,
                "The load engine's machine must have CPU to spare, where the target is elsewhere.",
                "generator-saturated/machine"
            ),
            Of(
                "generator-out-of-memory",
                "<=",
                EvidenceRules.SaturatedMemory,
                generator?.MachineMemoryUsedMax,
                "share",
                Both,
                "The load engine's machine must have memory to spare."
            ),
            Of(
                "iterations-dropped",
                "<=",
                Math.Max(EvidenceRules.ToleratedDropCount, EvidenceRules.ToleratedDrops * planned),
                metrics.DroppedIterations,
                "iterations",
                FindingWeight.ForbidsPass,
                "The planned iterations must have been started."
            ),
            Of(
                "cut-short",
                ">=",
                ((grounds.Plan?.Duration.TotalSeconds ?? 0) * EvidenceRules.MeasuredShare) - EvidenceRules.SecondsLost,
                grounds.Plan is null || requests is null ? null : metrics.DurationSeconds,
                "s",
                FindingWeight.ForbidsPass,
                "The load must have lasted nearly as long as planned."
            ),
            Of(
                "checks-failing",
                "<=",
                grounds.Settings.MaxErrorRate,
                checks == 0 ? null : fails / (double)checks,
                "share",
                FindingWeight.ForbidsPass,
                "Checks may fail as often as requests may."
            ),
        ];
    }

    private static EvidenceNumber EarlyStopped(EarlyStop early) =>
        Of(
            "early-stop",
            "<=",
            early.Bound,
            early.Measured,
            early.Kind == EarlyStopKind.ErrorRate ? "share" : "ms",
            FindingWeight.Fails,
            "A target that is hurting is left alone."
        );

    private const FindingWeight Both = FindingWeight.ForbidsBoth;

    private static EvidenceNumber Of(
        string code,
        string comparison,
        double bound,
        double? measured,
        string unit,
        FindingWeight weight,
        string meaning,
        string? name = null
    ) => new(code, name ?? code, comparison, bound, measured, unit, weight, meaning);
}
