using PerfGate.Adapters.ContainerInstances;

namespace PerfGate.Host.Jobs;

/// <summary>Sweeps orphaned container groups at start and every ten minutes, where runners run in containers.</summary>
public sealed partial class RunnerSweep(OrphanSweep sweep, TimeProvider time, ILogger<RunnerSweep> log)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await sweep.SweepAsync(stoppingToken);
            }
            catch (Exception surprise) when (surprise is not OperationCanceledException)
            {
                // The database may be away; the next sweep may find it.
                LogSurprise(surprise);
            }
        } while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(LogLevel.Error, "Orphaned container groups could not be swept")]
    private partial void LogSurprise(Exception surprise);
}
