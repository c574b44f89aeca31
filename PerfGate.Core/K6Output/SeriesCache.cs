using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PerfGate.Core.K6Output;

/// <summary>
/// A row seen before, without its time and value: the same bytes before the time and after the value are the same series.
/// </summary>
internal sealed class KnownRow(ulong hash, byte[] prefix, byte[] suffix, Series series)
{
    private byte[] _beginning = [];
    private byte[]? _second;

    public ulong Hash => hash;

    public Series Series { get; } = series;

    /// <summary>The row that came after this one the last time: k6 writes its samples in the same order again and again.</summary>
    public KnownRow? Next { get; set; }

    /// <summary>From the row's first byte to the one before the time.</summary>
    public ReadOnlySpan<byte> Prefix => prefix;

    /// <summary>From the byte after the value to the line feed.</summary>
    public ReadOnlySpan<byte> Suffix => suffix;

    /// <summary>The prefix and the time up to its whole seconds.</summary>
    /// <param name="second">The text of the second, the same object as long as it is the same second.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> Beginning(byte[] second)
    {
        if (!ReferenceEquals(_second, second))
        {
            MoveTo(second);
        }
        return _beginning;
    }

    private void MoveTo(byte[] second)
    {
        if (_beginning.Length != prefix.Length + second.Length)
        {
            _beginning = [.. prefix, .. second];
        }
        second.CopyTo(_beginning.AsSpan(prefix.Length));
        _second = second;
    }
}

/// <summary>
/// Known rows by their bytes, in bounded room: a place taken is taken over, and only rows seen twice are kept, since a script
/// may give every request a tag of its own.
/// </summary>
internal sealed class SeriesCache
{
    private const int Places = 8192;
    private const int LongestRow = 4096;

    private readonly KnownRow?[] _rows = new KnownRow?[Places];
    private readonly ulong[] _seen = new ulong[2 * Places];

    /// <summary>The known row of these bytes; null where there is none.</summary>
    public KnownRow? Find(ulong hash, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> suffix) =>
        _rows[hash % Places] is { } row
        && row.Hash == hash
        && suffix.SequenceEqual(row.Suffix)
        && prefix.SequenceEqual(row.Prefix)
            ? row
            : null;

    /// <summary>Whether to keep this row: where it was seen before, as far as is remembered.</summary>
    public bool IsWorthKeeping(ulong hash, int length)
    {
        if (length > LongestRow)
        {
            return false;
        }
        ref var seen = ref _seen[hash % (2 * Places)];
        if (seen == hash)
        {
            return true;
        }
        seen = hash;
        return false;
    }

    /// <summary>Keeps a row.</summary>
    public KnownRow Keep(ulong hash, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> suffix, Series series) =>
        _rows[hash % Places] = new KnownRow(hash, prefix.ToArray(), suffix.ToArray(), series);

    /// <summary>A hash of both: products of 64 bits, folded. Nothing relies on it but speed.</summary>
    public static ulong Hash(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> suffix) =>
        Hash(suffix, Hash(prefix, 0x9E37_79B9_7F4A_7C15)) | 1;

    private static ulong Hash(ReadOnlySpan<byte> bytes, ulong seed)
    {
        var hash = seed ^ ((ulong)bytes.Length * 0xA076_1D64_78BD_642F);
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
        {
            hash = Fold(hash ^ word);
        }
        var rest = bytes[(words.Length * sizeof(ulong))..];
        if (bytes.Length >= sizeof(ulong))
        {
            return rest.IsEmpty ? hash : Fold(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes[^sizeof(ulong)..]));
        }
        foreach (var one in rest)
        {
            hash = Fold(hash ^ one);
        }
        return hash;
    }

    private static ulong Fold(ulong value)
    {
        var high = Math.BigMul(value, 0xE703_7ED1_A0B4_28DB, out var low);
        return high ^ low;
    }
}
