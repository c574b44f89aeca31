using System.Net;
using System.Net.Sockets;

namespace PerfGate.K6.Http;

/// <summary>A TCP connection that counts its bytes, and tells the request that uses it when it writes and reads.</summary>
internal sealed class MeasuredStream(Socket socket, TrafficCount traffic, double connecting)
    : NetworkStream(socket, ownsSocket: true)
{
    private double _connecting = connecting;
    private double _tls;

    /// <summary>Where it leads.</summary>
    public IPEndPoint? Remote { get; } = socket.RemoteEndPoint as IPEndPoint;

    /// <summary>TLS version as k6 names it; null on a plain connection.</summary>
    public string? TlsVersion { get; set; }

    /// <summary>TLS cipher suite; null on a plain connection.</summary>
    public string? CipherSuite { get; set; }

    /// <summary>Whether requests may be told apart on it: not during the handshake, not with HTTP/2.</summary>
    public bool IsAttributed { get; set; } = true;

    /// <summary>Sets how long the handshake took.</summary>
    public void SetHandshake(double milliseconds) => _tls = milliseconds;

    /// <summary>How long it took to open, for the first request that uses it; then 0.</summary>
    public (double Connecting, double Tls) TakeOpening()
    {
        var opening = (_connecting, _tls);
        (_connecting, _tls) = (0, 0);
        return opening;
    }

    /// <summary>Closes it under whoever waits for it. From any thread.</summary>
    public void Abort() => Socket.Dispose();

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        var trace = Writing(buffer.Length);
        // The socket itself: the base class sends spans by way of the overridden members.
        try
        {
            while (buffer.Length > 0)
            {
                buffer = buffer[Socket.Send(buffer)..];
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw new IOException(e.Message, e);
        }
        trace?.OnWritten();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer,
        CancellationToken cancellationToken = default
    )
    {
        var trace = Writing(buffer.Length);
        await base.WriteAsync(buffer, cancellationToken);
        trace?.OnWritten();
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(Span<byte> buffer)
    {
        try
        {
            return Counted(Socket.Receive(buffer), IsAttributed ? RequestTrace.Current : null);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw new IOException(e.Message, e);
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var trace = IsAttributed ? RequestTrace.Current : null;
        return Counted(await base.ReadAsync(buffer, cancellationToken), trace);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    private RequestTrace? Writing(int count)
    {
        traffic.AddSent(count);
        var trace = IsAttributed ? RequestTrace.Current : null;
        trace?.OnWriting(this);
        return trace;
    }

    private int Counted(int count, RequestTrace? trace)
    {
        if (count > 0)
        {
            traffic.AddReceived(count);
            trace?.OnRead();
        }
        return count;
    }
}

/// <summary>Bytes of a VU's connections since they were last taken.</summary>
internal sealed class TrafficCount
{
    private long _sent;
    private long _received;

    public void AddSent(long bytes) => Interlocked.Add(ref _sent, bytes);

    public void AddReceived(long bytes) => Interlocked.Add(ref _received, bytes);

    public (long Sent, long Received) Take() =>
        (Interlocked.Exchange(ref _sent, 0), Interlocked.Exchange(ref _received, 0));
}
