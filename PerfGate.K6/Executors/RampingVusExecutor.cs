using PerfGate.K6.Options;
using PerfGate.K6.Scripting;

namespace PerfGate.K6.Executors;

/// <summary>ramping-vus: the number of VUs follows the stages; who is ramped down may end its iteration within gracefulRampDown.</summary>
internal sealed class RampingVusExecutor(ScenarioState scenario, TestContext test, VuPool pool, SegmentTuple segment)
    : Executor(scenario, test, pool, segment)
{
    private readonly List<Slot> _slots = [];

    protected override void Start()
    {
        var cutOffs = new PriorityQueue<Slot, TimeSpan>();
        foreach (var (at, vus) in Steps(Options))
        {
            while (cutOffs.TryPeek(out _, out var due) && due <= at)
            {
                if (!WaitUntil(due))
                {
                    return;
                }
                cutOffs.Dequeue().CutOff();
            }
            if (!WaitUntil(at))
            {
                return;
            }
            Follow((int)Segment.Scale(vus), at, cutOffs);
        }
        // The stages are over: the others have gracefulStop, which the base class watches.
        foreach (var slot in _slots)
        {
            slot.Release();
        }
    }

    /// <summary>When the number of VUs changes, and to what, in the whole test.</summary>
    internal static IEnumerable<(TimeSpan At, long Vus)> Steps(ScenarioOptions options)
    {
        long from = options.Vus;
        var start = TimeSpan.Zero;
        yield return (start, from);
        foreach (var (duration, target) in options.Stages)
        {
            var to = (long)target;
            var change = Math.Abs(to - from);
            for (var i = 1L; i <= change && duration > TimeSpan.Zero; i++)
            {
                yield return (start + (duration * ((double)i / change)), from + (Math.Sign(to - from) * i));
            }
            start += duration;
            from = to;
            yield return (start, from);
        }
    }

    private void Follow(int wanted, TimeSpan at, PriorityQueue<Slot, TimeSpan> cutOffs)
    {
        while (_slots.Count < wanted)
        {
            _slots.Add(new Slot());
        }
        for (var i = 0; i < _slots.Count; i++)
        {
            var slot = _slots[i];
            if (i < wanted)
            {
                if (slot.Acquire())
                {
                    StartVu(vu => slot.Run(vu, Test));
                }
            }
            else if (slot.Release())
            {
                cutOffs.Enqueue(slot, at + Options.GracefulRampDown);
            }
        }
    }

    private bool WaitUntil(TimeSpan at)
    {
        var left = at - Elapsed;
        return left <= TimeSpan.Zero
            ? !Test.Stopping.IsCancellationRequested
            : !Test.Stopping.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)));
    }

    /// <summary>Place of one VU: wanted or not, working or not.</summary>
    private sealed class Slot
    {
        private readonly Lock _lock = new();
        private bool _wanted;
        private bool _working;
        private Vu? _vu;

        /// <summary>Wants a VU here; true where one has to be started.</summary>
        public bool Acquire()
        {
            lock (_lock)
            {
                _wanted = true;
                var start = !_working;
                _working = true;
                return start;
            }
        }

        /// <summary>Wants no VU here any more; true where one still works.</summary>
        public bool Release()
        {
            lock (_lock)
            {
                var stopping = _wanted && _working;
                _wanted = false;
                return stopping;
            }
        }

        /// <summary>Its time to end is over.</summary>
        public void CutOff()
        {
            lock (_lock)
            {
                if (!_wanted)
                {
                    _vu?.Interrupt();
                }
            }
        }

        public void Run(Vu vu, TestContext test)
        {
            lock (_lock)
            {
                _vu = vu;
            }
            Loop(vu, test, GoesOn);
            lock (_lock)
            {
                _vu = null;
                _working = false;
            }
        }

        private bool GoesOn()
        {
            lock (_lock)
            {
                if (!_wanted)
                {
                    _vu = null;
                    _working = false;
                }
                return _wanted;
            }
        }
    }
}
