using System.Diagnostics;
using System.Net.WebSockets;
using Jint;
using Jint.Native;
using PerfGate.K6.Http;
using PerfGate.K6.Metrics;
using PerfGate.K6.Modules;
using PerfGate.K6.Scripting;

namespace PerfGate.K6.WebSockets;

/// <summary>A WebSocket connection of a VU, with k6's metrics. What arrives is handed over as events by a reader of its own.</summary>
internal sealed class WsConnection : IDisposable
{
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(60);

    private readonly Vu _vu;
    private readonly ClientWebSocket _socket = new();
    private readonly long _started;
    private HttpMessageInvoker? _invoker;
    private bool _hasUserAgent;
    private bool _ended;

    /// <summary>Prepares a connection.</summary>
    /// <param name="vu">Whose it is.</param>
    /// <param name="url">Where to.</param>
    /// <param name="parameters">headers, tags, jar, compression.</param>
    /// <param name="protocols">Subprotocols to offer.</param>
    /// <param name="nameTag">Whether the address is also the name tag.</param>
    public WsConnection(Vu vu, Uri url, JsValue parameters, IEnumerable<string> protocols, bool nameTag)
    {
        _vu = vu;
        Url = url;
        Tags = vu.Tags;
        _started = Stopwatch.GetTimestamp();
        _socket.Options.CollectHttpResponseDetails = true;
        _socket.Options.KeepAliveInterval = TimeSpan.Zero;
        var jar = vu.Http.Jar;
        Read(parameters, ref jar);
        foreach (var protocol in protocols)
        {
            _socket.Options.AddSubProtocol(protocol);
        }
        if (vu.Test.Options.UserAgent.Length > 0 && !_hasUserAgent)
        {
            _socket.Options.SetRequestHeader("User-Agent", vu.Test.Options.UserAgent);
        }
        var http = new UriBuilder(url) { Scheme = url.Scheme == "wss" ? "https" : "http" }.Uri;
        var cookies = string.Join("; ", jar?.For(http).Select(cookie => $"{cookie.Name}={cookie.Value}") ?? []);
        if (cookies.Length > 0)
        {
            _socket.Options.SetRequestHeader("Cookie", cookies);
        }
        var name = Tags.Find("name");
        Tags = vu.WithSystemTag(Tags, "url", nameTag && name is not null ? name : url.OriginalString);
        if (nameTag && name is null)
        {
            Tags = vu.WithSystemTag(Tags, "name", url.OriginalString);
        }
    }

    /// <summary>Where to.</summary>
    public Uri Url { get; }

    /// <summary>Tags of its samples.</summary>
    public TagSet Tags { get; private set; }

    /// <summary>Status of the handshake; 0 where there was none.</summary>
    public int Status => (int)_socket.HttpStatusCode;

    /// <summary>Chosen subprotocol.</summary>
    public string Protocol => _socket.SubProtocol ?? "";

    /// <summary>Headers of the handshake.</summary>
    public IEnumerable<(string Name, string Value)> Headers =>
        (_socket.HttpResponseHeaders ?? new Dictionary<string, IEnumerable<string>>()).Select(header =>
            (HeaderNames.Canonical(header.Key), string.Join(", ", header.Value))
        );

    /// <summary>Connects; the answer is why it failed, or null.</summary>
    public async Task<string?> ConnectAsync(CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(HandshakeTimeout);
        _invoker = _vu.Http.CreateInvoker();
        try
        {
            await _socket.ConnectAsync(Url, _invoker, limit.Token);
            return null;
        }
        catch (Exception e)
            when (e is WebSocketException or OperationCanceledException or HttpRequestException or IOException)
        {
            return Status is not 0 and not 101
                ? "websocket: bad handshake"
                : RequestError.Of(e, limit.IsCancellationRequested).Detail;
        }
    }

    /// <summary>Records the session, on the VU's thread.</summary>
    public void RecordConnected(long ended)
    {
        if (Status != 0)
        {
            Tags = _vu.WithSystemTag(
                Tags,
                "status",
                Status.ToString(System.Globalization.CultureInfo.InvariantCulture)
            );
            Tags = _vu.WithSystemTag(Tags, "subproto", Protocol);
        }
        _vu.Emit(_vu.Test.Metrics.WsSessions, Tags, 1, _started);
        _vu.Emit(_vu.Test.Metrics.WsConnecting, Tags, RunClock.Milliseconds(_started, ended), _started);
    }

    /// <summary>Records the end of the session, once.</summary>
    public void RecordEnded()
    {
        if (!_ended)
        {
            _ended = true;
            _vu.Emit(
                _vu.Test.Metrics.WsSessionDuration,
                Tags,
                RunClock.Milliseconds(_started, Stopwatch.GetTimestamp()),
                _started
            );
        }
    }

    /// <summary>Records a message that came.</summary>
    public void RecordReceived() => _vu.Emit(_vu.Test.Metrics.WsMessagesReceived, Tags, 1, Stopwatch.GetTimestamp());

    /// <summary>Sends a message; blocks. The answer is why it failed, or null.</summary>
    public string? Send(byte[] message, WebSocketMessageType type)
    {
        try
        {
            _socket.SendAsync(message.AsMemory(), type, true, _vu.Interrupted).AsTask().GetAwaiter().GetResult();
            _vu.Emit(_vu.Test.Metrics.WsMessagesSent, Tags, 1, Stopwatch.GetTimestamp());
            return null;
        }
        catch (Exception e) when (e is WebSocketException or InvalidOperationException or IOException)
        {
            return e.Message;
        }
    }

    /// <summary>Sends a close frame; errors of a connection that is closed already do not matter.</summary>
    public void SendClose(int code, string reason)
    {
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            _socket.CloseOutputAsync((WebSocketCloseStatus)code, reason, limit.Token).GetAwaiter().GetResult();
        }
        catch (Exception e)
            when (e is WebSocketException or InvalidOperationException or OperationCanceledException or IOException)
        {
            // The connection is gone: nobody is left to tell.
        }
    }

    /// <summary>Reads until the connection ends.</summary>
    /// <param name="onMessage">Takes a message and whether it is text.</param>
    /// <param name="onEnd">Takes the code of the close frame, or why there was none.</param>
    public async Task ReadAsync(Action<byte[], bool> onMessage, Action<int, string, string?> onEnd)
    {
        var buffer = new byte[16 * 1024];
        using var message = new MemoryStream();
        while (true)
        {
            ValueWebSocketReceiveResult part;
            try
            {
                part = await _socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
            }
            catch (Exception e)
                when (e is WebSocketException or InvalidOperationException or OperationCanceledException or IOException)
            {
                onEnd(1006, "", e.Message);
                return;
            }
            if (part.MessageType == WebSocketMessageType.Close)
            {
                onEnd(
                    (int)(_socket.CloseStatus ?? WebSocketCloseStatus.Empty),
                    _socket.CloseStatusDescription ?? "",
                    null
                );
                return;
            }
            if (message.Length + part.Count > BodyReader.MostBytes)
            {
                _socket.Abort();
                onEnd(
                    (int)WebSocketCloseStatus.MessageTooBig,
                    "",
                    $"websocket: message is larger than {BodyReader.MostBytes / 1024 / 1024} MiB, the most that the embedded engine keeps"
                );
                return;
            }
            message.Write(buffer, 0, part.Count);
            if (part.EndOfMessage)
            {
                onMessage(message.ToArray(), part.MessageType == WebSocketMessageType.Text);
                message.SetLength(0);
            }
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        _invoker?.Dispose();
    }

    private void Read(JsValue parameters, ref CookieJar? jar)
    {
        foreach (var (name, value) in JintValues.Members(parameters))
        {
            switch (name)
            {
                case "headers":
                    foreach (var (header, content) in JintValues.Members(value))
                    {
                        if (header.Equals("Sec-WebSocket-Protocol", StringComparison.OrdinalIgnoreCase))
                        {
                            foreach (var protocol in content.ToString().Split(','))
                            {
                                _socket.Options.AddSubProtocol(protocol.Trim());
                            }
                            continue;
                        }
                        _hasUserAgent |= header.Equals("User-Agent", StringComparison.OrdinalIgnoreCase);
                        _socket.Options.SetRequestHeader(header, content.ToString());
                    }
                    break;
                case "tags":
                    Tags = CoreModule.TagsFrom(_vu, Tags, value);
                    break;
                case "jar":
                    jar = CookieModule.JarOf(value);
                    break;
                case "compression" when value.ToString() is { Length: > 0 } and not "undefined":
                    throw _vu.Engine.Error(
                        "compression of WebSockets is not supported by the embedded engine; install k6"
                    );
                default:
                    break;
            }
        }
    }
}
