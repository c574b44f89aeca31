using System.Globalization;
using PerfGate.Core.K6Output;
using PerfGate.Core.Metrics;
using PerfGate.Core.Runners;
using PerfGate.Core.Runs;
using PerfGate.Core.Scripts;

namespace PerfGate.Core.Thresholds;

/// <summary>
/// What a run's numbers are worth, judged before the numbers themselves. See docs/verdicts.md for the table.
/// </summary>
public static class EvidenceRules
{
    /// <summary>Samples a percentile needs beyond it: below five, a single outlier moves it at will.</summary>
    public const double SamplesBeyondPercentile = 5;

    /// <summary>Share of the cores the engine may use, as a ten-second mean, before its own queueing is measured as latency.</summary>
    public const double SaturatedEngineCpu = 0.85;

    /// <summary>Share of a machine's CPU in use by anyone, where the target is elsewhere.</summary>
    public const double SaturatedMachineCpu = 0.95;

    /// <summary>Share of a machine's memory in use, before it swaps.</summary>
    public const double SaturatedMemory = 0.97;

    /// <summary>Share of planned iterations that may be dropped.</summary>
    public const double ToleratedDrops = 0.01;

    /// <summary>Dropped iterations that are the hiccup of a cold start, however short the run: up to ten.</summary>
    public const long ToleratedDropCount = 10;

    /// <summary>Share of iterations that may end in an exception of the script.</summary>
    public const double ToleratedExceptions = 0.01;

    /// <summary>Share of failed requests at which a target has failed, however few samples there are.</summary>
    public const double HopelessErrorRate = 0.5;

    /// <summary>Fewest requests for a hopeless error rate to be beyond doubt.</summary>
    public const long HopelessRequests = 20;

    /// <summary>Share of the requests a second that a run may make at which users wait for their turn.</summary>
    public const double CappedShare = 0.95;

    /// <summary>Seconds over which that is looked at, or all there are of a shorter run.</summary>
    public const int CappedSeconds = 5;

    /// <summary>Share of the planned length that must have been measured.</summary>
    public const double MeasuredShare = 0.9;

    /// <summary>Points carry whole seconds: first to last loses up to one at each end.</summary>
    public const double SecondsLost = 2;

    /// <summary>
    /// Samples that a percentile needs: <see cref="SamplesBeyondPercentile"/> beyond it, on its nearer side; 100 for p(95),
    /// 500 for p(99). The extremes p(0) and p(100) need as many as the median.
    /// </summary>
    public static long SamplesNeeded(double percentile)
    {
        var beyond = Math.Min(percentile, 100 - percentile) / 100;
        return (long)Math.Ceiling((SamplesBeyondPercentile / (beyond <= 0 ? 0.5 : beyond)) - 1e-9);
    }

    /// <summary>Everything that bears on the numbers of a run.</summary>
    public static IEnumerable<Finding> Examine(
        LoadPlan? plan,
        IReadOnlyList<RunnerEnd> ends,
        RunMetrics? metrics,
        ThresholdSettings settings
    )
    {
        // Who ends the load for the target's sake stops the other segments: that says nothing of its own.
        var early = ends.FirstOrDefault(end => end.Cause == RunnerEndCause.EarlyStop)?.EarlyStop;
        if (early is not null)
        {
            yield return EarlyStopped(early, metrics);
        }
        foreach (
            var finding in ends.Where(end => early is null || !WasStopped(end))
                .SelectMany(end => EndEvidence.Of(end, metrics))
        )
        {
            yield return finding;
        }
        if (plan is { Segments: > 1 } && ends.Count > 0 && ends.Count < plan.Segments)
        {
            yield return Of(
                FindingWeight.ForbidsBoth,
                "segment-lost",
                Text(
                    $"Only {ends.Count} of {plan.Segments} segments reported how their load ended: the load that was planned was not applied to its end."
                )
            );
        }
        if (metrics is null)
        {
            yield break;
        }
        if (ends.Count == 0)
        {
            yield return Of(
                FindingWeight.ForbidsPass,
                "end-unknown",
                "No runner reported how the load ended, so it may have been cut short."
            );
        }
        foreach (var finding in Traffic(plan, metrics, ends).Concat(Samples(metrics)))
        {
            yield return finding;
        }
        foreach (var finding in Generator(metrics).Concat(LoadApplied(early is null ? plan : null, metrics)))
        {
            yield return finding;
        }
        if (Capped(plan, metrics, settings) is { } capped)
        {
            yield return capped;
        }
        if (Checks(metrics, settings) is { } checks)
        {
            yield return checks;
        }
        if (PutTogether(metrics, settings) is { } together)
        {
            yield return together;
        }
    }

    /// <summary>A tired load generator takes its own queueing for slow answers; it cannot make up errors.</summary>
    private static Finding EarlyStopped(EarlyStop early, RunMetrics? metrics) =>
        Of(
            early.Kind == EarlyStopKind.ResponseTime && metrics is not null && Generator(metrics).Any()
                ? FindingWeight.ForbidsBoth
                : FindingWeight.Fails,
            "early-stop",
            early.Sentence
        );

    private static bool WasStopped(RunnerEnd end) => end.Cause is RunnerEndCause.EarlyStop or RunnerEndCause.Stopped;

    private static IEnumerable<Finding> Traffic(LoadPlan? plan, RunMetrics metrics, IReadOnlyList<RunnerEnd> ends)
    {
        var exceptions = ends.Sum(end => end.ScriptExceptions);
        var first = ends.Select(end => end.FirstScriptException).FirstOrDefault(text => text is not null);
        // An iteration that throws still counts as one.
        if (exceptions > ToleratedExceptions * Math.Max(metrics.Iterations, 1))
        {
            yield return Of(
                FindingWeight.ForbidsBoth,
                "script-throws",
                Text(
                    $"The script threw in {exceptions:#,0} of {metrics.Iterations:#,0} iterations, so users did not do what was planned. First: {first}"
                )
            );
        }
        var overall = metrics.Overall;
        if (overall.Requests == 0 && plan is not null && NobodyCameBack(metrics, ends))
        {
            yield return Of(
                FindingWeight.Fails,
                "target-dead",
                Text(
                    $"The target answered nothing: all {metrics.MaxVus:#,0} users still waited for it when the load ended. Is it deployed and reachable from the runner?"
                )
            );
            yield break;
        }
        if (overall.Requests == 0)
        {
            yield return Of(
                FindingWeight.ForbidsBoth,
                "no-traffic",
                "Not one request was made, so nothing is known of the target."
            );
            yield break;
        }
        var network = metrics.Failures.Where(failure => failure.Status == 0).Sum(failure => failure.Count);
        if (overall.Answered is null && network >= overall.Failed && overall.Failed == overall.Requests)
        {
            yield return Of(
                FindingWeight.Fails,
                "target-dead",
                Text(
                    $"The target answered none of {overall.Requests:#,0} requests ({MostFrequent(metrics)}). Is it deployed and reachable from the runner?"
                )
            );
        }
        else if (overall.Requests >= HopelessRequests && overall.ErrorRate >= HopelessErrorRate)
        {
            yield return Of(
                FindingWeight.Fails,
                "mostly-errors",
                Text(
                    $"{overall.ErrorRate * 100:0.#} % of {overall.Requests:#,0} requests failed ({MostFrequent(metrics)})."
                )
            );
        }
    }

    /// <summary>
    /// Requests that are cut off with their iteration are counted nowhere. A script that makes none ends its iterations; where
    /// users were at work from the first to the last moment and not one iteration ended, they hung in their first request.
    /// Only of a script made here: what another one does before its first request, nobody knows.
    /// </summary>
    private static bool NobodyCameBack(RunMetrics metrics, IReadOnlyList<RunnerEnd> ends) =>
        metrics is { Iterations: 0, MaxVus: > 0 }
        && ends.Count > 0
        && ends.All(end => end is { Cause: RunnerEndCause.Finished, ExitCode: 0 or 99, ScriptExceptions: 0 });

    private static IEnumerable<Finding> Samples(RunMetrics metrics)
    {
        if (metrics.Overall.Requests == 0)
        {
            yield break;
        }
        var needed = SamplesNeeded(95);
        var answered = metrics.Overall.Answered?.Count ?? 0;
        if (answered < needed)
        {
            yield return Of(
                FindingWeight.ForbidsBoth,
                "too-few-samples",
                Text(
                    $"Only {answered:#,0} requests were answered; p(95) needs {needed:#,0}. Run longer, or with more load."
                )
            );
        }
    }

    private static IEnumerable<Finding> Generator(RunMetrics metrics)
    {
        if (metrics.LoadGenerator is not { } generator)
        {
            yield break;
        }
        if (generator.EngineCpuMax > SaturatedEngineCpu)
        {
            yield return Of(
                FindingWeight.ForbidsBoth,
                "generator-saturated",
                Text(
                    $"The load generator used {generator.EngineCpuMax * 100:0} % of its {generator.Cores} cores: it measured its own queueing. Give it more cores, or less load."
                )
            );
        }
        else if (!generator.TargetIsLocal && generator.MachineCpuMax > SaturatedMachineCpu)
        {
            yield return Of(
                FindingWeight.ForbidsBoth,
                "generator-saturated",
                Text(
                    $"The load generator's machine was {generator.MachineCpuMax * 100:0} % busy: something beside it took the CPU it needs."
                )
            );
        }
        if (generator.MachineMemoryUsedMax > SaturatedMemory)
        {
            yield return Of(
                FindingWeight.ForbidsBoth,
                "generator-out-of-memory",
                Text(
                    $"The load generator's machine used {generator.MachineMemoryUsedMax * 100:0} % of its memory: what it measured may be its own swapping. Give it more memory, or less load."
                )
            );
        }
    }

    private static IEnumerable<Finding> LoadApplied(LoadPlan? plan, RunMetrics metrics)
    {
        var planned = metrics.Iterations + metrics.DroppedIterations;
        if (metrics.DroppedIterations > Math.Max(ToleratedDropCount, ToleratedDrops * planned))
        {
            yield return Of(
                FindingWeight.ForbidsPass,
                "iterations-dropped",
                Text(
                    $"{metrics.DroppedIterations:#,0} of {planned:#,0} planned iterations could not start, because every VU was still busy: the demanded load was not applied."
                )
            );
        }
        if (
            plan is not null
            && metrics.Overall.Requests > 0
            && !(metrics.DurationSeconds + SecondsLost >= MeasuredShare * plan.Duration.TotalSeconds)
        )
        {
            yield return Of(
                FindingWeight.ForbidsPass,
                "cut-short",
                Text($"The load lasted {metrics.DurationSeconds:0} s of the {plan.Duration.TotalSeconds:0} s planned.")
            );
        }
    }

    /// <summary>
    /// Users wait before their requests are made: how long these take is the target's doing still, how many there are is not. So
    /// slow answers condemn, and whatever depends on the pace of users does neither.
    /// </summary>
    private static Finding? Capped(LoadPlan? plan, RunMetrics metrics, ThresholdSettings settings)
    {
        if (plan is not { RequestsPerSecond: > 0 and var most } || Busiest(metrics.Series) < CappedShare * most)
        {
            return null;
        }
        var isPaceJudged =
            metrics.Overall.ThroughputRps < settings.MinThroughput || settings.K6.Keys.Any(DependsOnPace);
        return Of(
            isPaceJudged ? FindingWeight.ForbidsBoth : FindingWeight.ForbidsPass,
            "requests-capped",
            Text(
                $"The load reached the {most:#,0} requests a second that it may make, so users waited for their turn: less was applied than demanded, and throughput says nothing of the target."
            )
        );
    }

    private static bool DependsOnPace(string metric) =>
        !metric.StartsWith("http_req_", StringComparison.Ordinal)
        && !metric.StartsWith("checks", StringComparison.Ordinal);

    // Of a long run a point is several seconds, and holds the requests of all of them.
    private static double Busiest(IReadOnlyList<SeriesPoint> series)
    {
        var points = Math.Min(CappedSeconds, series.Count);
        return points == 0 ? 0 : Enumerable.Range(0, series.Count - points + 1).Max(Rate);

        double Rate(int from)
        {
            var (requests, seconds) = (0L, 0);
            for (var at = from; at < from + points; at++)
            {
                requests += series[at].Requests;
                seconds += series[at].Seconds;
            }
            return (double)requests / seconds;
        }
    }

    private static Finding? Checks(RunMetrics metrics, ThresholdSettings settings)
    {
        var fails = metrics.Checks.Sum(check => check.Fails);
        var all = fails + metrics.Checks.Sum(check => check.Passes);
        if (all == 0 || fails <= settings.MaxErrorRate * all)
        {
            return null;
        }
        var worst = metrics.Checks.MaxBy(check => check.Fails)!;
        // Answers in time and with status 200 can still be wrong. Not beyond doubt, though: a check is only as good as the script.
        return Of(
            FindingWeight.ForbidsPass,
            "checks-failing",
            Text($"{fails:#,0} of {all:#,0} checks failed; most often \"{worst.Name}\" ({worst.Fails:#,0} times).")
        );
    }

    /// <summary>What was not kept apart is no less in the overall figures, but a bound on its own group or name misses it.</summary>
    private static Finding? PutTogether(RunMetrics metrics, ThresholdSettings settings)
    {
        string[] what =
        [
            .. new[]
            {
                ("scenarios", metrics.ByScenario.ContainsKey(Names.Other)),
                ("groups", metrics.ByGroup.ContainsKey(Names.Other)),
                ("endpoints", metrics.ByEndpoint.ContainsKey(Names.Other)),
                ("checks", metrics.Checks.Any(check => check.Name == Names.Other)),
                ("kinds of failure", metrics.Failures.Any(failure => failure.ErrorCode == Names.Other)),
            }
                .Where(each => each.Item2)
                .Select(each => each.Item1),
        ];
        return what.Length == 0
            ? null
            : Of(
                settings.K6.Keys.Any(metric => metric.Contains('{', StringComparison.Ordinal))
                    ? FindingWeight.ForbidsPass
                    : FindingWeight.Note,
                "names-put-together",
                $"The script made more {string.Join(", ", what)} than are kept apart: what came later is counted as \"{Names.Other}\"."
            );
    }

    private static string MostFrequent(RunMetrics metrics) =>
        metrics.Failures.Count == 0 ? "no cause was recorded"
        : metrics.Failures[0] is { Status: > 0 } answered ? Text($"mostly status {answered.Status}")
        : metrics.Failures[0].Error is { Length: > 0 } error ? error
        : $"error code {metrics.Failures[0].ErrorCode}";

    private static Finding Of(FindingWeight weight, string code, string sentence) =>
        new(weight, new Reason(code, sentence));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
