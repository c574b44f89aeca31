using System.Buffers.Binary;
using System.Buffers.Text;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PerfGate.Core.K6Output;

/// <summary>
/// Reads numbers as k6 writes them: JSON's grammar, so that neither NaN nor infinities are any. The nearest double, always:
/// up to 15 digits are exact as an integer, and so is their quotient by a power of ten up to 22; the rest goes to .NET's own.
/// </summary>
internal static class DecimalText
{
    private static readonly double[] PowersOfTen = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8];

    private static readonly ulong[] WholePowersOfTen =
    [
        1,
        10,
        100,
        1_000,
        10_000,
        100_000,
        1_000_000,
        10_000_000,
        100_000_000,
    ];

    /// <summary>
    /// Reads the number that the text begins with. Bytes used; 0 where it begins with none, or with one that cannot have been
    /// measured (<see cref="MeasuredRange"/>).
    /// </summary>
    /// <remarks>
    /// Digits are counted and read eight at once, without a jump for each: how many there are is what cannot be foreseen.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Read(ReadOnlySpan<byte> text, out double value)
    {
        if (text.Length >= Vector256<byte>.Count)
        {
            var digits = DigitsOf(text);
            var whole = BitOperations.TrailingZeroCount(~digits);
            // Leading zeros, signs, exponents and more digits than a double holds are rare.
            if (whole - 1 < 8u && (text[0] != (byte)'0' || whole == 1))
            {
                var number = Whole(text, 0, whole);
                var end = whole;
                value = number;
                if (text[whole] == (byte)'.')
                {
                    var decimals = BitOperations.TrailingZeroCount(~(digits >> (whole + 1)));
                    if (decimals - 1 >= 8u || whole + decimals > 15)
                    {
                        return ReadAny(text, out value);
                    }
                    number = (number * WholePowersOfTen[decimals]) + Whole(text, whole + 1, decimals);
                    value = number / PowersOfTen[decimals];
                    end += decimals + 1;
                }
                if ((text[end] | 0x20) != (byte)'e')
                {
                    return end;
                }
            }
        }
        return ReadAny(text, out value);
    }

    /// <summary>A bit for each of the first 32 bytes that is a digit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint DigitsOf(ReadOnlySpan<byte> text)
    {
        var distance = Vector256.Create(text) - Vector256.Create((byte)'0');
        return Vector256.LessThanOrEqual(distance, Vector256.Create((byte)9)).ExtractMostSignificantBits();
    }

    /// <summary>Up to eight digits as a number: pairs of digits, pairs of pairs, pairs of those.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Whole(ReadOnlySpan<byte> text, int start, int length)
    {
        var digits = BinaryPrimitives.ReadUInt64LittleEndian(text[start..]) - 0x3030_3030_3030_3030;
        // What follows the digits is pushed out; zeros come in before them.
        digits <<= 8 * (8 - length);
        digits = ((digits & 0x0F0F_0F0F_0F0F_0F0F) * 2561) >> 8;
        digits = ((digits & 0x00FF_00FF_00FF_00FF) * 6_553_601) >> 16;
        return ((digits & 0x0000_FFFF_0000_FFFF) * 42_949_672_960_001) >> 32;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int ReadAny(ReadOnlySpan<byte> text, out double value)
    {
        value = 0;
        var length = Length(text);
        return
            length > 0
            && Utf8Parser.TryParse(text[..length], out value, out var used)
            && used == length
            && MeasuredRange.Holds(value)
            ? length
            : 0;
    }

    /// <summary>Length of the longest number that the text begins with, by JSON's grammar; 0 for none.</summary>
    private static int Length(ReadOnlySpan<byte> text)
    {
        var i = text.StartsWith("-"u8) ? 1 : 0;
        var whole = Digits(text[i..]);
        if (whole == 0 || (whole > 1 && text[i] == (byte)'0'))
        {
            return 0;
        }
        i += whole;
        if (text[i..].StartsWith("."u8))
        {
            var decimals = Digits(text[(i + 1)..]);
            if (decimals == 0)
            {
                return 0;
            }
            i += decimals + 1;
        }
        if (i < text.Length && (text[i] | 0x20) == (byte)'e')
        {
            var sign = i + 1 < text.Length && text[i + 1] is (byte)'+' or (byte)'-' ? 1 : 0;
            var exponent = Digits(text[(i + 1 + sign)..]);
            return exponent == 0 ? 0 : i + 1 + sign + exponent;
        }
        return i;
    }

    /// <summary>How many digits the text begins with.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Digits(ReadOnlySpan<byte> text)
    {
        if (text.Length >= Vector256<byte>.Count && DigitsOf(text) is var digits and not uint.MaxValue)
        {
            return BitOperations.TrailingZeroCount(~digits);
        }
        var other = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return other < 0 ? text.Length : other;
    }
}
