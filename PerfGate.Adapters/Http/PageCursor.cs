using System.Buffers.Binary;
using System.Buffers.Text;

namespace PerfGate.Adapters.Http;

/// <summary>
/// A place in a list that is ordered by time and id, as an opaque text: the <c>next</c> of one answer is the <c>after</c> of the
/// following request.
/// </summary>
internal static class PageCursor
{
    private const int Bytes = sizeof(long) + 16;
    private const long Earliest = -62_135_596_800_000_000;
    private const long Latest = 253_402_300_799_999_999;

    /// <summary>Reads a parameter; null where it is absent, and where it is no place, which is noted as an error.</summary>
    /// <param name="fields">The query.</param>
    /// <param name="name">The parameter.</param>
    /// <param name="list">What the list is called in the error: "history".</param>
    public static (DateTimeOffset CreatedAt, Guid Id)? Read(QueryFields fields, string name, string list)
    {
        if (fields.Text(name) is not { } text)
        {
            return null;
        }
        Span<byte> bytes = stackalloc byte[Bytes];
        if (
            Base64Url.IsValid(text, out var length)
            && length == Bytes
            && Base64Url.TryDecodeFromChars(text, bytes, out _)
            && BinaryPrimitives.ReadInt64BigEndian(bytes) is var microseconds and >= Earliest and <= Latest
        )
        {
            return (
                DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond),
                new Guid(bytes[sizeof(long)..], bigEndian: true)
            );
        }
        fields.Refuse(name, $"is no place in the {list}", "the next of an earlier answer, as it was");
        return null;
    }

    /// <summary>Writes a place. Times are kept to the microsecond, as PostgreSQL keeps them.</summary>
    public static string Write(DateTimeOffset createdAt, Guid id)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        var ticks = createdAt.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks;
        BinaryPrimitives.WriteInt64BigEndian(bytes, ticks / TimeSpan.TicksPerMicrosecond);
        id.TryWriteBytes(bytes[sizeof(long)..], bigEndian: true, out _);
        return Base64Url.EncodeToString(bytes);
    }
}
