using PerfGate.Core.Requests;

namespace PerfGate.Core.Scripts;

/// <summary>
/// How each test type loads the target over time, where the request gives no stages of its own. A shape is a start and legs to
/// further levels, as multiples of the level asked for (VUs or iterations a second).
/// </summary>
public static class LoadShapes
{
    /// <summary>
    /// Iterations a second at the steady level, where the request names neither rate nor VUs: enough for the built-in scenarios
    /// (three requests an iteration) to reach the default <c>minThroughput</c> with room, ramps included.
    /// </summary>
    public const double DefaultArrivalRate = 30;

    /// <summary>Lowest arrival rate: one iteration in ten seconds.</summary>
    public const double LowestArrivalRate = 0.1;

    private const int StressSteps = 5;
    private const double StressPeak = 3;
    private const double SpikePeak = 5;

    /// <summary>Highest level of a type's shape, as a multiple of the level asked for.</summary>
    public static double PeakFactor(TestType type) =>
        type switch
        {
            TestType.Stress => StressPeak,
            TestType.Spike => SpikePeak,
            _ => 1,
        };

    /// <summary>Length of the whole load, where the request gives none: load 30 s, stress and spike 1 min, endurance 1 h.</summary>
    public static TimeSpan DefaultDuration(TestType type) =>
        type switch
        {
            TestType.Load => TimeSpan.FromSeconds(30),
            TestType.Endurance => TimeSpan.FromHours(1),
            _ => TimeSpan.FromMinutes(1),
        };

    /// <summary>The shape over a duration. The legs last exactly that long together, in whole milliseconds.</summary>
    public static LoadShape Of(TestType type, TimeSpan duration) =>
        type switch
        {
            // Up in a fifth of the time, steady for three, down in the last.
            TestType.Load => Legs(duration, 0, (0.2, 1), (0.6, 1), (0.2, 0)),
            TestType.Stress => Stress(duration),
            // At the base for a while; up at once and held; down at once, then watched for recovery.
            TestType.Spike => Legs(duration, 1, (0.3, 1), (0.01, SpikePeak), (0.24, SpikePeak), (0.01, 1), (0.44, 1)),
            _ => new LoadShape(1, [new Stage(duration, 1)]),
        };

    /// <summary>Equal steps up to the peak: a fifth of each step rises, the rest holds, so that every level can be judged.</summary>
    private static LoadShape Stress(TimeSpan duration) =>
        Legs(
            duration,
            0,
            [
                .. Enumerable
                    .Range(1, StressSteps)
                    .Select(step => StressPeak * step / StressSteps)
                    .SelectMany(level =>
                        new[] { (Share: 0.2 / StressSteps, Level: level), (Share: 0.8 / StressSteps, Level: level) }
                    ),
            ]
        );

    private static LoadShape Legs(TimeSpan duration, double start, params (double Share, double Level)[] legs)
    {
        var stages = new List<Stage>();
        var share = 0d;
        var before = 0d;
        foreach (var leg in legs)
        {
            // Ends are rounded, not lengths: the last leg ends exactly with the load.
            share += leg.Share;
            var end = Math.Round(duration.TotalMilliseconds * Math.Min(share, 1));
            stages.Add(new Stage(TimeSpan.FromMilliseconds(end - before), leg.Level));
            before = end;
        }
        return new LoadShape(start, stages);
    }
}

/// <summary>Load over time: where it starts, and its legs.</summary>
public sealed record LoadShape(double Start, IReadOnlyList<Stage> Stages);
