using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace PerfGate.Adapters.Imports;

/// <summary>
/// Tells whether two imports sent the same: SHA-256 of names and contents of their parts, in order. Not of the body itself, whose
/// boundary every sender makes anew.
/// </summary>
internal sealed class ImportHash : IDisposable
{
    private readonly IncrementalHash _parts = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Reads a part to its end, through whoever wants it.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="body">Its content.</param>
    /// <param name="read">Reads it, as far as it likes.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public async Task ReadAsync(string name, Stream body, Func<Stream, Task> read, CancellationToken cancellation)
    {
        AddLength(Encoding.UTF8.GetByteCount(name));
        _parts.AppendData(Encoding.UTF8.GetBytes(name));
        await using var hashed = new HashedStream(body, _parts);
        await read(hashed);
        // What was not wanted was sent as well.
        await hashed.CopyToAsync(Stream.Null, cancellation);
        AddLength(hashed.Position);
    }

    /// <summary>The hash of all parts so far.</summary>
    public byte[] Take() => _parts.GetHashAndReset();

    /// <inheritdoc />
    public void Dispose() => _parts.Dispose();

    private void AddLength(long length)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, length);
        _parts.AppendData(bytes);
    }
}
