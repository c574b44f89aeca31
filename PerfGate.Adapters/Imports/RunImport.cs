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
    /// <summary>The run that a key stands for, and what was sent with it then; null where it stands for none.</summary>
    internal Task<(Guid RunId, byte[] BodyHash)?> FindAsync(IdempotencyKey key, CancellationToken cancellation) =>
        runs.FindAsync(key, cancellation);

    /// <summary>Judges and stores it; the result, and what the gate says.</summary>
    /// <param name="import">What was read.</param>
    /// <param name="runId">The run's id; null makes one. Storing the same id again changes nothing.</param>
    /// <param name="requestedBy">Who asked; null for PerfGate itself.</param>
    /// <param name="key">Key of the request; null for none.</param>
    /// <param name="cancellation">Stops it; nothing is stored then.</param>
    /// <returns>Null where the key stands for another run already; nothing was stored then.</returns>
    /// <exception cref="CommitUnknownException">Nobody said whether it was stored, and it is not to be seen.</exception>
    internal async Task<(RunResult Result, GateResult Gate)?> StoreAsync(
        ReadImport import,
        Guid? runId,
        Caller? requestedBy,
        IdempotencyKey? key,
        CancellationToken cancellation
    )
    {
        var fingerprint = LoadFingerprint.OfImported(import.Request, import.Metrics.ByScenario.Keys);
        var (result, gate) = await JudgeAsync(import, fingerprint, runId, cancellation);
        var isStored = false;
        try
        {
            // The artifacts come first: whoever sees the run finds its report.
            await WriteAsync(result, gate, cancellation);
            isStored = await runs.InsertAsync(result, fingerprint, requestedBy, key, cancellation);
        }
        catch (CommitUnknownException)
        {
            // Its row may be there, or come: the artifacts stay. Those of no row go with the time (RunRetention).
            if (!await IsSeenAsync(result.RunId, cancellation))
            {
                throw;
            }
            isStored = true;
        }
        catch
        {
            await store.DeleteAsync(result.RunId, CancellationToken.None);
            throw;
        }
        if (!isStored)
        {
            await store.DeleteAsync(result.RunId, CancellationToken.None);
            return null;
        }
        return (result, gate);
    }

    private async Task<bool> IsSeenAsync(Guid runId, CancellationToken cancellation)
    {
        try
        {
            return await runs.IsStoredAsync(runId, cancellation);
        }
        catch (Exception away) when (DatabaseAway.Explains(away))
        {
            return false;
        }
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
        await WriteTextAsync(ArtifactNames.Import, await runs.DatabaseAsync(cancellation));
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
