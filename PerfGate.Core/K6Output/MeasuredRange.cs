namespace PerfGate.Core.K6Output;

/// <summary>
/// What a number can be that was measured. Beyond it sums, squares and shares come to infinities, which no JSON can hold: such a
/// number is refused where it is read.
/// </summary>
internal static class MeasuredRange
{
    /// <summary>Greatest size of a value: an exabyte, or thirty years of nanoseconds.</summary>
    public const double Greatest = 1e18;

    /// <summary>Most that one sample counts.</summary>
    public const double MostCounted = 1e9;

    /// <summary>Most VUs of one segment.</summary>
    public const int MostVus = 10_000_000;

    /// <summary>Most that the record of a second counts.</summary>
    public const long MostInSecond = 1_000_000_000_000;

    /// <summary>Whether a value can have been measured.</summary>
    public static bool Holds(double value) => Math.Abs(value) <= Greatest;

    /// <summary>Whether a length of a run, seconds, can have been measured: from a millisecond to thirty years.</summary>
    public static bool HoldsLength(double seconds) => seconds is >= 0.001 and <= 1e9;
}
