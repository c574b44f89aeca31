using PerfGate.Adapters.Postgres;
using PerfGate.Core;
using PerfGate.Core.Baselines;
using PerfGate.Core.Metrics;
using PerfGate.Core.Runners;
using PerfGate.Core.Runs;

namespace PerfGate.Adapters.Runs;

/// <summary>From what the runner left to the judged result: reads artifacts, asks the decisions, writes artifacts.</summary>
public sealed class RunJudgement(
    RunStore runs,
    PerformanceBaselineManager baselines,
    RunArtifacts artifacts,
    TimeProvider time
)
{
    /// <summary>Merges what was measured into the metrics artifact; null, or why there is nothing to merge.</summary>
    public async Task<RunError?> MeasureAsync(Guid runId, CancellationToken cancellation)
    {
        var end = await artifacts.ReadEndAsync(runId, 0, cancellation);
        var builder = new RunMetricsBuilder();
        try
        {
            if (!await artifacts.AddSeriesAsync(runId, builder, cancellation))
            {
                // An engine that never started left none, and says so itself.
                return end is not null
                    ? null
                    : new RunError.ArtifactUnreadable(ArtifactNames.Series(0), "the runner appended nothing");
            }
        }
        catch (FormatException damaged)
        {
            return new RunError.ArtifactUnreadable(ArtifactNames.Series(0), damaged.Message);
        }
        var summary = await artifacts.ReadSummaryAsync(runId, cancellation);
        var settings = (await FindAsync(runId, cancellation)).Request.Configuration.Thresholds;
        var metrics = builder.Build(summary is null ? [] : [summary], end is null ? [] : [end], settings);
        await artifacts.WriteAsync(runId, ArtifactNames.Metrics, metrics, cancellation);
        return null;
    }

    /// <summary>Judges the metrics artifact and writes the result artifact.</summary>
    public async Task<RunVerdict> JudgeAsync(Guid runId, RunError? error, CancellationToken cancellation)
    {
        var run = await FindAsync(runId, cancellation);
        var metrics = await artifacts.ReadMetricsAsync(runId, cancellation);
        var end = await artifacts.ReadEndAsync(runId, 0, cancellation);
        var settings = run.Request.Configuration.Thresholds;
        var now = time.GetUtcNow();
        var baseline = Figures(run, metrics, now) is { } figures
            ? await baselines.CompareAsync(run.Request, run.Fingerprint, end?.Engine, figures, cancellation)
            : null;
        var grounds = new VerdictGrounds
        {
            Plan = run.Plan,
            Ends = end is null ? [] : [end],
            Metrics = metrics,
            Settings = settings,
            Thresholds = metrics is null ? [] : PerformanceMonitor.ValidatePerformanceThresholds(metrics, settings),
            Baseline = baseline,
            Error = error,
            Cancelled = run.CancelRequestedAt is not null,
        };
        var verdict = VerdictRule.Decide(grounds);
        await artifacts.WriteAsync(runId, ArtifactNames.Gate, GateRules.Of(grounds), cancellation);
        await artifacts.WriteAsync(
            runId,
            ArtifactNames.Result,
            new RunResult
            {
                RunId = runId,
                Request = run.Request,
                Plan = run.Plan,
                Status = VerdictRule.StatusOf(verdict, grounds.Cancelled),
                Verdict = verdict,
                CreatedAt = run.CreatedAt,
                StartedAt = end?.StartedAt ?? run.StartedAt,
                EndedAt = now,
                Engine = end?.Engine,
                Metrics = metrics,
                Thresholds = grounds.Thresholds,
                Baseline = baseline,
            },
            cancellation
        );
        return verdict;
    }

    /// <summary>The result of a run that nobody will take further.</summary>
    public async Task<RunResult> AbandonAsync(Guid runId, Reason why, CancellationToken cancellation)
    {
        var run = await FindAsync(runId, cancellation);
        return new RunResult
        {
            RunId = runId,
            Request = run.Request,
            Plan = run.Plan,
            Status = RunStatus.Failed,
            Verdict = new RunVerdict(Verdict.Error, [why]),
            CreatedAt = run.CreatedAt,
            StartedAt = run.StartedAt,
            EndedAt = time.GetUtcNow(),
        };
    }

    private async Task<RunRow> FindAsync(Guid runId, CancellationToken cancellation) =>
        await runs.FindAsync(runId, cancellation)
        ?? throw new InvalidOperationException($"There is no run {runId} in the database.");

    private static AcceptedRun? Figures(RunRow run, RunMetrics? metrics, DateTimeOffset now) =>
        metrics?.Overall is { Answered: { } answered } overall
            ? new AcceptedRun(
                run.Id,
                now,
                answered.Avg,
                answered.P95,
                overall.ErrorRate,
                overall.ThroughputRps,
                overall.Requests
            )
            : null;
}
