namespace PerfGate.Adapters.Postgres;

/// <summary>
/// Looks runs up for many callers at once with at most one query in flight for each run. Hundreds may wait for the end of one run and
/// ask in the same moment; each with a connection of its own, they would wear out the pool and be told that the database is away.
/// </summary>
/// <remarks>
/// A caller shares only a look that begins after it asked, so an answer is never older than its question: whoever asks while a look
/// is in flight gets the next one.
/// </remarks>
public sealed class RunLooks(Func<Guid, CancellationToken, Task<RunRow?>> look)
{
    // For each run that is being looked up: who waits for the next look; null where nobody does yet.
    private readonly Dictionary<Guid, TaskCompletionSource<RunRow?>?> _next = [];

    /// <summary>The run as the database knows it now; null where there is none of that id.</summary>
    /// <param name="runId">The run asked for.</param>
    /// <param name="cancellation">Ends this caller's wait; the look goes on for those who share it.</param>
    /// <exception cref="OperationCanceledException">The caller went away.</exception>
    public Task<RunRow?> FindAsync(Guid runId, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        TaskCompletionSource<RunRow?>? mine;
        lock (_next)
        {
            var underWay = _next.TryGetValue(runId, out mine);
            if (mine is null)
            {
                _next[runId] = mine = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
            if (!underWay)
            {
                _ = LookWhileAskedAsync(runId);
            }
        }
        return mine.Task.WaitAsync(cancellation);
    }

    private async Task LookWhileAskedAsync(Guid runId)
    {
        // Leaves the lock of the caller before it asks anything.
        await Task.Yield();
        while (Take(runId) is { } asked)
        {
            try
            {
                asked.SetResult(await look(runId, CancellationToken.None));
            }
            catch (Exception failure)
            {
                asked.SetException(failure);
                // Whoever shares it may have gone away: then nobody is left to look at the exception.
                _ = asked.Task.Exception;
            }
        }
    }

    private TaskCompletionSource<RunRow?>? Take(Guid runId)
    {
        lock (_next)
        {
            if (_next[runId] is not { } asked)
            {
                _next.Remove(runId);
                return null;
            }
            _next[runId] = null;
            return asked;
        }
    }
}
