using System.Buffers.Binary;
using System.IO.Compression;
using HdrHistogram;

namespace PerfGate.Core.K6Output;

/// <summary>
/// Adds an encoded histogram to another without building it first: a long run has a hundred thousand of them, each with
/// few values and an array of twenty thousand counts. Reads HdrHistogram's V2 compressed encoding: a cookie and a length,
/// then zlib over a header of 40 bytes and counts as ZigZag LEB128, a negative one being so many zeros.
/// </summary>
internal static class SketchPayload
{
    private const int CompressedCookie = 0x1c849304;
    private const int Cookie = 0x1c849303;
    private const int CookieMask = unchecked((int)0xffffff0f);
    private const int HeaderLength = 40;
    private const int MaxCountsLength = 1024 * 1024;

    // What 3 significant digits mean: 2048 sub-buckets, the upper half of which is used in each further bucket.
    private const int HalfMagnitude = 10;
    private const int HalfCount = 1 << HalfMagnitude;

    /// <summary>Adds the payload's counts to the target.</summary>
    /// <exception cref="FormatException">It is not such a payload, or has other digits.</exception>
    public static void AddTo(ReadOnlyMemory<byte> payload, HistogramBase target)
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
                || Int(header[12..]) != DurationSketch.Digits
                || length is < 0 or > MaxCountsLength
            )
            {
                throw new FormatException("The histogram payload is damaged, or not of 3 digits.");
            }
            // What follows the counts is the zeros of the buffer that the library wrote them into.
            var counts = new byte[length];
            zlib.ReadExactly(counts);
            AddCounts(counts, target);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new FormatException("The histogram payload is damaged.", e);
        }
    }

    private static void AddCounts(ReadOnlySpan<byte> counts, HistogramBase target)
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
                var value = ValueAt(index);
                if (value > target.HighestTrackableValue)
                {
                    throw new FormatException("The histogram payload holds a value beyond its range.");
                }
                target.RecordValueWithCount(value, count);
            }
            index++;
        }
    }

    /// <summary>Lowest value of the bucket at an index of the counts array.</summary>
    private static long ValueAt(long index)
    {
        var bucket = (int)(index >> HalfMagnitude) - 1;
        var sub = (index & (HalfCount - 1)) + HalfCount;
        return bucket switch
        {
            < 0 => sub - HalfCount,
            > 40 => long.MaxValue,
            _ => sub << bucket,
        };
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
