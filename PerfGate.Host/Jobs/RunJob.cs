using Hangfire;
using Hangfire.Server;
using PerfGate.Adapters.Postgres;
using PerfGate.Adapters.Runs;
using PerfGate.Adapters.Telemetry;
using PerfGate.Core;

namespace PerfGate.Host.Jobs;

/// <summary>
/// Takes one run along its way as a Hangfire job. Hangfire runs a job again after a crash or a surprise; a run that another
/// worker holds at the moment is left to it.
/// </summary>
[AutomaticRetry(Attempts = Retries, DelaysInSeconds = [2, 10, 30], OnAttemptsExceeded = AttemptsExceededAction.Fail)]
public sealed partial class RunJob(
    RunStepsFactory steps,
    RunQueue queue,
    RunRecovery recovery,
    JobWorkers workers,
    RunTracing tracing,
    ILogger<RunJob> log
)
{
    private const int Retries = 3;

    /// <summary>Executes the run.</summary>
    public async Task ExecuteAsync(Guid runId, PerformContext? context, CancellationToken cancellation)
    {
        // Asked before it is held: whoever frees a place in the line hands over what nobody holds.
        if (!await queue.IsDueAsync(runId, workers.Front, cancellation))
        {
            return;
        }
        await using (var hold = await steps.TryHoldAsync(runId, cancellation))
        {
            if (hold is null)
            {
                return;
            }
            await tracing.CarryAsync(runId, () => ExecuteHeldAsync(runId, hold, context, cancellation), cancellation);
        }
        await recovery.HandOverAsync(cancellation);
    }

    private async Task ExecuteHeldAsync(
        Guid runId,
        RunHold hold,
        PerformContext? context,
        CancellationToken cancellation
    )
    {
        var runSteps = steps.Create(cancellation);
        try
        {
            var patient = steps.Patient(runSteps, hold, cancellation);
            await RunWorkflow.ExecuteAsync(runId, tracing.Traced(patient, cancellation));
        }
        catch (RunTakenOverException taken)
        {
            LogTakenOver(taken.Message);
        }
        catch (Exception surprise)
            when (surprise is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            var clean = JobSurpriseException.Of(surprise);
            LogSurprise(clean, runId);
            // Steps have waited for unwell artifacts already.
            var hopeless = ArtifactsUnwell.Explains(surprise);
            if (hopeless || (context?.GetJobParameter<int>("RetryCount") ?? Retries) >= Retries)
            {
                // Nobody will try again: the run must not stay "running" for ever.
                await tracing.AbandonAsync(runId, () => runSteps.AbandonAsync(runId, surprise));
            }
            if (!hopeless)
            {
                throw clean;
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Why}")]
    private partial void LogTakenOver(string why);

    [LoggerMessage(LogLevel.Error, "Run {RunId} met a surprise")]
    private partial void LogSurprise(Exception surprise, Guid runId);
}
