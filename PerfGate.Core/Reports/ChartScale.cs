namespace PerfGate.Core.Reports;

/// <summary>An axis from 0 with round ticks.</summary>
/// <param name="Top">Where the axis ends; greater than 0.</param>
/// <param name="Ticks">Values to label, from 0 to the top.</param>
internal sealed record ChartScale(double Top, IReadOnlyList<double> Ticks)
{
    /// <summary>Seconds between labels of a time axis: steps that people count in.</summary>
    private static readonly double[] TimeSteps =
    [
        1,
        2,
        5,
        10,
        15,
        30,
        60,
        120,
        300,
        600,
        900,
        1800,
        3600,
        7200,
        14400,
        21600,
        43200,
        86400,
    ];

    /// <summary>An axis for values up to <paramref name="highest"/>: steps of 1, 2 or 5 times a power of ten.</summary>
    /// <param name="highest">Highest value to show; 0 or less gives an axis to 1.</param>
    /// <param name="whole">Whether a fraction makes no sense (counts).</param>
    public static ChartScale ForValues(double highest, bool whole)
    {
        if (!(highest > 0) || double.IsInfinity(highest))
        {
            return new ChartScale(1, [0, 1]);
        }
        var rough = highest / 4;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = new[] { 1d, 2, 5, 10 }.Where(factor => factor * power >= rough * 0.999).First() * power;
        if (whole)
        {
            step = Math.Max(1, step);
        }
        var steps = (int)Math.Ceiling((highest / step) - 0.001);
        return new ChartScale(steps * step, [.. Enumerable.Range(0, steps + 1).Select(i => i * step)]);
    }

    /// <summary>A time axis of exactly <paramref name="seconds"/>, with at most six labels.</summary>
    public static ChartScale ForTime(double seconds)
    {
        var top = Math.Max(1, seconds);
        var step = TimeSteps.FirstOrDefault(candidate => top / candidate <= 6, Math.Ceiling(top / 6 / 86400) * 86400);
        var count = (int)Math.Floor((top / step) + 1e-9);
        return new ChartScale(top, [.. Enumerable.Range(0, count + 1).Select(i => i * step)]);
    }

    /// <summary>Where a value lies, 0 to 100 percent of the axis.</summary>
    public double Position(double value) => Math.Clamp(value / Top, 0, 1) * 100;
}
