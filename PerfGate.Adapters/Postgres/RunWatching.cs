namespace PerfGate.Adapters.Postgres;

/// <summary>
/// One reader's interest in a run. Begin to watch before looking at the run: what happens between look and wait is then
/// not missed. Dispose of it when nobody waits any more.
/// </summary>
public sealed class RunWatching : IDisposable
{
    private readonly RunWatch _watch;
    private readonly WatchedRun _run;
    private bool _disposed;

    internal RunWatching(RunWatch watch, WatchedRun run) => (_watch, _run) = (watch, run);

    /// <summary>Done once the run has ended.</summary>
    public Task Ended => _run.Ended.Task;

    /// <summary>
    /// Done once this or another run has moved since it was asked for (a place in a line changes by others' moves), at the
    /// latest after some seconds. Take it before looking, look, then wait for it.
    /// </summary>
    public Task Moved => _run.Moved.Task;

    /// <summary>Waits for the run's end, for a time, or for the host to stop, whichever comes first.</summary>
    /// <exception cref="OperationCanceledException">The caller went away.</exception>
    public async Task WaitForEndAsync(TimeSpan longest, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _watch.HostStopping);
        try
        {
            await Ended.WaitAsync(longest, _watch.Time, stop.Token);
        }
        catch (TimeoutException) { }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested) { }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _watch.Leave(_run);
        }
    }
}

/// <summary>A run that somebody in this process waits for.</summary>
internal sealed class WatchedRun(Guid id)
{
    private volatile TaskCompletionSource _moved = NewSource();

    public Guid Id { get; } = id;

    /// <summary>Guarded by the watch's lock.</summary>
    public int Readers { get; set; }

    public TaskCompletionSource Ended { get; } = NewSource();

    public TaskCompletionSource Moved => _moved;

    public void Move() => Interlocked.Exchange(ref _moved, NewSource()).TrySetResult();

    // Those who wait go on by themselves: the one that wakes them has others to wake.
    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
