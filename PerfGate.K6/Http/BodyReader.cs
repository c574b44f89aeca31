using System.Buffers;
using System.IO.Compression;

namespace PerfGate.K6.Http;

/// <summary>Reads response bodies, decompressed as k6 does where the server compressed them unasked.</summary>
internal static class BodyReader
{
    /// <summary>Most bytes of a body that is kept, as sent and as unpacked: 64 MiB. k6 knows no such limit.</summary>
    public const int MostBytes = 64 * 1024 * 1024;

    private const int BlockSize = 16 * 1024;

    // A promised length costs its sender nothing: only as much is taken at its word.
    private const int MostOnTrust = 64 * 1024;

    /// <summary>
    /// Reads all of it, as long as the token lets it; null where it is thrown away. A body on a connection of the request's own
    /// (plain HTTP) is read on the VU's thread, and the token closes the connection; where streams share one (HTTP/2, and whatever TLS
    /// carries) the token ends the reading alone.
    /// </summary>
    /// <exception cref="DecompressionException">It does not decompress, or its encoding is not supported.</exception>
    /// <exception cref="BodyTooLargeException">It is to be kept, and larger than <see cref="MostBytes"/>.</exception>
    /// <exception cref="OperationCanceledException">The time is over, or the iteration.</exception>
    /// <exception cref="IOException">The connection failed.</exception>
    public static byte[]? Read(
        HttpResponseMessage response,
        ResponseBody wanted,
        MeasuredStream? own,
        CancellationToken cancellation
    )
    {
        using var stream = response.Content.ReadAsStream(cancellation);
        using var end = own is null
            ? default
            : cancellation.UnsafeRegister(state => ((MeasuredStream)state!).Abort(), own);
        var source = new TimedBody(stream, isShared: own is null, cancellation);
        if (wanted == ResponseBody.None)
        {
            source.Discard();
            return null;
        }
        var body = source.ReadAll(response.Content.Headers.ContentLength);
        if (
            response.Content.Headers.NonValidated.TryGetValues("Content-Encoding", out var encodings)
            && body.Length > 0
        )
        {
            foreach (var encoding in encodings.SelectMany(value => value.Split(',')).Reverse())
            {
                body = Decompress(body, encoding.Trim().ToLowerInvariant());
            }
        }
        return body;
    }

    private static byte[] Decompress(byte[] body, string encoding)
    {
        using var source = new MemoryStream(body);
        using Stream? stream = encoding switch
        {
            "gzip" or "x-gzip" => new GZipStream(source, CompressionMode.Decompress),
            "deflate" => new ZLibStream(source, CompressionMode.Decompress),
            "br" => new BrotliStream(source, CompressionMode.Decompress),
            "zstd" => throw new DecompressionException(
                "zstd bodies are not supported by the embedded engine; install k6"
            ),
            _ => null,
        };
        if (stream is null)
        {
            return body;
        }
        try
        {
            var plain = new BoundedBuffer();
            ForEachBlock(block => stream.Read(block.Span), plain.Add);
            return plain.ToArray();
        }
        // What is read is in memory: any other IOException is zlib's own, which has no name to be caught by.
        catch (Exception e)
            when (e is InvalidDataException or InvalidOperationException or (IOException and not BodyTooLargeException))
        {
            throw new DecompressionException($"error decompressing response body ({e.Message})", e);
        }
    }

    private static void ForEachBlock(Func<Memory<byte>, int> next, Action<ReadOnlyMemory<byte>> take)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BlockSize);
        try
        {
            int count;
            while ((count = next(buffer)) > 0)
            {
                take(buffer.AsMemory(0, count));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>A body that is read within a request's time, however its server sends it.</summary>
    private readonly struct TimedBody(Stream stream, bool isShared, CancellationToken cancellation)
    {
        public byte[] ReadAll(long? length)
        {
            if (length == 0)
            {
                return [];
            }
            if (length > MostBytes)
            {
                throw new BodyTooLargeException();
            }
            if (length is > 0 and <= MostOnTrust)
            {
                var exact = GC.AllocateUninitializedArray<byte>((int)length);
                var read = 0;
                int count;
                while (read < exact.Length && (count = Next(exact.AsMemory(read))) > 0)
                {
                    read += count;
                }
                return read == exact.Length ? exact : exact[..read];
            }
            var all = new BoundedBuffer();
            ForEachBlock(Next, all.Add);
            return all.ToArray();
        }

        public void Discard() => ForEachBlock(Next, _ => { });

        private int Next(Memory<byte> buffer)
        {
            var count = isShared
                ? stream.ReadAsync(buffer, cancellation).AsTask().GetAwaiter().GetResult()
                : stream.Read(buffer.Span);
            // The end of a connection that was closed for being late looks like the end of a body.
            cancellation.ThrowIfCancellationRequested();
            return count;
        }
    }

    /// <summary>Bytes that may not become more than are kept.</summary>
    private sealed class BoundedBuffer
    {
        private readonly ArrayBufferWriter<byte> _bytes = new(BlockSize);

        public void Add(ReadOnlyMemory<byte> block)
        {
            if (_bytes.WrittenCount + block.Length > MostBytes)
            {
                throw new BodyTooLargeException();
            }
            _bytes.Write(block.Span);
        }

        public byte[] ToArray() => _bytes.WrittenSpan.ToArray();
    }
}

/// <summary>A body is larger than what is kept of one.</summary>
public sealed class BodyTooLargeException()
    : IOException(
        $"response body is larger than {BodyReader.MostBytes / 1024 / 1024} MiB, the most that the embedded engine keeps; do without it (responseType: 'none') or install k6"
    );
