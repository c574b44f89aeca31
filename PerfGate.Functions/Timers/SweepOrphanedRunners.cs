using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using PerfGate.Adapters.ContainerInstances;
using PerfGate.Functions.Orchestration;

namespace PerfGate.Functions.Timers;

/// <summary>Takes up runs that nobody carries, and deletes runners whose run is over or unknown.</summary>
public sealed class SweepOrphanedRunners(RunRecovery recovery, InvocationClient client, OrphanSweep? sweep = null)
{
    /// <summary>Sweeps.</summary>
    [Function("SweepOrphanedRunners")]
    public async Task RunAsync(
        [TimerTrigger("%SweepOrphanedRunnersSchedule%")] TimerInfo timer,
        [DurableClient] DurableTaskClient durable,
        CancellationToken cancellation
    )
    {
        client.Durable = durable;
        await recovery.TakeUpAsync(cancellation);
        // There is none where runners are child processes.
        await (sweep?.SweepAsync(cancellation) ?? Task.CompletedTask);
    }
}
