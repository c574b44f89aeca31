using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using PerfGate.K6.Options;
using PerfGate.K6.Scripting;

namespace PerfGate.K6.Http;

/// <summary>
/// Opens connections: names by k6's <c>hosts</c>, <c>blockHostnames</c> and <c>blacklistIPs</c>, addresses kept for five
/// minutes (k6's default <c>dns.ttl</c>) or for good, IPv4 first, TLS with HTTP/2 offered.
/// </summary>
public sealed class Dialer(TestOptions options)
{
    private static readonly TimeSpan TimeToLive = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, (IPAddress[] Addresses, long Until)> _names = new();

    /// <summary>
    /// Opens a connection for a VU. Blocks: synchronous requests need it to. Where nobody waits for it any more it is closed, also amid a
    /// handshake that the other side does not go on with.
    /// </summary>
    /// <exception cref="DialException">The name or address is refused by the options, or there is none.</exception>
    /// <exception cref="SocketException">There is no connection.</exception>
    internal Stream Dial(
        DnsEndPoint target,
        bool tls,
        bool offerHttp2,
        TrafficCount traffic,
        CancellationToken cancellation
    )
    {
        var address = Resolve(target);
        var started = Stopwatch.GetTimestamp();
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var abandoned = cancellation.UnsafeRegister(state => ((Socket)state!).Dispose(), socket);
        try
        {
            socket.Connect(address);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            socket.Dispose();
            cancellation.ThrowIfCancellationRequested();
            throw;
        }
        var connected = Stopwatch.GetTimestamp();
        var stream = new MeasuredStream(socket, traffic, RunClock.Milliseconds(started, connected));
        return tls ? Secure(stream, target.Host, offerHttp2) : stream;
    }

    /// <summary>The address of a name, after k6's options about names.</summary>
    internal IPEndPoint Resolve(DnsEndPoint target)
    {
        var host = target.Host.TrimStart('[').TrimEnd(']');
        if (options.BlockHostnames.Any(pattern => Matches(pattern, host)))
        {
            throw new DialException(1111, "hostname is blocked");
        }
        var mapped =
            options.Hosts.GetValueOrDefault($"{host}:{target.Port}")
            ?? options.Hosts.GetValueOrDefault(host)
            ?? options
                .Hosts.FirstOrDefault(entry =>
                    entry.Key.StartsWith("*.", StringComparison.Ordinal) && Matches(entry.Key, host)
                )
                .Value;
        if (mapped is not null)
        {
            return IPEndPoint.TryParse(mapped, out var point)
                ? Allowed(point.Port == 0 ? new IPEndPoint(point.Address, target.Port) : point)
                : throw new DialException(1100, $"hosts: '{mapped}' is no address");
        }
        if (IPAddress.TryParse(host, out var literal))
        {
            return Allowed(new IPEndPoint(literal, target.Port));
        }
        var addresses = Lookup(host);
        return Allowed(new IPEndPoint(addresses[Random.Shared.Next(addresses.Length)], target.Port));
    }

    private IPAddress[] Lookup(string host)
    {
        var now = Stopwatch.GetTimestamp();
        if (_names.TryGetValue(host, out var known) && now < known.Until)
        {
            return known.Addresses;
        }
        IPAddress[] addresses;
        try
        {
            addresses = Dns.GetHostAddresses(host);
        }
        catch (SocketException e)
            when (e.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain)
        {
            throw new DialException(1101, "lookup: no such host", $"lookup {host}: no such host");
        }
        var fourth = addresses.Where(address => address.AddressFamily == AddressFamily.InterNetwork).ToArray();
        addresses = fourth.Length > 0 ? fourth : addresses;
        if (addresses.Length == 0)
        {
            throw new DialException(1101, "lookup: no such host", $"lookup {host}: no such host");
        }
        var until = options.IsDnsKept ? long.MaxValue : now + (long)(TimeToLive.TotalSeconds * Stopwatch.Frequency);
        // Of two that asked at the same time, the first one's answer is kept.
        return options.IsDnsKept
            ? _names.GetOrAdd(host, (addresses, until)).Addresses
            : (_names[host] = (addresses, until)).Addresses;
    }

    private IPEndPoint Allowed(IPEndPoint point) =>
        // An IPv4 address in IPv6's clothes is IPv4's: Go's networks take it for that, those of .NET do not.
        options.BlacklistIPs.Any(network =>
            network.Contains(point.Address)
            || (point.Address.IsIPv4MappedToIPv6 && network.Contains(point.Address.MapToIPv4()))
        )
            ? throw new DialException(1110, "ip is blacklisted")
            : point;

    private SslStream Secure(MeasuredStream stream, string host, bool offerHttp2)
    {
        var started = Stopwatch.GetTimestamp();
        stream.IsAttributed = false;
        var secure = new SslStream(stream, leaveInnerStreamOpen: false);
        try
        {
            secure.AuthenticateAsClient(
                new SslClientAuthenticationOptions
                {
                    TargetHost = host,
                    ApplicationProtocols = offerHttp2
                        ? [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11]
                        : [SslApplicationProtocol.Http11],
#pragma warning disable CA5359 // The script's own choice: insecureSkipTLSVerify.
                    RemoteCertificateValidationCallback = options.InsecureSkipTlsVerify ? (_, _, _, _) => true : null,
#pragma warning restore CA5359
                }
            );
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            secure.Dispose();
            throw;
        }
        stream.SetHandshake(RunClock.Milliseconds(started, Stopwatch.GetTimestamp()));
        stream.TlsVersion = secure.SslProtocol switch
        {
            SslProtocols.Tls13 => "tls1.3",
            SslProtocols.Tls12 => "tls1.2",
            _ => "tls1.1",
        };
        stream.CipherSuite = secure.NegotiatedCipherSuite.ToString();
        stream.IsAttributed = secure.NegotiatedApplicationProtocol != SslApplicationProtocol.Http2;
        return secure;
    }

    private static bool Matches(string pattern, string host) =>
        pattern.StartsWith('*')
            ? host.EndsWith(pattern[1..], StringComparison.OrdinalIgnoreCase)
            : host.Equals(pattern, StringComparison.OrdinalIgnoreCase);
}

/// <summary>A connection that k6 has an error code of its own for.</summary>
public sealed class DialException(int code, string message, string? detail = null) : IOException(message)
{
    /// <summary>k6's error code.</summary>
    public int Code { get; } = code;

    /// <summary>Text for the log.</summary>
    public string Detail { get; } = detail ?? message;
}
