namespace PerfGate.Adapters.Http;

/// <summary>Starts the way of a stored run: Hangfire on one machine, Durable Functions on Azure.</summary>
public interface IRunStarter
{
    /// <summary>Starts it. Starting the same run twice is harmless: its steps are idempotent.</summary>
    Task StartAsync(Guid runId, CancellationToken cancellation);
}
