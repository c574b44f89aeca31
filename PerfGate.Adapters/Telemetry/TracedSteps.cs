using System.Diagnostics;
using PerfGate.Core;
using PerfGate.Core.Requests;
using PerfGate.Core.Runs;

namespace PerfGate.Adapters.Telemetry;

/// <summary>Steps that are told of.</summary>
internal sealed class TracedSteps(IRunSteps steps, RunTracing tracing, CancellationToken cancellation) : IRunSteps
{
    /// <inheritdoc />
    public Task<SlotAnswer> TakeSlotAsync(Guid runId) =>
        tracing.LookAsync(
            "TakeSlot",
            runId,
            async run =>
            {
                var answer = await steps.TakeSlotAsync(runId);
                if (answer == SlotAnswer.Granted)
                {
                    await tracing.GrantedAsync(run, cancellation);
                }
                return answer;
            },
            answer => answer != SlotAnswer.Waiting,
            describe: null,
            cancellation
        );

    /// <inheritdoc />
    public Task<RunError?> PrepareScriptAsync(Guid runId) =>
        ErrorOf("PrepareScript", runId, () => steps.PrepareScriptAsync(runId));

    /// <inheritdoc />
    public Task<RunError?> StartRunnersAsync(Guid runId) =>
        ErrorOf("StartRunners", runId, () => steps.StartRunnersAsync(runId));

    /// <inheritdoc />
    public Task<RunnersAnswer> ObserveRunnersAsync(Guid runId) =>
        tracing.LookAsync(
            "ObserveRunners",
            runId,
            _ => steps.ObserveRunnersAsync(runId),
            answer => answer.Ended,
            (span, answer) => Describe(span, answer.Error),
            cancellation
        );

    /// <inheritdoc />
    public Task<RunError?> MeasureAsync(Guid runId) => ErrorOf("Measure", runId, () => steps.MeasureAsync(runId));

    /// <inheritdoc />
    public Task<RunVerdict> JudgeAsync(Guid runId, RunError? error) =>
        tracing.StepAsync(
            "Judge",
            runId,
            _ => steps.JudgeAsync(runId, error),
            (span, judged) => span.SetTag(TelemetryTags.Verdict, EnumText.Lower(judged.Verdict)),
            cancellation
        );

    /// <inheritdoc />
    public Task ReportAsync(Guid runId) => Done("Report", runId, () => steps.ReportAsync(runId));

    /// <inheritdoc />
    public Task RecordAsync(Guid runId) =>
        Done("Record", runId, () => tracing.RecordAsync(runId, () => steps.RecordAsync(runId), cancellation));

    /// <inheritdoc />
    public async Task CleanUpAsync(Guid runId)
    {
        await Done("CleanUp", runId, () => steps.CleanUpAsync(runId));
        tracing.Forget(runId);
    }

    /// <inheritdoc />
    public Task DelayAsync(TimeSpan delay) => steps.DelayAsync(delay);

    private Task<RunError?> ErrorOf(string name, Guid runId, Func<Task<RunError?>> step) =>
        tracing.StepAsync(name, runId, _ => step(), Describe, cancellation);

    private Task<bool> Done(string name, Guid runId, Func<Task> step) =>
        tracing.StepAsync(
            name,
            runId,
            async _ =>
            {
                await step();
                return true;
            },
            describe: null,
            cancellation
        );

    private static void Describe(Activity span, RunError? error)
    {
        if (error is not null)
        {
            RunTelemetry.Fail(span, error.Code, error.Message);
        }
    }
}
