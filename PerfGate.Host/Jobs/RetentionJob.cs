using Hangfire;
using PerfGate.Adapters.Retention;

namespace PerfGate.Host.Jobs;

/// <summary>Hangfire's job that deletes, every night, what is older than the settings want.</summary>
public sealed partial class RetentionJob(RunRetention retention, RetentionPeriods periods, ILogger<RetentionJob> log)
{
    /// <summary>Deletes it. What this call leaves the next one finds, so that it is not tried again.</summary>
    [AutomaticRetry(Attempts = 0)]
    public async Task ExecuteAsync(CancellationToken cancellation)
    {
        try
        {
            var purged = await retention.PurgeAsync(periods, cancellation);
            LogPurged(purged.Artifacts, purged.Runs, purged.IsComplete);
        }
        catch (Exception surprise) when (surprise is not OperationCanceledException)
        {
            throw JobSurpriseException.Of(surprise);
        }
    }

    [LoggerMessage(
        LogLevel.Information,
        "Purged artifacts of {Artifacts} runs and {Runs} runs; nothing is left to purge: {IsComplete}"
    )]
    private partial void LogPurged(int artifacts, int runs, bool isComplete);
}
