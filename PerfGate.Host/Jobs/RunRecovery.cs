using PerfGate.Adapters.Http;
using PerfGate.Adapters.Postgres;

namespace PerfGate.Host.Jobs;

/// <summary>
/// Hands runs to the workers that nobody works on: at start, whenever a run has ended, and every 20 seconds, so that a run
/// goes on where its server died, and a line moves whatever happened to a job. A run handed over twice is taken up once.
/// </summary>
public sealed partial class RunRecovery(
    RunQueue queue,
    IRunStarter starter,
    JobWorkers workers,
    TimeProvider time,
    ILogger<RunRecovery> log
) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(20);

    /// <summary>Hands over what is due and held by nobody.</summary>
    public async Task HandOverAsync(CancellationToken cancellation)
    {
        foreach (var run in await queue.ListOrphansAsync(workers.Front, cancellation))
        {
            await starter.StartAsync(run, cancellation);
        }
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await HandOverAsync(stoppingToken);
            }
            catch (Exception surprise) when (surprise is not OperationCanceledException)
            {
                // The database may be away; the next look may find it.
                LogSurprise(surprise);
            }
        } while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(LogLevel.Error, "Runs without a worker could not be looked for")]
    private partial void LogSurprise(Exception surprise);
}
