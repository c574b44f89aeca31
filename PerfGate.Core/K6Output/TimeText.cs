using System.Buffers.Text;

namespace PerfGate.Core.K6Output;

/// <summary>
/// Reads the times that k6 writes: RFC 3339 with up to nine decimals, and Unix times in seconds, milli-, micro- or nanoseconds
/// (<c>K6_CSV_TIME_FORMAT</c>), which their size tells apart for a thousand years.
/// </summary>
internal static class TimeText
{
    /// <summary>Length of a time up to its whole seconds: <c>2026-11-23T02:23:33</c>.</summary>
    public const int SecondLength = 19;

    /// <summary>Unix time in whole seconds, rounded down; false where the text is none of these.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, out long second) =>
        text.Length > SecondLength && text[4] == (byte)'-'
            ? TryReadRfc3339(text, out second)
            : TryReadUnix(text, out second);

    private static bool TryReadUnix(ReadOnlySpan<byte> text, out long second)
    {
        if (!Utf8Parser.TryParse(text, out second, out var used) || used != text.Length || second <= 0)
        {
            return false;
        }
        second = second switch
        {
            < 100_000_000_000 => second,
            < 100_000_000_000_000 => second / 1_000,
            < 100_000_000_000_000_000 => second / 1_000_000,
            _ => second / 1_000_000_000,
        };
        return true;
    }

    private static bool TryReadRfc3339(ReadOnlySpan<byte> text, out long second)
    {
        second = 0;
        if (
            text[7] != (byte)'-'
            || (text[10] | 0x20) != (byte)'t'
            || text[13] != (byte)':'
            || text[16] != (byte)':'
            || !TryNumber(text[..4], 1, 9999, out var year)
            || !TryNumber(text.Slice(5, 2), 1, 12, out var month)
            || !TryNumber(text.Slice(8, 2), 1, DateTime.DaysInMonth(year, month), out var day)
            || !TryNumber(text.Slice(11, 2), 0, 23, out var hour)
            || !TryNumber(text.Slice(14, 2), 0, 59, out var minute)
            || !TryNumber(text.Slice(17, 2), 0, 59, out var secondOfMinute)
            || !TryReadOffset(SkipDecimals(text[SecondLength..]), out var offset)
        )
        {
            return false;
        }
        var time = new DateTime(year, month, day, hour, minute, secondOfMinute, DateTimeKind.Utc);
        second = ((time - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerSecond) - offset;
        return second > 0;
    }

    private static ReadOnlySpan<byte> SkipDecimals(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || text[0] != (byte)'.')
        {
            return text;
        }
        var end = text[1..].IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return end is > 0 and <= 9 ? text[(end + 1)..] : [];
    }

    /// <summary>Seconds east of Greenwich, from <c>Z</c> or <c>+01:00</c>.</summary>
    private static bool TryReadOffset(ReadOnlySpan<byte> text, out int seconds)
    {
        seconds = 0;
        if (text.Length == 1)
        {
            return (text[0] | 0x20) == (byte)'z';
        }
        if (
            text.Length != 6
            || text[0] is not ((byte)'+' or (byte)'-')
            || text[3] != (byte)':'
            || !TryNumber(text.Slice(1, 2), 0, 23, out var hours)
            || !TryNumber(text.Slice(4, 2), 0, 59, out var minutes)
        )
        {
            return false;
        }
        seconds = (text[0] == (byte)'-' ? -60 : 60) * ((hours * 60) + minutes);
        return true;
    }

    private static bool TryNumber(ReadOnlySpan<byte> digits, int least, int greatest, out int number)
    {
        number = 0;
        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                return false;
            }
            number = (number * 10) + (digit - '0');
        }
        return number >= least && number <= greatest;
    }
}
