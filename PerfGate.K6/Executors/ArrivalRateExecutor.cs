using PerfGate.K6.Options;
using PerfGate.K6.Scripting;

namespace PerfGate.K6.Executors;

/// <summary>
/// constant-arrival-rate and ramping-arrival-rate: iterations begin at their times, whether those before have ended or not.
/// Where no VU is free, the iteration is dropped, and one more VU is made, up to maxVUs.
/// </summary>
internal sealed class ArrivalRateExecutor(
    ScenarioState scenario,
    TestContext test,
    VuPool pool,
    SegmentTuple segment,
    SegmentTuple dealt
) : Executor(scenario, test, pool, segment)
{
    private readonly object _gate = new();
    private int _free;
    private int _made;
    private int _making;
    private int _accepted;
    private bool _over;

    protected override void Start()
    {
        var most = (int)Segment.Scale(Math.Max(Options.MaxVus, Options.PreAllocatedVus));
        _made = (int)Segment.Scale(Options.PreAllocatedVus);
        _free = _made;
        for (var i = 0; i < _made; i++)
        {
            StartVu(Serve);
        }
        var warned = false;
        foreach (var at in ArrivalTimes.Of(Options, dealt))
        {
            if (!WaitUntil(at))
            {
                break;
            }
            if (TryBegin())
            {
                continue;
            }
            Drop(1);
            if (_made >= most)
            {
                if (!warned)
                {
                    warned = true;
                    Test.Log.Warn(
                        $"Insufficient VUs, reached {most} active VUs and cannot initialize more",
                        ("executor", Options.Executor),
                        ("scenario", Options.Name)
                    );
                }
            }
            else if (Interlocked.Exchange(ref _making, 1) == 0)
            {
                _made++;
                StartThread(MakeVu, Options.Name);
            }
        }
        // Iterations stop beginning when the regular duration is over, not with the last arrival.
        WaitUntil(Options.RegularDuration);
        lock (_gate)
        {
            _over = true;
            Monitor.PulseAll(_gate);
        }
    }

    private void MakeVu()
    {
        var vu = Pool.MakeUnplanned();
        lock (_gate)
        {
            _free++;
        }
        Volatile.Write(ref _making, 0);
        Work(vu, Serve);
    }

    private bool TryBegin()
    {
        lock (_gate)
        {
            if (_free == 0)
            {
                return false;
            }
            _free--;
            _accepted++;
            Monitor.Pulse(_gate);
            return true;
        }
    }

    /// <summary>Waits for an iteration to run; false where none will come.</summary>
    private bool Accept()
    {
        lock (_gate)
        {
            while (_accepted == 0)
            {
                if (_over)
                {
                    return false;
                }
                Monitor.Wait(_gate);
            }
            _accepted--;
            return true;
        }
    }

    private void Serve(Vu vu)
    {
        while (Accept())
        {
            Test.Counters.AddActive(1);
            var complete = vu.RunIteration();
            Test.Counters.AddActive(-1);
            lock (_gate)
            {
                _free++;
            }
            if (!complete)
            {
                return;
            }
        }
    }

    private bool WaitUntil(TimeSpan at)
    {
        while (true)
        {
            var left = at - Elapsed;
            if (left <= TimeSpan.Zero)
            {
                return !Test.Stopping.IsCancellationRequested;
            }
            if (left < TimeSpan.FromMilliseconds(1))
            {
                Thread.Sleep(0);
            }
            else if (
                Test.Stopping.WaitHandle.WaitOne(
                    left - TimeSpan.FromMilliseconds(0.5) is var most && most.TotalMilliseconds >= 1
                        ? most
                        : TimeSpan.FromMilliseconds(1)
                )
            )
            {
                return false;
            }
        }
    }
}

/// <summary>When iterations begin.</summary>
internal static class ArrivalTimes
{
    /// <summary>Times of this segment's iterations, from the scenario's start.</summary>
    public static IEnumerable<TimeSpan> Of(ScenarioOptions options, SegmentTuple dealt) =>
        options.Executor == "constant-arrival-rate" ? Constant(options, dealt) : Ramping(options, dealt);

    private static IEnumerable<TimeSpan> Constant(ScenarioOptions options, SegmentTuple dealt)
    {
        // Whole nanoseconds, as k6.
        var period = (long)(options.TimeUnit.TotalNanoseconds / options.Rate);
        for (var i = 0L; ; i++)
        {
            var at = TimeSpan.FromTicks(period * dealt.Global(i) / 100);
            if (at > options.Duration)
            {
                yield break;
            }
            yield return at;
        }
    }

    // k6's own formula (lib/executor/ramping_arrival_rate.go): the n-th iteration begins where the area under the rate is n.
    private static IEnumerable<TimeSpan> Ramping(ScenarioOptions options, SegmentTuple dealt)
    {
        var unit = options.TimeUnit.TotalNanoseconds;
        var (local, start) = (0L, 0d);
        double area = 0,
            before = 0,
            from = options.Rate / unit;
        foreach (var (duration, target) in options.Stages)
        {
            var (to, length) = (target / unit, duration.TotalNanoseconds);
            area += length * (from == to ? to : ((to - from) / 2) + from);
            for (; dealt.Global(local) + 1 <= area; local++)
            {
                var n = dealt.Global(local) + 1 - before;
                var at =
                    from == to
                        ? n / to
                        : (
                            (from * length)
                            - Math.Sqrt(Math.Max(0, length * ((from * from * length) + (2 * n * (to - from)))))
                        ) / (from - to);
                yield return TimeSpan.FromTicks((long)((start + at) / 100));
            }
            before = area;
            from = to;
            start += length;
        }
    }
}
