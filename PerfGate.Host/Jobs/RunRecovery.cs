using PerfGate.Adapters.Http;
using PerfGate.Adapters.Postgres;

namespace PerfGate.Host.Jobs;

/// <summary>
/// At start: hands every run that has not ended to the workers again, the oldest first. A run whose job survived is handed
/// over twice, which is harmless.
/// </summary>
public sealed class RunRecovery(RunStore runs, IRunStarter starter) : BackgroundService
{
    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (var run in await runs.ListUnfinishedAsync(stoppingToken))
        {
            await starter.StartAsync(run, stoppingToken);
        }
    }
}
