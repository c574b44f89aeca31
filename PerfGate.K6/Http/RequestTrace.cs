using System.Diagnostics;
using PerfGate.K6.Scripting;

namespace PerfGate.K6.Http;

/// <summary>
/// Stopwatch readings of one request. Phases are k6's (<c>lib/netext/httpext/tracer.go</c>): blocked until there is a
/// connection (opening it included), sending, waiting for the first byte, receiving; their sum after the connection is the
/// duration.
/// </summary>
public sealed class RequestTrace
{
    [ThreadStatic]
    private static RequestTrace? _current;

    private static readonly AsyncLocal<RequestTrace?> Flowing = new();

    /// <summary>The request that this thread, or this asynchronous flow, is making.</summary>
    internal static RequestTrace? Current => _current ?? Flowing.Value;

    /// <summary>When it was begun.</summary>
    public long Started { get; } = Stopwatch.GetTimestamp();

    /// <summary>When its response had been read, or it failed.</summary>
    public long Ended { get; private set; }

    /// <summary>The connection it used; null where it got none.</summary>
    internal MeasuredStream? Connection { get; private set; }

    /// <summary>Milliseconds from the start until it had a connection.</summary>
    public double Blocked => RunClock.Milliseconds(Started, _gotConnection);

    /// <summary>Milliseconds of opening the TCP connection; 0 where one was reused.</summary>
    public double Connecting { get; private set; }

    /// <summary>Milliseconds of the TLS handshake; 0 where there was none.</summary>
    public double TlsHandshaking { get; private set; }

    /// <summary>Milliseconds of writing the request.</summary>
    public double Sending => RunClock.Milliseconds(_gotConnection, _wrote);

    /// <summary>Milliseconds from then to the first byte of the response, or to the failure.</summary>
    public double Waiting => RunClock.Milliseconds(_wrote, _firstByte == 0 ? Ended : _firstByte);

    /// <summary>Milliseconds of reading the response.</summary>
    public double Receiving => RunClock.Milliseconds(_firstByte, Ended);

    /// <summary>Sending, waiting and receiving.</summary>
    public double Duration => Sending + Waiting + Receiving;

    private long _gotConnection;
    private long _wrote;
    private long _firstByte;

    internal static void Enter(RequestTrace? trace) => _current = trace;

    internal static void Flow(RequestTrace? trace) => Flowing.Value = trace;

    internal void OnWriting(MeasuredStream connection)
    {
        if (_gotConnection == 0 || !ReferenceEquals(Connection, connection))
        {
            Connection = connection;
            _gotConnection = Stopwatch.GetTimestamp();
            _firstByte = 0;
            (Connecting, TlsHandshaking) = connection.TakeOpening();
        }
    }

    internal void OnWritten()
    {
        if (_firstByte == 0)
        {
            _wrote = Stopwatch.GetTimestamp();
        }
    }

    internal void OnRead()
    {
        if (_firstByte == 0 && _wrote != 0)
        {
            _firstByte = Stopwatch.GetTimestamp();
        }
    }

    /// <summary>HTTP/2 shares a connection: what the stream cannot tell is taken from when the headers had come.</summary>
    internal void OnHeaders(bool shared)
    {
        if (shared && _gotConnection == 0)
        {
            _gotConnection = Started;
        }
        if (shared)
        {
            _wrote = Math.Max(_wrote, _gotConnection);
            _firstByte = Stopwatch.GetTimestamp();
        }
    }

    internal void End() => Ended = Stopwatch.GetTimestamp();
}
