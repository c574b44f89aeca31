using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using PerfGate.Adapters.Http;
using PerfGate.Adapters.Runs;
using PerfGate.Functions.Orchestration;

namespace PerfGate.Functions.Timers;

/// <summary>
/// Starts the nightly tests. A night that was missed is made up for once; a test whose last night still runs is left out.
/// </summary>
public sealed class NightlyEndurance(ScheduledRuns scheduled, IRunStarter starter, InvocationClient client)
{
    /// <summary>Starts them.</summary>
    [Function("NightlyEndurance")]
    public Task RunAsync(
        [TimerTrigger("%NightlyEnduranceSchedule%")] TimerInfo timer,
        [DurableClient] DurableTaskClient durable,
        CancellationToken cancellation
    )
    {
        client.Durable = durable;
        return scheduled.StartDueAsync(starter, nightly: true, cancellation);
    }
}
