using PerfGate.Core.Baselines;
using PerfGate.Core.Metrics;
using PerfGate.Core.Thresholds;

namespace PerfGate.Core.Runs;

/// <summary>One figure that runs are compared by: how it is read, and when a difference of it means something.</summary>
internal sealed class ComparedFigure
{
    /// <summary>All of them, in the order they are shown in.</summary>
    public static readonly IReadOnlyList<ComparedFigure> All =
    [
        Duration("avg", stats => stats.Avg, BaselineComparer.NegligibleAvgMs, 50),
        Duration("med", stats => stats.Med, BaselineComparer.NegligibleAvgMs, 50),
        Duration("p90", stats => stats.P90, BaselineComparer.NegligibleP95Ms, 90),
        Duration("p95", stats => stats.P95, BaselineComparer.NegligibleP95Ms, 95),
        Duration("p99", stats => stats.P99, BaselineComparer.NegligibleP95Ms, 99),
        new(
            "error_rate",
            "share",
            stats => stats.Requests > 0 ? stats.ErrorRate : null,
            (_, from, to) => RunNoise.ErrorRates(from, to),
            higherIsBetter: false
        ),
        new(
            "throughput_rps",
            "requests/s",
            stats => stats.Requests > 0 ? stats.ThroughputRps : null,
            (noise, from, _) => noise.Throughput(from.ThroughputRps),
            higherIsBetter: true
        ),
    ];

    private readonly string _name;
    private readonly string _unit;
    private readonly Func<RequestStats, double?> _read;
    private readonly Func<RunNoise, RequestStats, RequestStats, NoiseRange?> _noise;
    private readonly bool _higherIsBetter;

    private ComparedFigure(
        string name,
        string unit,
        Func<RequestStats, double?> read,
        Func<RunNoise, RequestStats, RequestStats, NoiseRange?> noise,
        bool higherIsBetter
    ) => (_name, _unit, _read, _noise, _higherIsBetter) = (name, unit, read, noise, higherIsBetter);

    /// <summary>Compares it; without noise, or where a run lacks it, better and worse cannot be told.</summary>
    public ComparedMetric Compare(RequestStats? from, RequestStats? to, RunNoise? noise)
    {
        var before = from is null ? null : _read(from);
        var after = to is null ? null : _read(to);
        var range = noise is not null && before is not null && after is not null ? _noise(noise, from!, to!) : null;
        return new ComparedMetric(
            _name,
            _unit,
            before,
            after,
            after - before,
            before is > 0 ? (after - before) / before * 100 : null,
            range?.From,
            range?.To,
            range is null ? ComparedOutcome.CannotTell
                : after > range.To ? (_higherIsBetter ? ComparedOutcome.Better : ComparedOutcome.Worse)
                : after < range.From ? (_higherIsBetter ? ComparedOutcome.Worse : ComparedOutcome.Better)
                : ComparedOutcome.WithinNoise
        );
    }

    private static ComparedFigure Duration(
        string name,
        Func<DurationStats, double> read,
        double negligible,
        double percentile
    )
    {
        var samples = EvidenceRules.SamplesNeeded(percentile);
        return new ComparedFigure(
            $"{name}_response_time_ms",
            "ms",
            stats => stats.Answered is { } answered ? read(answered) : null,
            (noise, from, to) =>
                from.Answered!.Count >= samples && to.Answered!.Count >= samples
                    ? noise.Duration(name, read(from.Answered), negligible)
                    : null,
            higherIsBetter: false
        );
    }
}
