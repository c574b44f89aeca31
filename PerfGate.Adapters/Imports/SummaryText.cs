using System.IO.Compression;
using PerfGate.Core.K6Output;

namespace PerfGate.Adapters.Imports;

/// <summary>The text of a summary, plain or gzip by its bytes.</summary>
internal static class SummaryText
{
    /// <summary>The text; null where it is longer than allowed or cannot be unpacked.</summary>
    public static async Task<byte[]?> ReadAsync(Stream body, int most, CancellationToken cancellation)
    {
        if (await ReadAllAsync(body, most, cancellation) is not { } bytes)
        {
            return null;
        }
        if (!OutputFormats.IsGzip(bytes))
        {
            return bytes;
        }
        try
        {
            await using var unpacked = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
            return await ReadAllAsync(unpacked, most, cancellation);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private static async Task<byte[]?> ReadAllAsync(Stream body, int most, CancellationToken cancellation)
    {
        using var bytes = new MemoryStream();
        var chunk = new byte[64 * 1024];
        int read;
        while ((read = await body.ReadAsync(chunk, cancellation)) > 0)
        {
            if (bytes.Length + read > most)
            {
                return null;
            }
            bytes.Write(chunk, 0, read);
        }
        return bytes.ToArray();
    }
}
