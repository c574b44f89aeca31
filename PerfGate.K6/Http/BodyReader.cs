using System.Buffers;
using System.IO.Compression;

namespace PerfGate.K6.Http;

/// <summary>Reads response bodies, decompressed as k6 does where the server compressed them unasked.</summary>
internal static class BodyReader
{
    /// <summary>Reads all of it; null where it is thrown away.</summary>
    /// <exception cref="DecompressionException">It does not decompress, or its encoding is not supported.</exception>
    public static byte[]? Read(HttpResponseMessage response, ResponseBody wanted, CancellationToken cancellation)
    {
        using var stream = response.Content.ReadAsStream(cancellation);
        if (wanted == ResponseBody.None)
        {
            Discard(stream);
            return null;
        }
        var body = ReadAll(stream, response.Content.Headers.ContentLength);
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

    private static byte[] ReadAll(Stream stream, long? length)
    {
        if (length == 0)
        {
            return [];
        }
        if (length is > 0 and < 1 << 30)
        {
            var exact = GC.AllocateUninitializedArray<byte>((int)length);
            var read = 0;
            int count;
            while (read < exact.Length && (count = stream.Read(exact, read, exact.Length - read)) > 0)
            {
                read += count;
            }
            return read == exact.Length ? exact : exact[..read];
        }
        using var all = new MemoryStream();
        stream.CopyTo(all);
        return all.ToArray();
    }

    private static void Discard(Stream stream)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
        while (stream.Read(buffer) > 0) { }
        ArrayPool<byte>.Shared.Return(buffer);
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
        using var plain = new MemoryStream();
        try
        {
            stream.CopyTo(plain);
        }
        catch (Exception e) when (e is InvalidDataException or InvalidOperationException)
        {
            throw new DecompressionException($"error decompressing response body ({e.Message})", e);
        }
        return plain.ToArray();
    }
}
