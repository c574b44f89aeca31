using System.Collections.Concurrent;
using PerfGate.K6.Scripting;

namespace PerfGate.K6.Executors;

/// <summary>The VUs of a test. Scenarios borrow them and give them back, so that one after the other uses the same.</summary>
internal sealed class VuPool(TestContext test) : IDisposable
{
    private readonly BlockingCollection<Vu> _idle = [];
    private readonly ConcurrentBag<Vu> _all = [];
    private int _lastId;

    /// <summary>Makes VUs on all processors.</summary>
    public void Prepare(int count)
    {
        var made = new Vu[count];
        var next = 0;
        Parallel.For(
            0,
            Math.Min(count, Environment.ProcessorCount),
            _ =>
                ScriptThread.Run(
                    () =>
                    {
                        try
                        {
                            int id;
                            while ((id = Interlocked.Increment(ref next)) <= count)
                            {
                                made[id - 1] = Make(id);
                            }
                            return true;
                        }
                        catch
                        {
                            // Where one fails there is no load: the others need not be made.
                            Interlocked.Add(ref next, count);
                            throw;
                        }
                    },
                    "init"
                )
        );
        _lastId = count;
        foreach (var vu in made)
        {
            _idle.Add(vu);
        }
    }

    /// <summary>A VU that is idle; waits for one.</summary>
    /// <exception cref="OperationCanceledException">The test stopped meanwhile.</exception>
    public Vu Take(CancellationToken cancellation) => _idle.Take(cancellation);

    /// <summary>A VU beyond those that were planned.</summary>
    public Vu MakeUnplanned() => Make(Interlocked.Increment(ref _lastId));

    /// <summary>Gives a VU back.</summary>
    public void Return(Vu vu) => _idle.Add(vu);

    public void Dispose()
    {
        foreach (var vu in _all)
        {
            vu.Dispose();
        }
        _idle.Dispose();
    }

    private Vu Make(int id)
    {
        var vu = new Vu(test, id);
        vu.Initialize();
        _all.Add(vu);
        test.Counters.AddInitialized();
        return vu;
    }
}
