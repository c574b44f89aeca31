using MathNet.Numerics.Distributions;
using MathNet.Numerics.Statistics;

namespace PerfGate.Core.Baselines;

/// <summary>
/// What the next value of a positive metric usually is, learnt from its accepted past on a log scale: a Student-t predictive
/// distribution around the median. Its spread is that of the past, shrunk towards what is usual for such metrics
/// (<see cref="AssumedSpread"/>, worth <see cref="AssumedRuns"/> runs), so that one run gives a wide bound and many a
/// narrow one. (Gelman et al., Bayesian Data Analysis, 3rd ed., section 3.3, scaled inverse chi-squared prior.)
/// </summary>
public sealed class UsualSpread
{
    /// <summary>Standard deviation of log values assumed before anything is known: a coefficient of variation of about 15 %.</summary>
    public const double AssumedSpread = 0.15;

    /// <summary>How many runs the assumption weighs.</summary>
    public const int AssumedRuns = 6;

    /// <summary>One-sided certainty at which a value is beyond the usual: one false alarm in 100 runs and metrics.</summary>
    public const double Certainty = 0.99;

    // A median of n values has pi/2 times the variance of their mean.
    private const double MedianVariance = Math.PI / 2;

    // The median absolute deviation of normal values, as a standard deviation.
    private const double MadToDeviation = 1.4826;

    // Below five values the MAD is often zero by chance.
    private const int FewestForMad = 5;

    private readonly double _centre;
    private readonly double _scale;
    private readonly double _freedom;

    /// <summary>Learns from the past.</summary>
    /// <exception cref="ArgumentException">There is no past.</exception>
    public UsualSpread(IReadOnlyList<double> past)
    {
        if (past.Count == 0)
        {
            throw new ArgumentException("A spread needs at least one value.", nameof(past));
        }
        var logs = past.Select(Log).ToArray();
        _centre = logs.Median();
        var deviation =
            logs.Length < 2 ? 0
            : logs.Length < FewestForMad ? logs.StandardDeviation()
            : Math.Max(MadToDeviation * logs.Select(value => Math.Abs(value - _centre)).Median(), 0);
        _freedom = AssumedRuns + logs.Length - 1;
        var variance =
            ((AssumedRuns * AssumedSpread * AssumedSpread) + ((logs.Length - 1) * deviation * deviation)) / _freedom;
        _scale = Math.Sqrt(variance * (1 + (MedianVariance / logs.Length)));
    }

    /// <summary>Middle of the past.</summary>
    public double Centre => Math.Exp(_centre);

    /// <summary>Highest value that is still usual.</summary>
    public double Upper => Math.Exp(StudentT.InvCDF(_centre, _scale, _freedom, Certainty));

    /// <summary>Lowest value that is still usual.</summary>
    public double Lower => Math.Exp(StudentT.InvCDF(_centre, _scale, _freedom, 1 - Certainty));

    /// <summary>Certainty that a value is above what is usual, 0 to 1.</summary>
    public double ConfidenceAbove(double value) => StudentT.CDF(_centre, _scale, _freedom, Log(value));

    // A duration of zero has no logarithm; a microsecond is below anything that is measured.
    private static double Log(double value) => Math.Log(Math.Max(value, 0.001));
}
