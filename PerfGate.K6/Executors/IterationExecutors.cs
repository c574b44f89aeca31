using PerfGate.K6.Options;
using PerfGate.K6.Scripting;

namespace PerfGate.K6.Executors;

/// <summary>shared-iterations: VUs take from one number of iterations.</summary>
internal sealed class SharedIterationsExecutor(
    ScenarioState scenario,
    TestContext test,
    VuPool pool,
    SegmentTuple segment,
    SegmentTuple dealt
) : Executor(scenario, test, pool, segment)
{
    private readonly long _iterations = dealt.Scale(scenario.Options.Iterations);
    private long _begun;

    protected override void Start()
    {
        for (var i = 0L; i < Segment.Scale(Options.Vus); i++)
        {
            StartVu(vu => Loop(vu, Test, () => IsRegular && Interlocked.Increment(ref _begun) <= _iterations));
        }
    }

    protected override void Ended() => Drop(_iterations - Math.Min(_begun, _iterations));
}

/// <summary>per-vu-iterations: each VU runs as many.</summary>
internal sealed class PerVuIterationsExecutor(
    ScenarioState scenario,
    TestContext test,
    VuPool pool,
    SegmentTuple segment
) : Executor(scenario, test, pool, segment)
{
    protected override void Start()
    {
        for (var i = 0L; i < Segment.Scale(Options.Vus); i++)
        {
            StartVu(vu =>
            {
                var begun = 0L;
                Loop(vu, Test, () => begun < Options.Iterations && IsRegular && ++begun > 0);
                Drop(Options.Iterations - begun);
            });
        }
    }
}

/// <summary>constant-vus: VUs run iterations for a time.</summary>
internal sealed class ConstantVusExecutor(ScenarioState scenario, TestContext test, VuPool pool, SegmentTuple segment)
    : Executor(scenario, test, pool, segment)
{
    protected override void Start()
    {
        for (var i = 0L; i < Segment.Scale(Options.Vus); i++)
        {
            StartVu(vu => Loop(vu, Test, () => IsRegular));
        }
    }
}
