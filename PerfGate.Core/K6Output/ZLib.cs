using System.Buffers.Binary;
using System.IO.Compression;

namespace PerfGate.Core.K6Output;

/// <summary>zlib's format (RFC 1950), deflated, or stored where deflating is not worth its time.</summary>
internal static class ZLib
{
    private const int LongestStored = 65_535;

    /// <summary>Packs bytes, leaving room in front.</summary>
    /// <param name="bytes">What to pack.</param>
    /// <param name="room">Bytes to leave free in front.</param>
    /// <param name="deflate">Whether to deflate; what is too long to be stored is deflated anyway.</param>
    public static byte[] Pack(ReadOnlySpan<byte> bytes, int room, bool deflate)
    {
        if (deflate || bytes.Length > LongestStored)
        {
            using var packed = new MemoryStream();
            packed.Write(new byte[room]);
            using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            {
                zlib.Write(bytes);
            }
            return packed.ToArray();
        }
        var stored = new byte[room + bytes.Length + 11];
        var target = stored.AsSpan(room);
        // Deflate with a window of 32 KiB, fastest; then one block, the last, stored: its length and that inverted.
        (target[0], target[1], target[2]) = (0x78, 0x01, 0x01);
        BinaryPrimitives.WriteUInt16LittleEndian(target[3..], (ushort)bytes.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(target[5..], (ushort)~bytes.Length);
        bytes.CopyTo(target[7..]);
        BinaryPrimitives.WriteUInt32BigEndian(target[^4..], Adler32(bytes));
        return stored;
    }

    private static uint Adler32(ReadOnlySpan<byte> bytes)
    {
        const uint modulus = 65_521;
        // So many sums fit into 32 bits before they must be reduced.
        const int most = 5_552;
        uint a = 1;
        uint b = 0;
        for (; !bytes.IsEmpty; bytes = bytes[Math.Min(most, bytes.Length)..])
        {
            foreach (var value in bytes[..Math.Min(most, bytes.Length)])
            {
                a += value;
                b += a;
            }
            a %= modulus;
            b %= modulus;
        }
        return (b << 16) | a;
    }
}
