using MathNet.Numerics.Distributions;
using MathNet.Numerics.Statistics;

namespace PerfGate.Core.Baselines;

/// <summary>
/// What the next value of a positive metric usually is, learnt from its accepted past on a log scale: a Student-t predictive
/// distribution around the median. Its spread is that of the past, shrunk towards what is assumed of such metrics (worth
/// <see cref="AssumedRuns"/> runs), so that one run gives a wide bound and many a narrow one. (Gelman et al., Bayesian Data
/// Analysis, 3rd ed., section 3.3, scaled inverse chi-squared prior.) Upwards and downwards are judged apart: real series
/// have a long tail on one side. Figures behind the constants: docs/decisions/0003-baseline-rule.md.
/// </summary>
public sealed class UsualSpread
{
    /// <summary>Standard deviation of log throughput assumed before anything is known: a coefficient of variation of 15 %.</summary>
    public const double AssumedThroughputSpread = 0.15;

    /// <summary>The same of durations, which vary more.</summary>
    public const double AssumedDurationSpread = 0.2;

    /// <summary>How many runs the assumption weighs.</summary>
    public const int AssumedRuns = 6;

    /// <summary>Smallest spread believed, however alike the past: no pipeline repeats itself closer than 3 %.</summary>
    public const double SmallestSpread = 0.03;

    /// <summary>One-sided certainty at which a value is beyond the usual: one false alarm in 100 runs and metrics.</summary>
    public const double Certainty = 0.99;

    // A median of n values has pi/2 times the variance of their mean.
    private const double MedianVariance = Math.PI / 2;

    // The median absolute deviation of normal values, as a standard deviation.
    private const double MadToDeviation = 1.4826;

    // The distance from the median to the outer decile of normal values, in standard deviations.
    private const double DecileToDeviation = 1.2816;

    // Below five values the MAD is often zero by chance.
    private const int FewestForMad = 5;

    private readonly double _centre;
    private readonly double _upScale;
    private readonly double _downScale;
    private readonly double _freedom;
    private readonly int _runs;

    /// <summary>Learns from the past.</summary>
    /// <param name="past">Values of accepted runs, in any order.</param>
    /// <param name="assumedSpread">Standard deviation of log values assumed of such a metric.</param>
    /// <exception cref="ArgumentException">There is no past.</exception>
    public UsualSpread(IReadOnlyList<double> past, double assumedSpread)
    {
        if (past.Count == 0)
        {
            throw new ArgumentException("A spread needs at least one value.", nameof(past));
        }
        var logs = past.Select(Log).ToArray();
        _centre = logs.Median();
        _runs = logs.Length;
        _freedom = AssumedRuns + logs.Length - 1;
        _upScale = Scale(logs, Deviation(logs, logs.Quantile(0.9) - _centre), assumedSpread);
        _downScale = Scale(logs, Deviation(logs, _centre - logs.Quantile(0.1)), assumedSpread);
    }

    /// <summary>Middle of the past.</summary>
    public double Centre => Math.Exp(_centre);

    /// <summary>Highest value that is still usual.</summary>
    public double Upper => Math.Exp(StudentT.InvCDF(_centre, _upScale, _freedom, Certainty));

    /// <summary>Lowest value that is still usual.</summary>
    public double Lower => Math.Exp(StudentT.InvCDF(_centre, _downScale, _freedom, 1 - Certainty));

    /// <summary>Factor by which two single runs usually differ at most, in either direction; above 1.</summary>
    public double FactorBetweenTwo
    {
        get
        {
            // The scale without the doubt about the centre: a run's own spread, which both have.
            var one = Math.Max(_upScale, _downScale) / Math.Sqrt(1 + (MedianVariance / _runs));
            return Math.Exp(StudentT.InvCDF(0, one * Math.Sqrt(2), _freedom, Certainty));
        }
    }

    /// <summary>Certainty that a value is above what is usual, 0 to 1.</summary>
    public double ConfidenceAbove(double value)
    {
        var log = Log(value);
        return StudentT.CDF(_centre, log > _centre ? _upScale : _downScale, _freedom, log);
    }

    // The middle half of a past says nothing of its tail: a target with two usual speeds has a MAD of next to nothing.
    private double Deviation(double[] logs, double outerDecile) =>
        logs.Length < 2 ? 0
        : logs.Length < FewestForMad ? logs.StandardDeviation()
        : Math.Max(
            MadToDeviation * logs.Select(value => Math.Abs(value - _centre)).Median(),
            outerDecile / DecileToDeviation
        );

    private double Scale(double[] logs, double deviation, double assumed)
    {
        var variance = ((AssumedRuns * assumed * assumed) + ((logs.Length - 1) * deviation * deviation)) / _freedom;
        return Math.Sqrt(Math.Max(variance, SmallestSpread * SmallestSpread) * (1 + (MedianVariance / logs.Length)));
    }

    // A duration of zero has no logarithm; a microsecond is below anything that is measured.
    private static double Log(double value) => Math.Log(Math.Max(value, 0.001));
}
