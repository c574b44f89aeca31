using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using PerfGate.Adapters.Http;
using PerfGate.Adapters.Runs;
using PerfGate.Functions.Orchestration;

namespace PerfGate.Functions.Timers;

/// <summary>
/// Starts tests whose own schedule has come, and nightly ones that their timer missed: one that fires a moment too early finds
/// nothing due.
/// </summary>
public sealed class StartDueTests(ScheduledRuns scheduled, IRunStarter starter, InvocationClient client)
{
    /// <summary>Starts them.</summary>
    [Function("StartDueTests")]
    public Task RunAsync(
        [TimerTrigger("%StartDueTestsSchedule%")] TimerInfo timer,
        [DurableClient] DurableTaskClient durable,
        CancellationToken cancellation
    )
    {
        client.Durable = durable;
        return scheduled.StartDueAsync(starter, nightly: false, cancellation);
    }
}
