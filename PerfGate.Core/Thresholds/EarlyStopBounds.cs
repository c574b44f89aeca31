namespace PerfGate.Core.Thresholds;

/// <summary>
/// Beyond these a target is hurting, and the load on it ends at once. They are no thresholds: a build may fail long before.
/// </summary>
public sealed record EarlyStopBounds
{
    /// <summary>Share of failed requests, 0.05 to 1; default 0.5. At 1 no share is beyond it.</summary>
    public double ErrorRate { get; init; } = 0.5;

    /// <summary>Average duration of all requests, milliseconds, 100 to 600,000; default 15,000.</summary>
    public double ResponseTime { get; init; } = 15_000;

    /// <summary>How long it must last, 5 s to 10 min; default 15 s.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The defaults, in force for every run that does not say otherwise.</summary>
    public static EarlyStopBounds Default { get; } = new();

    /// <summary>As loose as there are: no share of errors ends a load, and hardly any duration.</summary>
    public static EarlyStopBounds Loosest { get; } =
        new()
        {
            ErrorRate = 1,
            ResponseTime = 600_000,
            Window = TimeSpan.FromMinutes(10),
        };

    /// <summary>These, but none looser than others.</summary>
    public EarlyStopBounds Within(EarlyStopBounds loosest) =>
        new()
        {
            ErrorRate = Math.Min(ErrorRate, loosest.ErrorRate),
            ResponseTime = Math.Min(ResponseTime, loosest.ResponseTime),
            Window = Window < loosest.Window ? Window : loosest.Window,
        };
}

/// <summary>Why a load was ended early.</summary>
/// <param name="Kind">Which bound.</param>
/// <param name="Measured">What was measured over the window: a share from 0 to 1, or milliseconds.</param>
/// <param name="Bound">What was allowed, in the same unit.</param>
/// <param name="Seconds">Length of the window.</param>
/// <param name="Requests">Requests in it.</param>
public sealed record EarlyStop(EarlyStopKind Kind, double Measured, double Bound, int Seconds, long Requests)
{
    /// <summary>The same for a person.</summary>
    public string Sentence =>
        Kind == EarlyStopKind.ErrorRate
            ? FormattableString.Invariant(
                $"The load was ended early, because the target was hurting: {Measured * 100:0.#} % of {Requests:#,0} requests in {Seconds} s failed (beyond {Bound * 100:0.#} % the load ends)."
            )
            : FormattableString.Invariant(
                $"The load was ended early, because the target was hurting: {Requests:#,0} requests in {Seconds} s took {Measured:#,0} ms on average (beyond {Bound:#,0} ms the load ends)."
            );
}
