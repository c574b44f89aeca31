namespace PerfGate.Host.Server;

/// <summary>
/// A server ends when the command that started it says so. It takes no signals itself: on Ctrl+C a command may still have to
/// speak to it, to cancel its run.
/// </summary>
internal sealed class CommandLifetime : IHostLifetime
{
    /// <inheritdoc />
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
