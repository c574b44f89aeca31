using System.Buffers.Binary;
using System.IO.Compression;

namespace PerfGate.Core.K6Output;

/// <summary>
/// HdrHistogram's V2 compressed encoding: a cookie and a length, then zlib over a header of 40 bytes and counts as ZigZag
/// LEB128, a negative one being so many zeros. Written and read without building a histogram: a long run has a hundred thousand
/// of them, each with few values.
/// </summary>
internal static class SketchPayload
{
    private const int CompressedCookie = 0x1c849304;
    private const int Cookie = 0x1c849303;
    private const int WordSize = 0x10;
    private const int CookieMask = unchecked((int)0xffffff0f);
    private const int HeaderLength = 40;
    private const int MaxCountsLength = 1024 * 1024;

    // What the first version of records had: an hour of microseconds.
    private const long FirstHighest = 3_600_000_000;
    private const int FirstUnits = 1000;

    // Below this, deflating costs more time than it saves room.
    private const int LeastWorthDeflating = 1024;

    /// <summary>The payload of counts by place, up to the greatest value.</summary>
    public static byte[] Write(ReadOnlySpan<int[]?> blocks, long greatest)
    {
        var last = HistogramScale.IndexOf(greatest);
        // A count has up to five bytes, and so has a row of zeros before it.
        var bytes = new byte[HeaderLength + LengthOf(blocks, last)];
        var length = HeaderLength + WriteCounts(blocks, last, bytes.AsSpan(HeaderLength));
        BinaryPrimitives.WriteInt32BigEndian(bytes, Cookie | WordSize);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4), length - HeaderLength);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(12), HistogramScale.Digits);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(16), 1);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(24), HistogramScale.Highest);
        BinaryPrimitives.WriteDoubleBigEndian(bytes.AsSpan(32), 1);
        var packed = ZLib.Pack(bytes.AsSpan(0, length), 8, deflate: length >= LeastWorthDeflating);
        BinaryPrimitives.WriteInt32BigEndian(packed, CompressedCookie | WordSize);
        BinaryPrimitives.WriteInt32BigEndian(packed.AsSpan(4), packed.Length - 8);
        return packed;
    }

    /// <summary>Adds the payload's counts to the target.</summary>
    /// <exception cref="FormatException">It is not such a payload, or has other digits.</exception>
    public static void AddTo(ReadOnlyMemory<byte> payload, ValueCounts target)
    {
        var bytes = payload.Span;
        if (bytes.Length < 8 || (Int(bytes) & CookieMask) != (CompressedCookie & CookieMask))
        {
            throw new FormatException("The histogram payload has no V2 compressed cookie.");
        }
        if (bytes.Length - 8 != Int(bytes[4..]))
        {
            throw new FormatException("The histogram payload is cut off.");
        }
        try
        {
            using var zlib = new ZLibStream(new MemoryStream(bytes[8..].ToArray()), CompressionMode.Decompress);
            Span<byte> header = stackalloc byte[HeaderLength];
            zlib.ReadExactly(header);
            var length = Int(header[4..]);
            if (
                (Int(header) & CookieMask) != (Cookie & CookieMask)
                || Int(header[12..]) != HistogramScale.Digits
                || length is < 0 or > MaxCountsLength
            )
            {
                throw new FormatException("The histogram payload is damaged, or not of 3 digits.");
            }
            // What follows the counts is the zeros of the buffer that the library wrote them into.
            var counts = new byte[length];
            zlib.ReadExactly(counts);
            var isFirst = BinaryPrimitives.ReadInt64BigEndian(header[24..]) == FirstHighest;
            AddCounts(counts, target, isFirst ? FirstUnits : 1);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new FormatException("The histogram payload is damaged.", e);
        }
    }

    private static int LengthOf(ReadOnlySpan<int[]?> blocks, int last)
    {
        var held = 1;
        for (var block = 0; block <= last / HistogramScale.BlockLength; block++)
        {
            held += blocks[block] is { } counts ? counts.Length - counts.AsSpan().Count(0) : 0;
        }
        return 10 * held;
    }

    private static int WriteCounts(ReadOnlySpan<int[]?> blocks, int last, Span<byte> target)
    {
        var written = 0;
        var zeros = 0;
        for (var block = 0; block <= last / HistogramScale.BlockLength; block++)
        {
            if (blocks[block] is not { } counts)
            {
                zeros += HistogramScale.BlockLength;
                continue;
            }
            for (var i = 0; i < counts.Length; i++)
            {
                var next = counts.AsSpan(i).IndexOfAnyExcept(0);
                if (next < 0)
                {
                    zeros += counts.Length - i;
                    break;
                }
                zeros += next;
                i += next;
                if (zeros > 0)
                {
                    // A lone zero is written as the count it is.
                    written += WriteZigZag(target[written..], zeros == 1 ? 0 : -zeros);
                    zeros = 0;
                }
                written += WriteZigZag(target[written..], counts[i]);
            }
        }
        return written;
    }

    private static int WriteZigZag(Span<byte> target, long number)
    {
        var value = (ulong)((number << 1) ^ (number >> 63));
        var i = 0;
        while (value >= 0x80)
        {
            target[i++] = (byte)(value | 0x80);
            value >>= 7;
        }
        target[i++] = (byte)value;
        return i;
    }

    private static void AddCounts(ReadOnlySpan<byte> counts, ValueCounts target, int unitsPerStep)
    {
        var index = 0L;
        while (!counts.IsEmpty)
        {
            var count = ReadZigZag(ref counts);
            if (count < 0)
            {
                index -= count;
                continue;
            }
            if (count > 0)
            {
                if (HistogramScale.LeastAt(index) > HistogramScale.Highest / unitsPerStep)
                {
                    throw new FormatException("The histogram payload holds a value beyond its range.");
                }
                var middle = (long)(HistogramScale.MiddleAt(index) * unitsPerStep);
                target.Add(Math.Min(middle, HistogramScale.Highest), count);
            }
            index++;
        }
    }

    private static long ReadZigZag(ref ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        for (var i = 0; i < 9; i++)
        {
            if (i >= bytes.Length)
            {
                throw new FormatException("The histogram payload ends within a count.");
            }
            // The ninth byte carries eight bits: HdrHistogram never needs a tenth.
            var last = i == 8;
            value |= (ulong)(last ? bytes[i] : bytes[i] & 0x7f) << (7 * i);
            if (last || (bytes[i] & 0x80) == 0)
            {
                bytes = bytes[(i + 1)..];
                return (long)(value >> 1) ^ -(long)(value & 1);
            }
        }
        return 0;
    }

    private static int Int(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadInt32BigEndian(bytes);
}
