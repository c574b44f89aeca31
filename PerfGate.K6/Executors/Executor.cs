using System.Diagnostics;
using PerfGate.K6.Options;
using PerfGate.K6.Scripting;

namespace PerfGate.K6.Executors;

/// <summary>
/// Runs one scenario: starts iterations until its regular duration is over, lets those that run end within gracefulStop,
/// then cuts them off. Each VU that works has a thread of its own, which blocks as the user it stands for waits.
/// </summary>
internal abstract class Executor(ScenarioState scenario, TestContext test, VuPool pool, SegmentTuple segment)
{
    // Whatever waits ends at once when it is cut off, a script between two of its statements: what does not is stuck.
    private static readonly TimeSpan LongestEnding = TimeSpan.FromSeconds(30);

    private readonly List<Thread> _threads = [];
    private long _interruptedAt;
    private readonly HashSet<Vu> _working = [];

    protected ScenarioState Scenario { get; } = scenario;

    protected ScenarioOptions Options { get; } = scenario.Options;

    protected TestContext Test { get; } = test;

    protected VuPool Pool { get; } = pool;

    protected SegmentTuple Segment { get; } = segment;

    /// <summary>Since the scenario began.</summary>
    protected TimeSpan Elapsed => Stopwatch.GetElapsedTime(Scenario.StartedAt);

    /// <summary>Whether new iterations may begin.</summary>
    protected bool IsRegular => !Test.Stopping.IsCancellationRequested && Elapsed < Options.RegularDuration;

    /// <summary>Runs the scenario to its end. Blocks, but not for ever: an iteration that does not end is left behind, and said to be.</summary>
    public void Run()
    {
        if (Test.Stopping.WaitHandle.WaitOne(Options.StartTime))
        {
            return;
        }
        Scenario.StartedAt = Stopwatch.GetTimestamp();
        using var stop = Test.Stopping.Register(InterruptAll);
        var longest = Options.RegularDuration + Options.GracefulStop;
        using var end = new Timer(_ => InterruptAll(), null, longest, Timeout.InfiniteTimeSpan);
        Start();
        while (NextThread() is { } thread)
        {
            if (!HasEnded(thread))
            {
                Test.Abort(
                    $"an iteration of scenario '{Options.Name}' could not be cut off: it went on for {LongestEnding.TotalSeconds} s after its time",
                    ExitCodes.EngineFault
                );
                return;
            }
        }
        Ended();
    }

    /// <summary>Starts the work; it may go on in threads of <see cref="StartThread"/>.</summary>
    protected abstract void Start();

    /// <summary>After all threads have ended.</summary>
    protected virtual void Ended() { }

    protected void StartThread(Action work, string name)
    {
        var thread = ScriptThread.Create(() => Guarded(work), name);
        lock (_threads)
        {
            _threads.Add(thread);
        }
        thread.Start();
    }

    /// <summary>Borrows a VU and works with it on a thread of its own.</summary>
    protected void StartVu(Action<Vu> work) =>
        StartThread(
            () =>
            {
                Vu vu;
                try
                {
                    vu = Pool.Take(Test.Stopping);
                }
                catch (OperationCanceledException)
                {
                    return;
                }
                Work(vu, work);
            },
            Options.Name
        );

    /// <summary>Works with a VU, and gives it back.</summary>
    protected void Work(Vu vu, Action<Vu> work)
    {
        vu.Activate(Scenario);
        lock (_working)
        {
            _working.Add(vu);
        }
        if (Test.Stopping.IsCancellationRequested)
        {
            vu.Interrupt();
        }
        try
        {
            work(vu);
        }
        catch (OperationCanceledException)
        {
            // Cut off while it waited between iterations.
        }
        finally
        {
            lock (_working)
            {
                _working.Remove(vu);
            }
            vu.Flush();
            Pool.Return(vu);
        }
    }

    /// <summary>Runs an iteration of a VU that counts as active all the time.</summary>
    protected static void Loop(Vu vu, TestContext test, Func<bool> isOn)
    {
        test.Counters.AddActive(1);
        try
        {
            while (isOn() && vu.RunIteration()) { }
        }
        finally
        {
            test.Counters.AddActive(-1);
        }
    }

    protected void Drop(long iterations)
    {
        if (iterations > 0 && !Test.Stopping.IsCancellationRequested)
        {
            Test.Collector.Add([
                new Metrics.Sample(
                    Test.Metrics.DroppedIterations,
                    Scenario.MetricTags,
                    iterations,
                    RunClock.NowMicroseconds
                ),
            ]);
        }
    }

    // A fault of the engine itself must end the test, and be seen to have ended it.
    private void Guarded(Action work)
    {
        try
        {
            work();
        }
#pragma warning disable CA1031 // Nothing may leave a thread.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Test.Abort($"fault of the embedded engine: {e}", ExitCodes.EngineFault);
        }
    }

    /// <summary>Waits for a thread, but for one that is told to end only so long.</summary>
    private bool HasEnded(Thread thread)
    {
        while (!thread.Join(TimeSpan.FromSeconds(1)))
        {
            var interrupted = Volatile.Read(ref _interruptedAt);
            if (interrupted != 0 && Stopwatch.GetElapsedTime(interrupted) > LongestEnding)
            {
                return false;
            }
        }
        return true;
    }

    private void InterruptAll()
    {
        Interlocked.CompareExchange(ref _interruptedAt, Stopwatch.GetTimestamp(), 0);
        lock (_working)
        {
            foreach (var vu in _working)
            {
                vu.Interrupt();
            }
        }
    }

    private Thread? NextThread()
    {
        lock (_threads)
        {
            var thread = _threads.Count > 0 ? _threads[^1] : null;
            if (thread is not null)
            {
                _threads.RemoveAt(_threads.Count - 1);
            }
            return thread;
        }
    }
}
