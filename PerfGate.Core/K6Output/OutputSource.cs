using System.IO.Compression;

namespace PerfGate.Core.K6Output;

/// <summary>The bytes of an output, unpacked where they are gzip's, as far as that goes.</summary>
internal sealed class OutputSource : IAsyncDisposable
{
    private readonly PeekedStream _packed;
    private readonly Stream _stream;

    private OutputSource(PeekedStream packed, bool isGzip)
    {
        _packed = packed;
        _stream = isGzip ? new GZipStream(packed, CompressionMode.Decompress, leaveOpen: true) : packed;
        IsGzip = isGzip;
    }

    /// <summary>Whether they were packed.</summary>
    public bool IsGzip { get; }

    /// <summary>Whether packed data ended before it was whole.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Whether packed data could not be unpacked any further.</summary>
    public bool IsDamaged { get; private set; }

    /// <summary>Looks at the first bytes. The stream is left open.</summary>
    public static async Task<OutputSource> OpenAsync(Stream stream, CancellationToken cancellation)
    {
        var packed = new PeekedStream(stream);
        var start = await packed.PeekAsync(cancellation);
        return new OutputSource(packed, OutputFormats.IsGzip(start.Span));
    }

    /// <summary>Bytes read; 0 at the end, be it a good one or not.</summary>
    public async ValueTask<int> ReadAsync(Memory<byte> target, CancellationToken cancellation)
    {
        if (IsCut || IsDamaged)
        {
            return 0;
        }
        try
        {
            return await _stream.ReadAsync(target, cancellation);
        }
        catch (InvalidDataException)
        {
            (IsCut, IsDamaged) = (_packed.HasEnded, !_packed.HasEnded);
            return 0;
        }
    }

    /// <summary>Fills the target as far as there is anything.</summary>
    public async ValueTask<int> FillAsync(Memory<byte> target, CancellationToken cancellation)
    {
        var length = 0;
        while (length < target.Length && await ReadAsync(target[length..], cancellation) is > 0 and var bytes)
        {
            length += bytes;
        }
        return length;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        await _packed.DisposeAsync();
    }
}
