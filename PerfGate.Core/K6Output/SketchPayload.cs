using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Numerics;

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

    /// <summary>The payload of counts by place.</summary>
    /// <param name="blocks">The counts.</param>
    /// <param name="touched">A bit for each block that holds any.</param>
    public static byte[] Write(ReadOnlySpan<int[]?> blocks, long touched)
    {
        // A count has up to five bytes, and so has the row of zeros before it.
        var held = 0;
        for (var rest = touched; rest != 0; rest &= rest - 1)
        {
            var counts = blocks[BitOperations.TrailingZeroCount(rest)].AsSpan();
            held += counts.Length - counts.Count(0);
        }
        var rented = ArrayPool<byte>.Shared.Rent(HeaderLength + (10 * held));
        var bytes = rented.AsSpan();
        bytes[..HeaderLength].Clear();
        var length = HeaderLength + WriteCounts(blocks, touched, bytes[HeaderLength..]);
        BinaryPrimitives.WriteInt32BigEndian(bytes, Cookie | WordSize);
        BinaryPrimitives.WriteInt32BigEndian(bytes[4..], length - HeaderLength);
        BinaryPrimitives.WriteInt32BigEndian(bytes[12..], HistogramScale.Digits);
        BinaryPrimitives.WriteInt64BigEndian(bytes[16..], 1);
        BinaryPrimitives.WriteInt64BigEndian(bytes[24..], HistogramScale.Highest);
        BinaryPrimitives.WriteDoubleBigEndian(bytes[32..], 1);
        var packed = ZLib.Pack(bytes[..length], 8, deflate: length >= LeastWorthDeflating);
        BinaryPrimitives.WriteInt32BigEndian(packed, CompressedCookie | WordSize);
        BinaryPrimitives.WriteInt32BigEndian(packed.AsSpan(4), packed.Length - 8);
        ArrayPool<byte>.Shared.Return(rented);
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
        // The bytes are in memory: an IOException is zlib's own, or the end of them.
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw new FormatException("The histogram payload is damaged.", e);
        }
    }

    private static int WriteCounts(ReadOnlySpan<int[]?> blocks, long touched, Span<byte> target)
    {
        var written = 0;
        var end = 0;
        for (var rest = touched; rest != 0; rest &= rest - 1)
        {
            var block = BitOperations.TrailingZeroCount(rest);
            var counts = blocks[block].AsSpan();
            for (var i = 0; i < counts.Length; i++)
            {
                var next = counts[i..].IndexOfAnyExcept(0);
                if (next < 0)
                {
                    break;
                }
                i += next;
                var place = (block * HistogramScale.BlockLength) + i;
                if (place > end)
                {
                    // A lone zero is written as the count it is.
                    written += WriteZigZag(target[written..], place == end + 1 ? 0 : end - place);
                }
                written += WriteZigZag(target[written..], counts[i]);
                end = place + 1;
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
