using System.Numerics;
using System.Runtime.CompilerServices;

namespace PerfGate.Core.K6Output;

/// <summary>
/// HdrHistogram's buckets for 3 significant digits: units up to 2047 have one each; from there every doubling has 1024, so that
/// the middle of a bucket is within 0.05 % of all that is in it.
/// </summary>
internal static class HistogramScale
{
    /// <summary>Significant digits that this scale is HdrHistogram's for.</summary>
    public const int Digits = 3;

    /// <summary>Buckets in a block: a doubling.</summary>
    public const int BlockLength = 1024;

    /// <summary>Blocks up to <see cref="Highest"/>.</summary>
    public const int Blocks = 33;

    /// <summary>Greatest value that is told apart, units: an hour of nanoseconds.</summary>
    public const long Highest = 3_600_000_000_000;

    private const int HalfMagnitude = 10;
    private const int HalfCount = 1 << HalfMagnitude;

    /// <summary>Place of a value of 0 or more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int IndexOf(long value)
    {
        var doubling = 64 - HalfMagnitude - 1 - BitOperations.LeadingZeroCount((ulong)value | ((2 * HalfCount) - 1));
        return (doubling << HalfMagnitude) + (int)(value >> doubling);
    }

    /// <summary>Least value at a place; <see cref="long.MaxValue"/> far beyond the scale.</summary>
    public static long LeastAt(long index)
    {
        var doubling = (int)Math.Min(index >> HalfMagnitude, 64) - 1;
        var sub = (index & (HalfCount - 1)) + HalfCount;
        return doubling switch
        {
            < 0 => sub - HalfCount,
            > 40 => long.MaxValue,
            _ => sub << doubling,
        };
    }

    /// <summary>Middle of the values at a place.</summary>
    public static double MiddleAt(long index)
    {
        var doubling = (int)(index >> HalfMagnitude) - 1;
        return LeastAt(index) + (doubling <= 0 ? 0 : ((1L << doubling) - 1) / 2d);
    }
}
