using PerfGate.Core.Metrics;
using PerfGate.Core.Runners;
using PerfGate.Core.Runs;

namespace PerfGate.Core.Thresholds;

/// <summary>How the load of a segment ended, as evidence. k6's exit status alone is never taken for a success.</summary>
internal static class EndEvidence
{
    /// <summary>What the end of a segment does to the worth of its numbers; nothing where it was the planned one.</summary>
    public static IEnumerable<Finding> Of(RunnerEnd end, RunMetrics? metrics)
    {
        var detail = end.Detail is { Length: > 0 } text ? $": {text}" : ".";
        switch (end.Cause)
        {
            case RunnerEndCause.NotStarted:
                yield return Found(FindingWeight.Error, "engine-not-started", $"The load engine did not start{detail}");
                yield break;
            case RunnerEndCause.SecretMissing:
                yield return Found(FindingWeight.Error, "secret-missing", $"A secret has no value{detail}");
                yield break;
            case RunnerEndCause.TargetRefused:
                yield return Found(FindingWeight.Error, "target-refused", $"The target was refused{detail}");
                yield break;
            case RunnerEndCause.RunnerFault:
                yield return Found(FindingWeight.Error, "runner-fault", $"The runner could not do its work{detail}");
                yield break;
            case RunnerEndCause.Lost:
                yield return Found(
                    FindingWeight.ForbidsBoth,
                    "runner-lost",
                    $"The load runner, or the server that it belonged to, was lost while its load was on{detail} What was measured until then carries no verdict."
                );
                yield break;
            case RunnerEndCause.ScriptRejected:
                yield return Found(
                    FindingWeight.Error,
                    "script-rejected",
                    $"The load engine refused the script{detail}"
                );
                yield break;
            case RunnerEndCause.Killed:
                yield return Found(
                    FindingWeight.ForbidsBoth,
                    "engine-killed",
                    $"The load engine was killed from outside{detail} What it measured until then carries no verdict."
                );
                yield break;
            // An early end that does not say which bound was crossed is an end that nobody planned, and no more.
            case RunnerEndCause.Stopped or RunnerEndCause.EarlyStop:
                yield return Found(
                    FindingWeight.ForbidsBoth,
                    "stopped",
                    "The load was stopped before its planned end."
                );
                yield break;
            case RunnerEndCause.Deadline:
                yield return Found(
                    FindingWeight.ForbidsPass,
                    "deadline",
                    "The load did not end by its deadline and was stopped."
                );
                yield break;
        }
        var finding = end.ExitCode switch
        {
            0 => null,
            // A crossed threshold of k6. Of a script made here it is judged from the numbers; of others, imports tell (K6Crossings).
            99 => null,
            104 or 107 or 255 => Found(
                FindingWeight.Error,
                "script-rejected",
                $"The load engine refused the script{detail}"
            ),
            100 or 101 => Found(
                FindingWeight.Error,
                "setup-failed",
                $"The script's setup or teardown did not end in time{detail}"
            ),
            103 or 105 => Found(FindingWeight.ForbidsBoth, "stopped", "The load was stopped before its planned end."),
            108 => Found(FindingWeight.ForbidsBoth, "script-aborted", $"The script aborted the test{detail}"),
            110 => Found(FindingWeight.Fails, "script-failed", $"The script marked the test as failed{detail}"),
            _ => metrics is null
                ? Found(
                    FindingWeight.Error,
                    "engine-failed",
                    $"The load engine failed with exit status {end.ExitCode}{detail}"
                )
                : Found(
                    FindingWeight.ForbidsBoth,
                    "engine-failed",
                    $"The load engine failed with exit status {end.ExitCode}{detail}"
                ),
        };
        if (finding is not null)
        {
            yield return finding;
        }
    }

    private static Finding Found(FindingWeight weight, string code, string sentence) =>
        new(weight, new Reason(code, sentence));
}
