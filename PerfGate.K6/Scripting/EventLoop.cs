using System.Diagnostics;
using Jint;

namespace PerfGate.K6.Scripting;

/// <summary>
/// A VU's event loop. Work done elsewhere (a request in the background, a WebSocket) is handed back here, so that JavaScript
/// only ever runs on the VU's own thread. An iteration is over when nothing is outstanding any more, as in k6.
/// </summary>
public sealed class EventLoop
{
    private readonly object _gate = new();
    private readonly Queue<Action> _ready = new();
    private readonly PriorityQueue<long, (long Due, long Id)> _timers = new();
    private readonly Dictionary<long, (Action Callback, long Interval)> _active = [];
    private int _outstanding;
    private int _round;
    private long _lastTimer;

    /// <summary>Whether anything is left to wait for.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_gate)
            {
                return _outstanding == 0 && _ready.Count == 0 && _active.Count == 0;
            }
        }
    }

    /// <summary>Announces work elsewhere; the answer takes its outcome, once, from any thread.</summary>
    public Action<Action> Register()
    {
        int round;
        lock (_gate)
        {
            _outstanding++;
            round = _round;
        }
        return action =>
        {
            lock (_gate)
            {
                if (round == _round)
                {
                    _outstanding--;
                    _ready.Enqueue(action);
                    Monitor.Pulse(_gate);
                }
            }
        };
    }

    /// <summary>Queues an event of something that stays registered.</summary>
    public void Post(Action action)
    {
        lock (_gate)
        {
            _ready.Enqueue(action);
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Starts a timer; the answer is its id.</summary>
    public long AddTimer(Action callback, double milliseconds, bool repeats)
    {
        var interval = (long)(
            Math.Max(1, double.IsFinite(milliseconds) ? milliseconds : 1) * Stopwatch.Frequency / 1000
        );
        lock (_gate)
        {
            var id = ++_lastTimer;
            _active[id] = (callback, repeats ? interval : 0);
            _timers.Enqueue(id, (Stopwatch.GetTimestamp() + interval, id));
            return id;
        }
    }

    /// <summary>Ends a timer.</summary>
    public void ClearTimer(long id)
    {
        lock (_gate)
        {
            _active.Remove(id);
        }
    }

    /// <summary>Forgets everything that is outstanding: the iteration was interrupted.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _round++;
            _outstanding = 0;
            _ready.Clear();
            _timers.Clear();
            _active.Clear();
        }
    }

    /// <summary>Runs events until nothing is outstanding, or until told to stop.</summary>
    /// <exception cref="OperationCanceledException">The iteration is interrupted.</exception>
    public void Run(Engine engine, Func<bool> isDone, CancellationToken cancellation)
    {
        using var wake = cancellation.Register(() =>
        {
            lock (_gate)
            {
                Monitor.PulseAll(_gate);
            }
        });
        engine.Advanced.ProcessTasks();
        while (!isDone() && Next(cancellation) is { } action)
        {
            action();
            engine.Advanced.ProcessTasks();
        }
    }

    private Action? Next(CancellationToken cancellation)
    {
        lock (_gate)
        {
            while (true)
            {
                cancellation.ThrowIfCancellationRequested();
                if (_ready.TryDequeue(out var action))
                {
                    return action;
                }
                if (DueTimer(out var wait) is { } callback)
                {
                    return callback;
                }
                if (_outstanding == 0 && _active.Count == 0)
                {
                    return null;
                }
                // A VU's thread is its own: it blocks here on purpose.
                Monitor.Wait(_gate, wait);
            }
        }
    }

    private Action? DueTimer(out TimeSpan wait)
    {
        wait = Timeout.InfiniteTimeSpan;
        while (_timers.TryPeek(out var id, out var next))
        {
            if (!_active.TryGetValue(id, out var timer))
            {
                _timers.Dequeue();
                continue;
            }
            var now = Stopwatch.GetTimestamp();
            if (next.Due > now)
            {
                wait = TimeSpan.FromMilliseconds(Math.Ceiling((next.Due - now) * 1000d / Stopwatch.Frequency));
                return null;
            }
            _timers.Dequeue();
            if (timer.Interval > 0)
            {
                _timers.Enqueue(id, (now + timer.Interval, id));
            }
            else
            {
                _active.Remove(id);
            }
            return timer.Callback;
        }
        return null;
    }
}
