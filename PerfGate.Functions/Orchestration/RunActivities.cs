using Microsoft.Azure.Functions.Worker;
using PerfGate.Adapters.Postgres;
using PerfGate.Adapters.Runs;
using PerfGate.Adapters.Telemetry;
using PerfGate.Core;
using PerfGate.Core.Runs;

namespace PerfGate.Functions.Orchestration;

/// <summary>The steps of a run, each as an activity: executed at least once, so each is idempotent by run id.</summary>
public sealed class RunActivities(RunStepsFactory factory, RunStore runs, ProgressReader progress, RunTracing tracing)
{
    /// <summary>Name of <see cref="TakeSlotAsync"/>.</summary>
    public const string TakeSlot = "TakeSlot";

    /// <summary>Name of <see cref="PrepareScriptAsync"/>.</summary>
    public const string PrepareScript = "PrepareScript";

    /// <summary>Name of <see cref="StartRunnersAsync"/>.</summary>
    public const string StartRunners = "StartRunners";

    /// <summary>Name of <see cref="ObserveRunnersAsync"/>.</summary>
    public const string ObserveRunners = "ObserveRunners";

    /// <summary>Name of <see cref="MeasureAsync"/>.</summary>
    public const string Measure = "Measure";

    /// <summary>Name of <see cref="JudgeAsync"/>.</summary>
    public const string Judge = "Judge";

    /// <summary>Name of <see cref="ReportAsync"/>.</summary>
    public const string Report = "Report";

    /// <summary>Name of <see cref="RecordAsync"/>.</summary>
    public const string Record = "Record";

    /// <summary>Name of <see cref="CleanUpAsync"/>.</summary>
    public const string CleanUp = "CleanUp";

    /// <summary>Name of <see cref="RequestCancelAsync"/>.</summary>
    public const string RequestCancel = "RequestCancel";

    /// <summary>Name of <see cref="AbandonAsync"/>.</summary>
    public const string Abandon = "Abandon";

    // An orchestration's history is read again and again; all reasons are in the run's row and artifacts.
    private const int MostReasons = 10;

    /// <summary>Asks for the environment's slot.</summary>
    [Function(TakeSlot)]
    public Task<StepAnswer<QueuePlace>> TakeSlotAsync([ActivityTrigger] Guid runId, CancellationToken cancellation) =>
        StepGuard.DoAsync(
            TakeSlot,
            async () =>
            {
                var answer = await Steps(cancellation).TakeSlotAsync(runId);
                var waiting = answer == SlotAnswer.Waiting ? await runs.FindAsync(runId, cancellation) : null;
                return new QueuePlace(answer, waiting?.QueuePosition);
            }
        );

    /// <summary>Plans the load and writes the script.</summary>
    [Function(PrepareScript)]
    public Task<StepAnswer<StepEnd>> PrepareScriptAsync([ActivityTrigger] Guid runId, CancellationToken cancellation) =>
        EndAsync(PrepareScript, () => Steps(cancellation).PrepareScriptAsync(runId));

    /// <summary>Starts the runners, once.</summary>
    [Function(StartRunners)]
    public Task<StepAnswer<StepEnd>> StartRunnersAsync([ActivityTrigger] Guid runId, CancellationToken cancellation) =>
        EndAsync(StartRunners, () => Steps(cancellation).StartRunnersAsync(runId));

    /// <summary>Looks at the runners.</summary>
    [Function(ObserveRunners)]
    public Task<StepAnswer<Observation>> ObserveRunnersAsync(
        [ActivityTrigger] Guid runId,
        CancellationToken cancellation
    ) =>
        StepGuard.DoAsync(
            ObserveRunners,
            async () =>
            {
                var seen = await Steps(cancellation).ObserveRunnersAsync(runId);
                var figures = seen.Ended ? null : await progress.ReadAsync(runId, cancellation);
                return new Observation(seen.Ended, seen.Error, figures);
            }
        );

    /// <summary>Reads what the runners left.</summary>
    [Function(Measure)]
    public Task<StepAnswer<StepEnd>> MeasureAsync([ActivityTrigger] Guid runId, CancellationToken cancellation) =>
        EndAsync(Measure, () => Steps(cancellation).MeasureAsync(runId));

    /// <summary>Judges it; answers with the gravest reasons only.</summary>
    [Function(Judge)]
    public Task<StepAnswer<RunVerdict>> JudgeAsync(
        [ActivityTrigger] JudgeOrder order,
        CancellationToken cancellation
    ) =>
        StepGuard.DoAsync(
            Judge,
            async () =>
            {
                var verdict = await Steps(cancellation).JudgeAsync(order.RunId, order.Error);
                return verdict with { Reasons = [.. verdict.Reasons.Take(MostReasons)] };
            }
        );

    /// <summary>Writes the reports.</summary>
    [Function(Report)]
    public Task<StepAnswer<StepEnd>> ReportAsync([ActivityTrigger] Guid runId, CancellationToken cancellation) =>
        EndAsync(Report, () => Steps(cancellation).ReportAsync(runId));

    /// <summary>Stores the result.</summary>
    [Function(Record)]
    public Task<StepAnswer<StepEnd>> RecordAsync([ActivityTrigger] Guid runId, CancellationToken cancellation) =>
        EndAsync(Record, () => Steps(cancellation).RecordAsync(runId));

    /// <summary>Ends what still runs.</summary>
    [Function(CleanUp)]
    public Task<StepAnswer<StepEnd>> CleanUpAsync([ActivityTrigger] Guid runId, CancellationToken cancellation) =>
        EndAsync(
            CleanUp,
            async () =>
            {
                await Steps(cancellation).CleanUpAsync(runId);
                // A worker that stops leaves it undone, and an activity that answers is not executed again.
                cancellation.ThrowIfCancellationRequested();
            }
        );

    /// <summary>Writes into the run's row that its cancellation was asked for.</summary>
    [Function(RequestCancel)]
    public Task<StepAnswer<StepEnd>> RequestCancelAsync([ActivityTrigger] Guid runId, CancellationToken cancellation) =>
        EndAsync(RequestCancel, () => runs.RequestCancelAsync(runId, cancellation));

    /// <summary>Ends a run that nobody will take further.</summary>
    [Function(Abandon)]
    public Task<StepAnswer<StepEnd>> AbandonAsync(
        [ActivityTrigger] AbandonOrder order,
        CancellationToken cancellation
    ) =>
        EndAsync(
            Abandon,
            () =>
                tracing.AbandonAsync(
                    order.RunId,
                    () =>
                        factory
                            .Create(cancellation)
                            .AbandonAsync(
                                order.RunId,
                                order.Surprise.ArtifactsUnwell
                                    ? new IOException(order.Surprise.Message)
                                    : new StepSurpriseException(order.Surprise)
                            )
                )
        );

    private IRunSteps Steps(CancellationToken cancellation) =>
        tracing.Traced(factory.Create(cancellation), cancellation);

    private static Task<StepAnswer<StepEnd>> EndAsync(string step, Func<Task<RunError?>> work) =>
        StepGuard.DoAsync(step, async () => new StepEnd(await work()));

    private static Task<StepAnswer<StepEnd>> EndAsync(string step, Func<Task> work) =>
        StepGuard.DoAsync(
            step,
            async () =>
            {
                await work();
                return new StepEnd(null);
            }
        );
}
