using System.Buffers.Text;
using System.Runtime.CompilerServices;

namespace PerfGate.Core.K6Output;

/// <summary>
/// Reads numbers as k6 writes them: JSON's grammar, so that neither NaN nor infinities are any. The nearest double, always:
/// up to 15 digits are exact as an integer, and so is their quotient by a power of ten up to 22; the rest goes to .NET's own.
/// </summary>
internal static class DecimalText
{
    private static readonly double[] PowersOfTen =
    [
        1e0,
        1e1,
        1e2,
        1e3,
        1e4,
        1e5,
        1e6,
        1e7,
        1e8,
        1e9,
        1e10,
        1e11,
        1e12,
        1e13,
        1e14,
        1e15,
    ];

    /// <summary>Reads the number that the text begins with. Bytes used; 0 where it begins with none, or none that is finite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Read(ReadOnlySpan<byte> text, out double value)
    {
        ulong digits = 0;
        var i = 0;
        uint digit;
        while ((uint)i < (uint)text.Length && (digit = text[i] - (uint)'0') <= 9)
        {
            digits = (digits * 10) + digit;
            i++;
        }
        // Leading zeros, signs, exponents and more digits than a double holds are rare.
        if ((uint)(i - 1) < 15 && (text[0] != (byte)'0' || i == 1) && (uint)i < (uint)text.Length)
        {
            var point = i;
            if (text[i] == (byte)'.')
            {
                i++;
                while ((uint)i < (uint)text.Length && (digit = text[i] - (uint)'0') <= 9)
                {
                    digits = (digits * 10) + digit;
                    i++;
                }
                var decimals = i - point - 1;
                if (
                    decimals > 0
                    && point + decimals <= 15
                    && (uint)i < (uint)text.Length
                    && (text[i] | 0x20) != (byte)'e'
                )
                {
                    value = digits / PowersOfTen[decimals];
                    return i;
                }
            }
            else if ((text[i] | 0x20) != (byte)'e')
            {
                value = digits;
                return i;
            }
        }
        return ReadAny(text, out value);
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
            && double.IsFinite(value)
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

    private static int Digits(ReadOnlySpan<byte> text)
    {
        var other = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return other < 0 ? text.Length : other;
    }
}
