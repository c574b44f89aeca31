using MathNet.Numerics.Distributions;
using PerfGate.Core.Baselines;
using PerfGate.Core.Metrics;

namespace PerfGate.Core.Runs;

/// <summary>What noise alone usually makes of a figure.</summary>
internal sealed record NoiseRange(double From, double To);

/// <summary>
/// How much two runs of the same usually differ: by the spread of the accepted past (<see cref="UsualSpread"/>), which is
/// assumed where there is none. Since both runs vary, the difference has twice the variance of one.
/// </summary>
internal sealed class RunNoise
{
    private readonly UsualSpread? _avg;
    private readonly UsualSpread? _p95;
    private readonly UsualSpread? _throughput;

    /// <summary>Learns from accepted runs of the same load; there may be none.</summary>
    public RunNoise(IReadOnlyList<AcceptedRun> past)
    {
        if (past.Count > 0)
        {
            _avg = new([.. past.Select(run => run.AvgResponseTimeMs)], UsualSpread.AssumedDurationSpread);
            _p95 = new([.. past.Select(run => run.P95ResponseTimeMs)], UsualSpread.AssumedDurationSpread);
            _throughput = new([.. past.Select(run => run.ThroughputRps)], UsualSpread.AssumedThroughputSpread);
        }
    }

    /// <summary>Of a duration, milliseconds; changes up to the negligible one are noise however calm the past.</summary>
    public NoiseRange Duration(string name, double value, double negligible)
    {
        // The median varies as the average does, the upper percentiles as the 95th.
        var spread = (name is "avg" or "med" ? _avg : _p95) ?? Assumed(UsualSpread.AssumedDurationSpread);
        return new NoiseRange(
            Math.Max(0, Math.Min(value / spread.FactorBetweenTwo, value - negligible)),
            Math.Max(value * spread.FactorBetweenTwo, value + negligible)
        );
    }

    /// <summary>Of a throughput.</summary>
    public NoiseRange Throughput(double value)
    {
        var spread = _throughput ?? Assumed(UsualSpread.AssumedThroughputSpread);
        return new NoiseRange(value / spread.FactorBetweenTwo, value * spread.FactorBetweenTwo);
    }

    /// <summary>
    /// Of a share of failed requests: what the numbers of requests in both runs explain by chance (two binomial shares, the
    /// normal approximation of their pooled difference, half a failure added), and what is negligible in any case.
    /// </summary>
    public static NoiseRange ErrorRates(RequestStats from, RequestStats to)
    {
        var pooled = (from.Failed + to.Failed + 0.5) / (from.Requests + to.Requests + 1d);
        var deviation = Math.Sqrt(pooled * (1 - pooled) * ((1d / from.Requests) + (1d / to.Requests)));
        var chance = Math.Max(
            Normal.InvCDF(0, 1, UsualSpread.Certainty) * deviation,
            BaselineComparer.NegligibleErrorRate
        );
        return new NoiseRange(Math.Max(0, from.ErrorRate - chance), Math.Min(1, from.ErrorRate + chance));
    }

    private static UsualSpread Assumed(double spread) => new([1], spread);
}
