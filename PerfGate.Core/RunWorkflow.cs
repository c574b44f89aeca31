using PerfGate.Core.Runs;

namespace PerfGate.Core;

/// <summary>
/// The way of a run, in order. Does no I/O, reads no clock and makes no ids, so that it replays under Durable Functions and
/// runs unchanged in-process.
/// </summary>
public static class RunWorkflow
{
    /// <summary>How often the queue and the runners are looked at.</summary>
    public static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(2);

    /// <summary>Takes a run from queued to ended. Executed again after a crash, it goes on where the steps' own records say.</summary>
    /// <returns>The verdict; null where the run was withdrawn before it began, or had ended already.</returns>
    public static async Task<RunVerdict?> ExecuteAsync(Guid runId, IRunSteps steps)
    {
        try
        {
            // Admitted: one run an environment at a time, in order of arrival.
            if (!await SlotGrantedAsync(runId, steps))
            {
                return null;
            }

            // Script, runners, points and summary.
            var error = await ApplyLoadAsync(runId, steps);

            // Metrics, thresholds, baseline: whatever was measured is judged, even where the end was not a good one.
            error = await steps.MeasureAsync(runId) is { } unreadable ? error ?? unreadable : error;
            var verdict = await steps.JudgeAsync(runId, error);

            // Reported before it counts as ended, so that whoever waits for the end finds the report.
            await steps.ReportAsync(runId);
            await steps.RecordAsync(runId);
            return verdict;
        }
        finally
        {
            await steps.CleanUpAsync(runId);
        }
    }

    private static async Task<bool> SlotGrantedAsync(Guid runId, IRunSteps steps)
    {
        while (true)
        {
            switch (await steps.TakeSlotAsync(runId))
            {
                case SlotAnswer.Granted:
                    return true;
                case SlotAnswer.Withdrawn:
                    return false;
                default:
                    await steps.DelayAsync(LookInterval);
                    break;
            }
        }
    }

    private static async Task<RunError?> ApplyLoadAsync(Guid runId, IRunSteps steps)
    {
        if (await steps.PrepareScriptAsync(runId) is { } unprepared)
        {
            return unprepared;
        }
        if (await steps.StartRunnersAsync(runId) is { } notStarted)
        {
            return notStarted;
        }
        while (true)
        {
            var runners = await steps.ObserveRunnersAsync(runId);
            if (runners.Ended)
            {
                return runners.Error;
            }
            await steps.DelayAsync(LookInterval);
        }
    }
}
