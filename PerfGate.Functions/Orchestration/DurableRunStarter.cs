using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using PerfGate.Adapters.Http;

namespace PerfGate.Functions.Orchestration;

/// <summary>Starts runs as orchestrations: the instance's id is the run's, so that there is never more than one of a run.</summary>
public sealed partial class DurableRunStarter(InvocationClient client, ILogger<DurableRunStarter> log) : IRunStarter
{
    /// <summary>The instance of a run.</summary>
    public static string InstanceOf(Guid runId) => runId.ToString();

    /// <inheritdoc />
    public async Task StartAsync(Guid runId, CancellationToken cancellation)
    {
        if (await IsUnderWayAsync(runId, cancellation))
        {
            return;
        }
        try
        {
            await client.Durable.ScheduleNewOrchestrationInstanceAsync(
                RunOrchestrator.Name,
                new OrchestrationState(runId),
                new StartOrchestrationOptions(InstanceOf(runId)),
                cancellation
            );
        }
        catch (Exception)
        {
            // Which exception says that an instance runs already is the backend's affair; whether one does can be asked.
            if (!await IsUnderWayAsync(runId, cancellation))
            {
                throw;
            }
        }
    }

    /// <inheritdoc />
    public async Task HastenCancelAsync(Guid runId, CancellationToken cancellation)
    {
        try
        {
            await client.Durable.RaiseEventAsync(
                InstanceOf(runId),
                DurableRunSteps.CancelEvent,
                cancellation: cancellation
            );
        }
        catch (Exception unheard) when (unheard is not OperationCanceledException)
        {
            // It may have ended a moment ago, or not have begun: the row has said it.
            LogUnheard(unheard, runId);
        }
    }

    /// <summary>Whether an orchestration carries the run.</summary>
    public async Task<bool> IsUnderWayAsync(Guid runId, CancellationToken cancellation) =>
        await client.Durable.GetInstanceAsync(InstanceOf(runId), cancellation: cancellation)
            is {
                RuntimeStatus: OrchestrationRuntimeStatus.Pending
                    or OrchestrationRuntimeStatus.Running
                    or OrchestrationRuntimeStatus.Suspended
            };

    [LoggerMessage(LogLevel.Information, "The orchestration of run {RunId} could not be told of its cancellation")]
    private partial void LogUnheard(Exception unheard, Guid runId);
}
