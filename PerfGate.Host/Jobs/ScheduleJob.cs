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

/// <summary>Makes recurring jobs at start: one of each for all servers on a database.</summary>
internal sealed class ScheduleRegistration(JobStorage storage) : IHostedService
{
    private static readonly RecurringJobOptions InUtc = new() { TimeZone = TimeZoneInfo.Utc };

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken)
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
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
