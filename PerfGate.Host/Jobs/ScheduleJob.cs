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

/// <summary>Makes it a recurring job at start: one for all servers on a database.</summary>
internal sealed class ScheduleRegistration(JobStorage storage) : IHostedService
{
    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken)
    {
        new RecurringJobManager(storage).AddOrUpdate<ScheduleJob>(
            "start-due-tests",
            job => job.ExecuteAsync(CancellationToken.None),
            Cron.Minutely,
            new RecurringJobOptions { TimeZone = TimeZoneInfo.Utc }
        );
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
