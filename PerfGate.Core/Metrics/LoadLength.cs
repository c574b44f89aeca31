using PerfGate.Core.K6Output;

namespace PerfGate.Core.Metrics;

/// <summary>How long the load lasted.</summary>
internal static class LoadLength
{
    /// <summary>
    /// Seconds from the first to the last second with load. Samples carry whole seconds, so that this is up to a second too
    /// long; k6's own measure holds setup and teardown, so that it may be too long as well: the shorter one is nearer.
    /// </summary>
    public static double Seconds(SecondTotals seconds, K6Summary? own)
    {
        if (seconds is not { FirstLoad: { } first, LastLoad: { } last })
        {
            return 0;
        }
        double spanned = last - first + 1;
        return own?.DurationSeconds is { } measured and > 0 ? Math.Min(spanned, measured) : spanned;
    }
}
