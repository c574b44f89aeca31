using Hangfire;
using PerfGate.Adapters.Http;
using PerfGate.Adapters.Runs;

namespace PerfGate.Host.Jobs;

/// <summary>Hangfire's job that starts, every minute, what is due.</summary>
public sealed class ScheduleJob(ScheduledRuns scheduled, IRunStarter starter)
{
    /// <summary>Starts it. What this call misses the next one finds, so that it is not tried again.</summary>
    [AutomaticRetry(Attempts = 0)]
    public async Task ExecuteAsync(CancellationToken cancellation)
    {
        try
        {
            await scheduled.StartDueAsync(starter, nightly: false, cancellation);
        }
        catch (Exception surprise) when (surprise is not OperationCanceledException)
        {
            throw JobSurpriseException.Of(surprise);
        }
    }
}

/// <summary>
/// Makes recurring jobs at start: one of each for all servers on a database. Where that cannot be done at once, the server starts all the
/// same: one that was killed may have left Hangfire's lock of a job behind, which is taken for stale after a while
/// (<c>DistributedLockTimeout</c>).
/// </summary>
internal sealed partial class ScheduleRegistration(
    JobStorage storage,
    TimeProvider time,
    ILogger<ScheduleRegistration> log
) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private static readonly RecurringJobOptions InUtc = new() { TimeZone = TimeZoneInfo.Utc };

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                // It blocks while it waits for a lock.
                await Task.Run(Register, stoppingToken);
                return;
            }
            catch (Exception surprise) when (surprise is not OperationCanceledException)
            {
                LogSurprise(surprise);
            }
            await Task.Delay(Pause, time, stoppingToken);
        }
    }

    private void Register()
    {
        var manager = new RecurringJobManager(storage);
        manager.AddOrUpdate<ScheduleJob>(
            "start-due-tests",
            job => job.ExecuteAsync(CancellationToken.None),
            Cron.Minutely,
            InUtc
        );
        // Of a night when no server ran, the next one makes up for it when it starts.
        manager.AddOrUpdate<RetentionJob>(
            "purge-history",
            job => job.ExecuteAsync(CancellationToken.None),
            Cron.Daily(3, 30),
            InUtc
        );
    }

    [LoggerMessage(LogLevel.Warning, "Recurring jobs could not be made yet")]
    private partial void LogSurprise(Exception surprise);
}
