namespace PerfGate.Core.K6Output;

/// <summary>A stream whose beginning has been looked at, and that remembers whether its end has been seen.</summary>
internal sealed class PeekedStream(Stream stream) : Stream
{
    private readonly byte[] _start = new byte[OutputFormats.BytesNeeded];
    private int _read;
    private int _length;

    /// <summary>Whether nothing is left.</summary>
    public bool HasEnded { get; private set; }

    /// <inheritdoc />
    public override bool CanRead => true;

    /// <inheritdoc />
    public override bool CanSeek => false;

    /// <inheritdoc />
    public override bool CanWrite => false;

    /// <inheritdoc />
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc />
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>The first bytes, which are read again afterwards.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> PeekAsync(CancellationToken cancellation)
    {
        _length = await stream.ReadAtLeastAsync(_start, _start.Length, throwOnEndOfStream: false, cancellation);
        return _start.AsMemory(0, _length);
    }

    /// <inheritdoc />
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_read < _length)
        {
            return ReadStart(buffer.Span);
        }
        var bytes = await stream.ReadAsync(buffer, cancellationToken);
        HasEnded = bytes == 0 && buffer.Length > 0;
        return bytes;
    }

    /// <inheritdoc />
    public override int Read(byte[] buffer, int offset, int count)
    {
        if (_read < _length)
        {
            return ReadStart(buffer.AsSpan(offset, count));
        }
        var bytes = stream.Read(buffer, offset, count);
        HasEnded = bytes == 0 && count > 0;
        return bytes;
    }

    /// <inheritdoc />
    public override void Flush() { }

    /// <inheritdoc />
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc />
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc />
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private int ReadStart(Span<byte> target)
    {
        var bytes = Math.Min(target.Length, _length - _read);
        _start.AsSpan(_read, bytes).CopyTo(target);
        _read += bytes;
        return bytes;
    }
}
