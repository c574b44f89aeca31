using Hangfire;
using PerfGate.Adapters.Http;

namespace PerfGate.Host.Jobs;

/// <summary>Hands runs to Hangfire, which keeps them in PostgreSQL until one server has taken each to its end.</summary>
public sealed class HangfireRunStarter(IBackgroundJobClient jobs) : IRunStarter
{
    /// <inheritdoc />
    public Task StartAsync(Guid runId, CancellationToken cancellation)
    {
        jobs.Enqueue<RunJob>(job => job.ExecuteAsync(runId, null, CancellationToken.None));
        return Task.CompletedTask;
    }
}
