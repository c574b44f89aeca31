using System.Diagnostics;

namespace PerfGate.K6.Scripting;

/// <summary>Wall-clock microseconds that never go back: one reading of the clock at the start, then the stopwatch.</summary>
internal static class RunClock
{
    private static readonly long StartTicks = Stopwatch.GetTimestamp();
    private static readonly long StartMicroseconds =
        (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>Microseconds since 1970, UTC.</summary>
    public static long NowMicroseconds => At(Stopwatch.GetTimestamp());

    /// <summary>The time of a stopwatch reading.</summary>
    public static long At(long timestamp) =>
        StartMicroseconds + (long)((timestamp - StartTicks) * (1_000_000d / Stopwatch.Frequency));

    /// <summary>Milliseconds between two stopwatch readings; 0 where one is missing or they are the wrong way round.</summary>
    public static double Milliseconds(long from, long to) =>
        from == 0 || to <= from ? 0 : (to - from) * (1000d / Stopwatch.Frequency);
}
