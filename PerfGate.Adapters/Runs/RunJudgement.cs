using PerfGate.Adapters.Postgres;
using PerfGate.Core;
using PerfGate.Core.Baselines;
using PerfGate.Core.K6Output;
using PerfGate.Core.Metrics;
using PerfGate.Core.Runners;
using PerfGate.Core.Runs;
using PerfGate.Core.Thresholds;

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
        var run = await FindAsync(runId, cancellation);
        var segments = SegmentsOf(run);
        var ends = await artifacts.ReadEndsAsync(runId, segments, cancellation);
        var builder = new RunMetricsBuilder();
        var summaries = new List<K6Summary>();
        var measured = false;
        for (var segment = 0; segment < segments; segment++)
        {
            try
            {
                measured |= await artifacts.AddSeriesAsync(runId, segment, builder, cancellation);
            }
            catch (FormatException damaged)
            {
                return new RunError.ArtifactUnreadable(ArtifactNames.Series(segment), damaged.Message);
            }
            if (await artifacts.ReadSummaryAsync(runId, segment, cancellation) is { } summary)
            {
                summaries.Add(summary);
            }
        }
        if (!measured)
        {
            // An engine that never started left none, and says so itself.
            return ends.Count > 0
                ? null
                : new RunError.ArtifactUnreadable(ArtifactNames.Series(0), "the runner appended nothing");
        }
        var metrics = builder.Build(summaries, ends, run.Request.Configuration.Thresholds);
        await artifacts.WriteAsync(runId, ArtifactNames.Metrics, metrics, cancellation);
        return null;
    }

    /// <summary>Judges the metrics artifact and writes the result artifact.</summary>
    public async Task<RunVerdict> JudgeAsync(Guid runId, RunError? error, CancellationToken cancellation)
    {
        var run = await FindAsync(runId, cancellation);
        var metrics = await artifacts.ReadMetricsAsync(runId, cancellation);
        var ends = await artifacts.ReadEndsAsync(runId, SegmentsOf(run), cancellation);
        var engine = ends.Select(end => end.Engine).FirstOrDefault(name => name.Length > 0);
        var settings = run.Request.Configuration.Thresholds;
        var now = time.GetUtcNow();
        var baseline = Figures(run, metrics, now) is { } figures
            ? await baselines.CompareAsync(run.Request, run.Fingerprint, engine, figures, cancellation)
            : null;
        var grounds = new VerdictGrounds
        {
            Plan = run.Plan,
            Ends = ends,
            Metrics = metrics,
            Settings = settings,
            Thresholds = metrics is null ? [] : PerformanceMonitor.ValidatePerformanceThresholds(metrics, settings),
            Baseline = baseline,
            Error = error,
            LoadHadBegun = await artifacts.HasLoadBegunAsync(runId, SegmentsOf(run), cancellation),
            Cancelled = run.CancelRequestedAt is not null,
            Further = await RetriedAsync(run, cancellation),
        };
        var verdict = VerdictRule.Decide(grounds);
        var startedAt = ends.Min(end => end.StartedAt) ?? run.StartedAt;
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
                StartedAt = startedAt,
                // A clock that was set back meanwhile does not make it end before it began.
                EndedAt = new[] { now, startedAt ?? now, run.StartedAt ?? now }.Max(),
                Engine = engine ?? (ends.Count > 0 ? ends[0].Engine : null),
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

    /// <summary>Which segments were started a second time: worth knowing, since the load began later for it.</summary>
    private async Task<IReadOnlyList<Finding>> RetriedAsync(RunRow run, CancellationToken cancellation)
    {
        var notes = new List<Finding>();
        for (var segment = 0; segment < SegmentsOf(run); segment++)
        {
            if (await artifacts.ReadTextAsync(run.Id, ArtifactNames.Retried(segment), cancellation) is { } why)
            {
                var who = SegmentsOf(run) == 1 ? "The load runner" : FormattableString.Invariant($"Segment {segment}");
                var sentence = $"{who} was lost before the load began, and started a second time. {why}";
                notes.Add(new Finding(FindingWeight.Note, new Reason("segment-retried", sentence)));
            }
        }
        return notes;
    }

    private static int SegmentsOf(RunRow run) => run.Plan?.Segments ?? 1;

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
