namespace PerfGate.Adapters.Http;

/// <summary>Starts the way of a stored run: Hangfire on one machine, Durable Functions on Azure.</summary>
public interface IRunStarter
{
    /// <summary>Starts it. Starting the same run twice is harmless: its steps are idempotent.</summary>
    Task StartAsync(Guid runId, CancellationToken cancellation);

    /// <summary>
    /// Tells whoever carries a run that its cancellation was asked for. The run's row has said so already, and is looked at every
    /// few seconds: this only hastens it, and does nothing by default.
    /// </summary>
    Task HastenCancelAsync(Guid runId, CancellationToken cancellation) => Task.CompletedTask;
}
