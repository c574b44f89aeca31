namespace PerfGate.Tests.Functions.Replay;

/// <summary>
/// What an orchestrator runs on: its continuations are queued, and executed one after the other by whoever drives it, as the
/// Durable runtime does.
/// </summary>
internal sealed class OrchestratorThread : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _queue = new();
    private readonly int _thread = Environment.CurrentManagedThreadId;

    /// <summary>Throws where an orchestrator has left its thread, as by ConfigureAwait(false) or Task.Run.</summary>
    public void Verify()
    {
        if (Environment.CurrentManagedThreadId != _thread)
        {
            throw new NonDeterminismException("The orchestrator awaited something that is no task of its context.");
        }
    }

    public override void Post(SendOrPostCallback d, object? state)
    {
        lock (_queue)
        {
            _queue.Enqueue((d, state));
        }
    }

    /// <summary>Does something, and all that follows from it.</summary>
    public void Do(Action action)
    {
        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            action();
            while (TryTake() is var (callback, state))
            {
                callback(state);
            }
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    private (SendOrPostCallback Callback, object? State)? TryTake()
    {
        lock (_queue)
        {
            return _queue.TryDequeue(out var next) ? next : null;
        }
    }
}
