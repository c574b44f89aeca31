using PerfGate.Adapters.Blobs;
using PerfGate.Adapters.Postgres;
using PerfGate.Core;
using PerfGate.Core.Runs;

namespace PerfGate.Adapters.Runs;

/// <summary>Another worker has taken the run over while this one could not reach the database: it is left to that one.</summary>
public sealed class RunTakenOverException(Guid runId)
    : Exception($"Run {runId} was taken over by another worker while the database was away.");

/// <summary>
/// Steps that outlast a database or a blob service that is away: each is repeated until it is back, which steps allow since each
/// may be executed twice. Meanwhile the load goes on; a run is not worth less because its bookkeeper was out. Before each step the
/// claim on the run is looked at, so that no two workers take steps of one run.
/// </summary>
/// <param name="steps">The steps.</param>
/// <param name="hold">The claim on the run.</param>
/// <param name="artifactPatience">How long a step waits for a blob service that is away, 0 or more.</param>
/// <param name="time">The clock.</param>
/// <param name="cancellation">The host stops.</param>
public sealed class PatientSteps(
    IRunSteps steps,
    RunHold hold,
    TimeSpan artifactPatience,
    TimeProvider time,
    CancellationToken cancellation
) : IRunSteps
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // Longer than any restart; what lasts longer is not going to be better for being waited for.
    private static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    // Another's session that ends with the same outage may be over a little later than ours.
    private static readonly TimeSpan TakeOverPatience = TimeSpan.FromSeconds(5);

    // What artifacts may take to be well again that are there and refuse: a network drive's hiccup, a log that is being rotated, a
    // role that was granted a moment ago.
    private const int RefusalTries = 4;

    private bool _lost;

    /// <inheritdoc />
    public Task<SlotAnswer> TakeSlotAsync(Guid runId) => RepeatAsync(runId, () => steps.TakeSlotAsync(runId));

    /// <inheritdoc />
    public Task<RunError?> PrepareScriptAsync(Guid runId) => RepeatAsync(runId, () => steps.PrepareScriptAsync(runId));

    /// <inheritdoc />
    public Task<RunError?> StartRunnersAsync(Guid runId) => RepeatAsync(runId, () => steps.StartRunnersAsync(runId));

    /// <inheritdoc />
    public Task<RunnersAnswer> ObserveRunnersAsync(Guid runId) =>
        RepeatAsync(runId, () => steps.ObserveRunnersAsync(runId));

    /// <inheritdoc />
    public Task<RunError?> MeasureAsync(Guid runId) => RepeatAsync(runId, () => steps.MeasureAsync(runId));

    /// <inheritdoc />
    public Task<RunVerdict> JudgeAsync(Guid runId, RunError? error) =>
        RepeatAsync(runId, () => steps.JudgeAsync(runId, error));

    /// <inheritdoc />
    public Task ReportAsync(Guid runId) => RepeatAsync(runId, () => steps.ReportAsync(runId));

    /// <inheritdoc />
    public Task RecordAsync(Guid runId) => RepeatAsync(runId, () => steps.RecordAsync(runId));

    /// <inheritdoc />
    public async Task CleanUpAsync(Guid runId)
    {
        var begun = time.GetTimestamp();
        while (!_lost)
        {
            try
            {
                await steps.CleanUpAsync(runId);
                return;
            }
            catch (Exception away) when (BlobsAway.Explains(away))
            {
                if (cancellation.IsCancellationRequested || time.GetElapsedTime(begun) > artifactPatience)
                {
                    // The run has ended; only what would have been sealed is not.
                    return;
                }
            }
            await Task.WhenAny(Task.Delay(Pause, time, cancellation));
        }
    }

    /// <inheritdoc />
    public Task DelayAsync(TimeSpan delay) => steps.DelayAsync(delay);

    private Task<bool> RepeatAsync(Guid runId, Func<Task> step) =>
        RepeatAsync(
            runId,
            async () =>
            {
                await step();
                return true;
            }
        );

    private async Task<T> RepeatAsync<T>(Guid runId, Func<Task<T>> step)
    {
        var begun = time.GetTimestamp();
        var refusals = 0;
        while (true)
        {
            try
            {
                await StandAsync(runId);
                return await step();
            }
            catch (Exception e) when (DatabaseAway.Explains(e) && time.GetElapsedTime(begun) < Patience) { }
            catch (Exception e) when (BlobsAway.Explains(e) && !cancellation.IsCancellationRequested)
            {
                if (time.GetElapsedTime(begun) > artifactPatience)
                {
                    throw;
                }
            }
            catch (Exception e) when (ArtifactsUnwell.Explains(e) && ++refusals < RefusalTries) { }
            await Task.Delay(Pause, time, cancellation);
        }
    }

    private async Task StandAsync(Guid runId)
    {
        var begun = time.GetTimestamp();
        while (!await hold.StandsAsync(cancellation))
        {
            if (time.GetElapsedTime(begun) > TakeOverPatience)
            {
                _lost = true;
                throw new RunTakenOverException(runId);
            }
            await Task.Delay(Pause, time, cancellation);
        }
    }
}
