using System.Text.Json;
using Microsoft.Extensions.Logging;
using PerfGate.Adapters.Blobs;
using PerfGate.Adapters.Postgres;
using PerfGate.Adapters.Runs;
using PerfGate.Core.Runners;
using PerfGate.Core.Runs;

namespace PerfGate.Adapters.Http;

/// <summary>Finds runs, waiting for their end where that is wished, and makes what the API shows of them.</summary>
public sealed partial class RunReading(
    RunLooks runs,
    RunWatch watch,
    RunArtifacts artifacts,
    ProgressReader progress,
    RunAnswers answers,
    ILogger<RunReading> log
)
{
    private static readonly TimeSpan ProgressPatience = TimeSpan.FromSeconds(5);

    /// <summary>Answers about ended runs.</summary>
    public RunAnswers Answers => answers;

    /// <summary>
    /// The run as it is once it has ended or the wait is over, or the host stops; null at once where there is none of that id.
    /// </summary>
    /// <exception cref="OperationCanceledException">The caller went away.</exception>
    public async Task<RunRow?> FindAsync(Guid runId, TimeSpan wait, CancellationToken cancellation)
    {
        if (wait <= TimeSpan.Zero)
        {
            return await runs.FindAsync(runId, cancellation);
        }
        using var watching = watch.Watch(runId);
        var run = await runs.FindAsync(runId, cancellation);
        if (run is null || RunStates.IsEnd(run.Status))
        {
            return run;
        }
        await watching.WaitForEndAsync(wait, cancellation);
        return await runs.FindAsync(runId, cancellation);
    }

    /// <summary>All that is known of a run.</summary>
    public async Task<RunView> ViewAsync(RunRow run, CancellationToken cancellation)
    {
        var ended = RunStates.IsEnd(run.Status);
        var result = ended ? await UndamagedAsync(run.Id, artifacts.ReadResultAsync(run.Id, cancellation)) : null;
        return new RunView
        {
            TestId = run.Id,
            Status = run.Status,
            Verdict = run.Verdict,
            Reasons = run.Reasons,
            TestType = run.Request.TestType,
            Environment = run.Request.Environment,
            CreatedAt = run.CreatedAt,
            StartedAt = run.StartedAt,
            EndedAt = run.EndedAt,
            EstimatedCompletion = ended ? null : run.EstimatedCompletion,
            QueuePosition = run.QueuePosition,
            Progress = run.Status == RunStatus.Running ? await ProgressAsync(run.Id, cancellation) : null,
            Results = result is null ? null : RunResults.Of(result),
        };
    }

    /// <summary>The short answer for a pipeline.</summary>
    public async Task<GateView> GateAsync(RunRow run, CancellationToken cancellation)
    {
        var gate = RunStates.IsEnd(run.Status)
            ? await UndamagedAsync(run.Id, artifacts.ReadGateAsync(run.Id, cancellation))
            : null;
        if (gate is null || (run.Verdict is Verdict.Error && Lacks(gate, run.Reasons)))
        {
            // Without a result, or given up after it was judged: what the row says is all that holds.
            gate = GateRules.Of(run.Reasons);
        }
        return new GateView(
            run.Id,
            run.Status,
            run.Verdict,
            run.Verdict is { } verdict ? new RunVerdict(verdict, run.Reasons).ExitCode : null,
            run.Reasons,
            gate.Thresholds,
            gate.Baseline,
            run.Verdict is null ? [] : gate.Rules
        );
    }

    // What is damaged stays so: status, verdict and reasons are told by the row, and whoever waits for them must not wait for ever.
    private async Task<T?> UndamagedAsync<T>(Guid runId, Task<T?> reading)
        where T : class
    {
        try
        {
            return await reading;
        }
        catch (JsonException damaged)
        {
            LogDamaged(damaged, runId);
            return null;
        }
    }

    // Where the run stands is known, also where the artifacts are out of reach for the moment and its figures are not.
    private async Task<RunProgress?> ProgressAsync(Guid runId, CancellationToken cancellation)
    {
        using var late = new CancellationTokenSource(ProgressPatience, watch.Time);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation, late.Token);
        try
        {
            return await progress.ReadAsync(runId, enough.Token);
        }
        catch (Exception away) when (BlobsAway.Explains(away) && !cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    [LoggerMessage(LogLevel.Error, "What run {RunId} left is damaged; its row alone is told")]
    private partial void LogDamaged(Exception damaged, Guid runId);

    private static bool Lacks(GateResult gate, IReadOnlyList<Reason> reasons) =>
        reasons.Any(reason => gate.Rules.All(rule => rule.Name != reason.Code));
}
