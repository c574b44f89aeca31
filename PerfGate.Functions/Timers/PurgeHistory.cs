using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using PerfGate.Adapters.Retention;
using PerfGate.Functions.Settings;

namespace PerfGate.Functions.Timers;

/// <summary>Deletes what is older than the settings want: artifacts, rows of runs, histories of orchestrations.</summary>
public sealed partial class PurgeHistory(
    RunRetention retention,
    FunctionsSettings settings,
    TimeProvider time,
    ILogger<PurgeHistory> log
)
{
    // Before there was PerfGate: Azure's tables cannot be asked for times of the first centuries.
    private static readonly DateTimeOffset Beginning = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly OrchestrationRuntimeStatus[] Ended =
    [
        OrchestrationRuntimeStatus.Completed,
        OrchestrationRuntimeStatus.Failed,
        OrchestrationRuntimeStatus.Terminated,
    ];

    /// <summary>Deletes it.</summary>
    [Function("PurgeHistory")]
    public async Task RunAsync(
        [TimerTrigger("%PurgeHistorySchedule%")] TimerInfo timer,
        [DurableClient] DurableTaskClient durable,
        CancellationToken cancellation
    )
    {
        var runs = await retention.PurgeAsync(settings.Retention.Periods, cancellation);
        var until = time.GetUtcNow() - settings.Retention.Orchestrations;
        var histories = await durable.PurgeAllInstancesAsync(
            new PurgeInstancesFilter(Beginning, until, Ended),
            cancellation: cancellation
        );
        LogPurged(runs.Artifacts, runs.Runs, histories.PurgedInstanceCount, runs.IsComplete);
    }

    [LoggerMessage(
        LogLevel.Information,
        "Purged artifacts of {Artifacts} runs, {Runs} runs and {Histories} orchestrations; nothing is left to purge: {IsComplete}"
    )]
    private partial void LogPurged(int artifacts, int runs, int histories, bool isComplete);
}
