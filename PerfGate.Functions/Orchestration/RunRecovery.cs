using Microsoft.Extensions.Logging;
using PerfGate.Adapters.Postgres;

namespace PerfGate.Functions.Orchestration;

/// <summary>
/// Takes up runs that have not ended and that no orchestration carries: stored by a request that died before it could start one,
/// or whose orchestration somebody terminated, which skips its cleanup. They go on where the steps' own records say.
/// </summary>
public sealed partial class RunRecovery(RunQueue queue, DurableRunStarter starter, ILogger<RunRecovery> log)
{
    /// <summary>Takes them up.</summary>
    public async Task TakeUpAsync(CancellationToken cancellation)
    {
        // An orchestration that waits costs nothing: all of a line are carried, not only its front.
        foreach (var run in await queue.ListOrphansAsync(int.MaxValue, cancellation))
        {
            if (!await starter.IsUnderWayAsync(run, cancellation))
            {
                LogTakenUp(run);
                await starter.StartAsync(run, cancellation);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Nobody carried run {RunId}: it is taken up")]
    private partial void LogTakenUp(Guid runId);
}
