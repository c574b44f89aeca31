using System.Text;
using PerfGate.Adapters.Postgres;
using PerfGate.Core;
using PerfGate.Core.Reports;
using PerfGate.Core.Requests;
using PerfGate.Core.Runners;
using PerfGate.Core.Runs;
using PerfGate.Core.Scripts;
using PerfGate.Core.Sensitive;

namespace PerfGate.Adapters.Runs;

/// <summary>The steps of a run: PostgreSQL, the artifacts, and the runner as a child process or in a container group.</summary>
public sealed class RunSteps(RunStepParts parts, CancellationToken cancellation) : IRunSteps
{
    private readonly RunSegments _segments = new(parts, cancellation);

    private Guid _current;

    /// <inheritdoc />
    public async Task<SlotAnswer> TakeSlotAsync(Guid runId)
    {
        _current = runId;
        await WithdrawOutsideWindowAsync(runId);
        return await parts.Queue.TakeSlotAsync(runId, parts.Options.SlotsOf, cancellation);
    }

    // It was asked for while the window was open, and its load would begin after that.
    private async Task WithdrawOutsideWindowAsync(Guid runId)
    {
        var rules = parts.Options.Admission;
        if (
            (rules.Staging.Window ?? rules.Production.Window) is null
            || await parts.Runs.FindAsync(runId, cancellation) is not { Status: RunStatus.Queued } run
        )
        {
            return;
        }
        var environment = run.Request.Environment;
        if (rules.On(environment).Window is { } window && !window.IsOpen(parts.Time.GetUtcNow()))
        {
            var why = new Reason(
                "window-closed",
                $"The change window of {EnumText.Lower(environment)}, {window.Text}, closed while the run waited for its turn; no load was made."
            );
            await parts.Runs.WithdrawAsync(runId, why, cancellation);
        }
    }

    /// <inheritdoc />
    public async Task<RunError?> PrepareScriptAsync(Guid runId)
    {
        var run = await FindAsync(runId);
        if (run.Plan is not null && await IsThereAsync(runId, ArtifactNames.Script))
        {
            // After a crash the load may have been made already: the script stays what ran.
            return null;
        }
        var plan = LoadPlanner.Plan(run.Request, parts.Limits);
        var script = K6TestOrchestrator.GenerateK6Script(run.Request, plan);
        if (Encoding.UTF8.GetByteCount(script) is var bytes && bytes > parts.Limits.ScriptBytes)
        {
            return new RunError.RequestUnusable(
                FormattableString.Invariant(
                    $"its script would have {bytes} bytes, more than {parts.Limits.ScriptBytes} (PerfGate__Limits__ScriptBytes)"
                )
            );
        }
        await parts.Runs.SavePlanAsync(runId, plan, cancellation);
        await WriteTextAsync(runId, ArtifactNames.Script, script);
        return null;
    }

    /// <inheritdoc />
    public async Task<RunError?> StartRunnersAsync(Guid runId)
    {
        var run = await FindAsync(runId);
        var orders = await _segments.OrdersAsync(run);
        if (!await parts.Runs.MarkRunnerStartedAsync(runId, cancellation))
        {
            if (!await parts.Runs.HasRunnerStartedAsync(runId, cancellation))
            {
                return new RunError.CancelledBeforeLoad();
            }
            // This step was begun before, and how far it came is not known. Load is never made twice: where that is sure, what is
            // missing is started now; elsewhere what a crash left behind is looked for in the next step.
            if (
                !parts.Launcher.StartsOnce
                || run is not { Status: RunStatus.Running, CancelRequestedAt: null }
                || await _segments.HasBegunAsync(run)
            )
            {
                return null;
            }
        }
        return await _segments.StartAsync(run, orders);
    }

    /// <inheritdoc />
    public async Task<RunnersAnswer> ObserveRunnersAsync(Guid runId) =>
        await _segments.ObserveAsync(await FindAsync(runId));

    /// <inheritdoc />
    public Task<RunError?> MeasureAsync(Guid runId) => parts.Judgement.MeasureAsync(runId, cancellation);

    /// <inheritdoc />
    public Task<RunVerdict> JudgeAsync(Guid runId, RunError? error) =>
        parts.Judgement.JudgeAsync(runId, error, cancellation);

    /// <inheritdoc />
    public async Task RecordAsync(Guid runId) =>
        await parts.Monitor.RecordTestResultsAsync(await ResultAsync(runId), cancellation);

    /// <inheritdoc />
    public async Task ReportAsync(Guid runId) => await WriteReportsAsync(await ResultAsync(runId));

    /// <inheritdoc />
    public async Task CleanUpAsync(Guid runId)
    {
        parts.Progress.Forget(runId);
        parts.Pulse.Forget(runId);
        parts.Ages.Forget(runId);
        await parts.Launcher.EndAsync(runId, cancellation);
        if (cancellation.IsCancellationRequested && parts.Options.Containers is not null)
        {
            // This server stops, and the runner in its container goes on.
            return;
        }
        try
        {
            await parts.Store.TidyAsync(runId, CancellationToken.None);
        }
        catch (Exception unwell) when (unwell is IOException or UnauthorizedAccessException)
        {
            // What is left half-written takes room, and nothing else.
        }
    }

    /// <inheritdoc />
    public Task DelayAsync(TimeSpan delay) => parts.Launcher.DelayUnlessEndedAsync(_current, delay, cancellation);

    /// <summary>
    /// Ends a run that nobody will take further: its slot must not be held for ever. The row comes first, since artifacts may be
    /// what is unwell, and says no more than what is certain.
    /// </summary>
    public async Task AbandonAsync(Guid runId, Exception surprise)
    {
        // Also while the host stops: the row is all that a restarted host would know.
        var never = CancellationToken.None;
        var why = ArtifactsUnwell.Explains(surprise)
            ? new Reason(
                "artifacts-unwell",
                $"The run's artifacts could not be written or read: {ArtifactsUnwell.Say(surprise)}"
            )
            : new Reason("surprise", $"PerfGate met a surprise and could not judge the run: {surprise.Message}");
        // It is kept and shown, and an exception says whatever whoever threw it had at hand.
        why = why with
        {
            Sentence = SensitiveText.Strip(why.Sentence, ServerConcealment.Of(parts.Options.Admission)),
        };
        await parts.Runs.FailAsync(runId, why, never);
        try
        {
            var result = await parts.Judgement.AbandonAsync(runId, why, never);
            await parts.Artifacts.WriteAsync(runId, ArtifactNames.Result, result, never);
            await WriteReportsAsync(result);
        }
        catch (Exception unwell) when (unwell is not OutOfMemoryException)
        {
            // The row has said it; what cannot be read or written is the surprise itself, or its consequence.
        }
    }

    private async Task<bool> IsThereAsync(Guid runId, string name)
    {
        await using var content = await parts.Store.OpenReadAsync(runId, name, cancellation);
        return content is not null;
    }

    private async Task<RunRow> FindAsync(Guid runId) =>
        await parts.Runs.FindAsync(runId, cancellation)
        ?? throw new InvalidOperationException($"There is no run {runId} in the database.");

    private async Task<RunResult> ResultAsync(Guid runId) =>
        await parts.Artifacts.ReadResultAsync(runId, cancellation)
        ?? throw new FileNotFoundException(
            $"{ArtifactNames.Result} was written, and is not there any more: what keeps the artifacts has lost it."
        );

    private async Task WriteReportsAsync(RunResult result)
    {
        await WriteTextAsync(result.RunId, ArtifactNames.ReportHtml, HtmlReport.Render(result));
        await WriteTextAsync(result.RunId, ArtifactNames.ReportMarkdown, MarkdownReport.Render(result));
        await WriteTextAsync(result.RunId, ArtifactNames.ReportJUnit, JUnitReport.Render(result));
    }

    private Task WriteTextAsync(Guid runId, string name, string text) =>
        parts.Store.WriteAsync(runId, name, Encoding.UTF8.GetBytes(text), cancellation);
}
