using System.Text;
using PerfGate.Adapters.Files;
using PerfGate.Adapters.Postgres;
using PerfGate.Adapters.Runs;
using PerfGate.Core.Admission;
using PerfGate.Core.Baselines;
using PerfGate.Core.Reports;
using PerfGate.Core.Runners;
using PerfGate.Core.Runs;

namespace PerfGate.Adapters.Imports;

/// <summary>From what was read of a load made elsewhere to a run like any other: judged, reported, stored.</summary>
public sealed class RunImport(
    ImportedRuns runs,
    PerformanceBaselineManager baselines,
    RunArtifacts artifacts,
    IArtifactStore store,
    TimeProvider time
)
{
    /// <summary>Judges and stores it; the result, and what the gate says.</summary>
    /// <param name="import">What was read.</param>
    /// <param name="runId">The run's id; null makes one. Storing the same id again changes nothing.</param>
    /// <param name="requestedBy">Who asked; null for PerfGate itself.</param>
    /// <param name="cancellation">Stops it; nothing is stored then.</param>
    internal async Task<(RunResult Result, GateResult Gate)> StoreAsync(
        ReadImport import,
        Guid? runId,
        Caller? requestedBy,
        CancellationToken cancellation
    )
    {
        var fingerprint = LoadFingerprint.OfImported(import.Request, import.Metrics.ByScenario.Keys);
        var (result, gate) = await JudgeAsync(import, fingerprint, runId, cancellation);
        try
        {
            // The artifacts come first: whoever sees the run finds its report.
            await WriteAsync(result, gate, cancellation);
            await runs.InsertAsync(result, fingerprint, requestedBy, cancellation);
        }
        catch
        {
            await store.DeleteAsync(result.RunId, CancellationToken.None);
            throw;
        }
        if (result.Verdict.Verdict == Verdict.Passed)
        {
            await baselines.AcceptAsync(result.RunId, CancellationToken.None);
        }
        return (result, gate);
    }

    private async Task<(RunResult, GateResult)> JudgeAsync(
        ReadImport import,
        string fingerprint,
        Guid? runId,
        CancellationToken cancellation
    )
    {
        var now = time.GetUtcNow();
        var id = runId ?? Guid.CreateVersion7(now);
        var (request, load, metrics) = import;
        var settings = request.Configuration.Thresholds;
        var baseline = metrics.Overall is { Answered: { } answered } overall
            ? await baselines.CompareAsync(
                request,
                fingerprint,
                load.Engine,
                new AcceptedRun(
                    id,
                    now,
                    answered.Avg,
                    answered.P95,
                    overall.ErrorRate,
                    overall.ThroughputRps,
                    overall.Requests
                ),
                cancellation
            )
            : null;
        var end = load.End(metrics, now);
        var grounds = new VerdictGrounds
        {
            Ends = [end],
            Metrics = metrics,
            Settings = settings,
            Thresholds = PerformanceMonitor.ValidatePerformanceThresholds(metrics, settings),
            Baseline = baseline,
            Further = load.Findings(metrics),
        };
        var verdict = VerdictRule.Decide(grounds);
        var result = new RunResult
        {
            RunId = id,
            Request = request,
            Status = VerdictRule.StatusOf(verdict, cancelled: false),
            Verdict = verdict,
            CreatedAt = now,
            StartedAt = end.StartedAt,
            EndedAt = end.EndedAt,
            Engine = load.Engine,
            Metrics = metrics,
            Thresholds = grounds.Thresholds,
            Baseline = baseline,
        };
        return (result, GateRules.Of(grounds));
    }

    private async Task WriteAsync(RunResult result, GateResult gate, CancellationToken cancellation)
    {
        await artifacts.WriteAsync(result.RunId, ArtifactNames.Gate, gate, cancellation);
        await artifacts.WriteAsync(result.RunId, ArtifactNames.Metrics, result.Metrics, cancellation);
        await artifacts.WriteAsync(result.RunId, ArtifactNames.Result, result, cancellation);
        await WriteTextAsync(ArtifactNames.ReportHtml, HtmlReport.Render(result));
        await WriteTextAsync(ArtifactNames.ReportMarkdown, MarkdownReport.Render(result));
        await WriteTextAsync(ArtifactNames.ReportJUnit, JUnitReport.Render(result));

        Task WriteTextAsync(string name, string text) =>
            store.WriteAsync(result.RunId, name, Encoding.UTF8.GetBytes(text), cancellation);
    }
}
