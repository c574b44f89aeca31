using System.Text;
using PerfGate.Adapters.Postgres;
using PerfGate.Core;
using PerfGate.Core.Reports;
using PerfGate.Core.Runners;
using PerfGate.Core.Runs;
using PerfGate.Core.Scripts;

namespace PerfGate.Adapters.Runs;

/// <summary>The steps of a run on one machine: PostgreSQL, the artifacts, and the runner as a child process.</summary>
public sealed class RunSteps(RunStepParts parts, CancellationToken cancellation) : IRunSteps
{
    // Over the load itself: engine start, setup and teardown, upload of what was measured.
    private static readonly TimeSpan RunnerAllowance = TimeSpan.FromSeconds(60);

    // Over the deadline: the runner stops its engine by itself; only a runner that hangs is killed.
    private static readonly TimeSpan KillAllowance = TimeSpan.FromSeconds(45);

    private Guid _current;

    /// <inheritdoc />
    public Task<SlotAnswer> TakeSlotAsync(Guid runId)
    {
        _current = runId;
        return parts.Queue.TakeSlotAsync(runId, parts.Options.SlotsPerEnvironment, cancellation);
    }

    /// <inheritdoc />
    public async Task<RunError?> PrepareScriptAsync(Guid runId)
    {
        var run = await FindAsync(runId);
        var plan = LoadPlanner.Plan(run.Request, parts.Limits);
        await parts.Runs.SavePlanAsync(runId, plan, cancellation);
        await WriteTextAsync(runId, ArtifactNames.Script, K6TestOrchestrator.GenerateK6Script(run.Request, plan));
        return null;
    }

    /// <inheritdoc />
    public async Task<RunError?> StartRunnersAsync(Guid runId)
    {
        // Load is never started twice: what a crash left behind is looked for in the next step, not run again.
        if (!await parts.Runs.MarkRunnerStartedAsync(runId, cancellation))
        {
            return null;
        }
        var run = await FindAsync(runId);
        var deadline = Deadline(run);
        return await parts.Launcher.StartAsync(
            new RunnerOrder
            {
                RunId = runId,
                Artifacts = parts.Store.LocationFor(runId, deadline + TimeSpan.FromHours(1)),
                Deadline = deadline,
                Engine = parts.Options.Engine,
                ParentPid = Environment.ProcessId,
                TargetHost = run.Request.Configuration.BaseUrl.Host,
            },
            cancellation
        );
    }

    /// <inheritdoc />
    public async Task<RunnersAnswer> ObserveRunnersAsync(Guid runId)
    {
        // Looked at before the end record: a runner that ends between the two looks has written it.
        var runner = parts.Launcher.Find(runId);
        var gone = runner is null or { HasExited: true };
        if (await parts.Artifacts.ReadEndAsync(runId, 0, cancellation) is not null)
        {
            return new RunnersAnswer(true, null);
        }
        if (gone)
        {
            return new RunnersAnswer(true, new RunError.RunnerLost(parts.Launcher.LastWords(runId)));
        }
        var run = await FindAsync(runId);
        if (run.CancelRequestedAt is not null)
        {
            await WriteTextAsync(runId, ArtifactNames.Stop, "cancelled");
        }
        if (parts.Time.GetUtcNow() > Deadline(run) + KillAllowance)
        {
            await runner!.KillAsync();
            return new RunnersAnswer(true, new RunError.DeadlineExceeded(Deadline(run) - run.StartedAt!.Value));
        }
        return new RunnersAnswer(false, null);
    }

    /// <inheritdoc />
    public Task<RunError?> MeasureAsync(Guid runId) => parts.Judgement.MeasureAsync(runId, cancellation);

    /// <inheritdoc />
    public Task<RunVerdict> JudgeAsync(Guid runId, RunError? error) =>
        parts.Judgement.JudgeAsync(runId, error, cancellation);

    /// <inheritdoc />
    public async Task RecordAsync(Guid runId)
    {
        var result = await ResultAsync(runId);
        await parts.Monitor.RecordTestResultsAsync(result, cancellation);
        if (result.Verdict.Verdict == Verdict.Passed)
        {
            await parts.Baselines.AcceptAsync(runId, cancellation);
        }
    }

    /// <inheritdoc />
    public async Task ReportAsync(Guid runId) => await WriteReportsAsync(await ResultAsync(runId));

    /// <inheritdoc />
    public async Task CleanUpAsync(Guid runId)
    {
        parts.Progress.Forget(runId);
        await parts.Launcher.EndAsync(runId);
    }

    /// <inheritdoc />
    public Task DelayAsync(TimeSpan delay) => parts.Launcher.DelayUnlessEndedAsync(_current, delay, cancellation);

    /// <summary>Ends a run that nobody will take further: its slot must not be held for ever.</summary>
    public async Task AbandonAsync(Guid runId, string why)
    {
        // Also while the host stops: the row is all that a restarted host would know.
        var result = await parts.Judgement.AbandonAsync(runId, why, CancellationToken.None);
        await parts.Artifacts.WriteAsync(runId, ArtifactNames.Result, result, CancellationToken.None);
        await parts.Monitor.RecordTestResultsAsync(result, CancellationToken.None);
    }

    private static DateTimeOffset Deadline(RunRow run) =>
        run.StartedAt!.Value + run.Plan!.Duration + run.Plan.GracefulStop + RunnerAllowance;

    private async Task<RunRow> FindAsync(Guid runId) =>
        await parts.Runs.FindAsync(runId, cancellation)
        ?? throw new InvalidOperationException($"There is no run {runId} in the database.");

    private async Task<RunResult> ResultAsync(Guid runId) =>
        await parts.Artifacts.ReadResultAsync(runId, cancellation)
        ?? throw new InvalidOperationException($"Run {runId} has no result artifact.");

    private async Task WriteReportsAsync(RunResult result)
    {
        await WriteTextAsync(result.RunId, ArtifactNames.ReportHtml, HtmlReport.Render(result));
        await WriteTextAsync(result.RunId, ArtifactNames.ReportMarkdown, MarkdownReport.Render(result));
        await WriteTextAsync(result.RunId, ArtifactNames.ReportJUnit, JUnitReport.Render(result));
    }

    private Task WriteTextAsync(Guid runId, string name, string text) =>
        parts.Store.WriteAsync(runId, name, Encoding.UTF8.GetBytes(text), cancellation);
}
