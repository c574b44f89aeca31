using Microsoft.Extensions.Logging;
using PerfGate.Adapters.Http;
using PerfGate.Adapters.Postgres;

namespace PerfGate.Adapters.Runs;

/// <summary>Starts the runs of stored tests whose time has come; both hosts call it by their own timers.</summary>
public sealed partial class ScheduledRuns(DueTests due, ILogger<ScheduledRuns> log)
{
    /// <summary>Starts all that is due; what came of each.</summary>
    /// <param name="starter">
    /// Takes each run that was stored. Where it fails, or this process dies before, the run waits in its line, and whoever looks
    /// for runs that nobody works on finds it.
    /// </param>
    /// <param name="nightly">Only tests without a cron expression of their own.</param>
    /// <param name="cancellation">Stops between two tests.</param>
    public async Task<IReadOnlyList<DueTest>> StartDueAsync(
        IRunStarter starter,
        bool nightly,
        CancellationToken cancellation
    )
    {
        var started = new List<DueTest>();
        while (await due.TakeAsync(nightly, cancellation) is { } test)
        {
            started.Add(test);
            if (test.RunId is { } runId)
            {
                await starter.StartAsync(runId, cancellation);
                LogStarted(test.TestDefinitionId, test.Outcome);
            }
            else
            {
                // Beside it: an alert looks for this sentence among what is logged without an exception.
                LogNotStarted(test.TestDefinitionId, test.Outcome);
                if (test.Surprise is { } surprise)
                {
                    LogSurprise(surprise, test.TestDefinitionId);
                }
            }
        }
        return started;
    }

    [LoggerMessage(LogLevel.Information, "Test {Test} was due. {Outcome}")]
    private partial void LogStarted(Guid test, string outcome);

    [LoggerMessage(LogLevel.Warning, "Test {Test} was due. {Outcome}")]
    private partial void LogNotStarted(Guid test, string outcome);

    [LoggerMessage(LogLevel.Error, "Test {Test} was due and met a surprise")]
    private partial void LogSurprise(Exception surprise, Guid test);
}
