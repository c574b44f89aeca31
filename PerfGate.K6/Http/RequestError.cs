using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace PerfGate.K6.Http;

/// <summary>Why a request failed, in k6's codes and words (<c>lib/netext/httpext/error_codes.go</c>).</summary>
/// <param name="Code">k6's error code.</param>
/// <param name="Message">The <c>error</c> of tag and response.</param>
/// <param name="Detail">The same for the log.</param>
public sealed record RequestError(int Code, string Message, string Detail)
{
    /// <summary>The error of an exception.</summary>
    public static RequestError Of(Exception exception, bool timedOut, IPEndPoint? remote = null)
    {
        if (timedOut)
        {
            return new RequestError(1050, "request timeout", "request timeout");
        }
        for (var e = exception; e is not null; e = e.InnerException)
        {
            switch (e)
            {
                case DialException dial:
                    return new RequestError(dial.Code, dial.Message, dial.Detail);
                case SocketException socket:
                    return Of(socket, remote);
                case AuthenticationException tls:
                    return Of(tls);
                case DecompressionException decompression:
                    return new RequestError(1701, decompression.Message, decompression.Message);
                case HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded }:
                    return new RequestError(1000, "EOF", "EOF");
                default:
                    break;
            }
        }
        // It may quote what the target sent, which may be anything: nothing that a terminal or a database would stumble over.
        var message = string.Concat(exception.GetBaseException().Message.Select(c => char.IsControl(c) ? '\ufffd' : c));
        return new RequestError(1000, message, message);
    }

    private static RequestError Of(SocketException e, IPEndPoint? remote) =>
        e.SocketErrorCode switch
        {
            SocketError.ConnectionRefused => new(
                1212,
                "dial: connection refused",
                $"dial tcp {remote}: connect: connection refused"
            ),
            SocketError.TimedOut => new(1211, "dial: i/o timeout", $"dial tcp {remote}: i/o timeout"),
            SocketError.ConnectionReset => new(
                1220,
                "read: connection reset by peer",
                "read: connection reset by peer"
            ),
            SocketError.Shutdown => new(1201, "write: broken pipe", "write: broken pipe"),
            SocketError.HostUnreachable or SocketError.NetworkUnreachable => new(
                1213,
                $"dial: unknown errno {e.NativeErrorCode} error with msg `{e.Message}`",
                $"dial tcp {remote}: {e.Message}"
            ),
            _ => new(1200, e.Message, e.Message),
        };

    private static RequestError Of(AuthenticationException e) =>
        e.Message.Contains("NameMismatch", StringComparison.Ordinal)
            ? new(1311, "x509: certificate doesn't match hostname", e.Message)
        : e.Message.Contains("RemoteCertificate", StringComparison.Ordinal)
            ? new(1310, "x509: unknown authority", e.Message)
        : new(1300, e.Message, e.Message);
}

/// <summary>A body does not decompress.</summary>
public sealed class DecompressionException(string message, Exception? inner = null) : IOException(message, inner);
