using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;
using PerfGate.K6.Modules;
using PerfGate.K6.Scripting;

namespace PerfGate.K6.WebSockets;

/// <summary>Module <c>k6/ws</c>: connect() blocks until the socket is closed; its handlers run meanwhile.</summary>
internal static class WsModule
{
    public static ObjectInstance Create(Vu vu)
    {
        var module = new JsObject(vu.Engine);
        module.AddFunction("connect", arguments => Connect(vu, arguments));
        return module;
    }

    private static JsObject Connect(Vu vu, JsValue[] arguments)
    {
        CoreModule.RequireRunning(vu, "Using websockets");
        var parameters = arguments.Length > 2 ? arguments[1] : JsValue.Undefined;
        if (arguments.Length < 2 || arguments[^1] is not Jint.Native.Function.Function setUp)
        {
            throw vu.Engine.TypeError("last argument to ws.connect must be a function");
        }
        if (!Uri.TryCreate(arguments[0].ToString(), UriKind.Absolute, out var url) || url.Scheme is not ("ws" or "wss"))
        {
            throw vu.Engine.Error($"malformed ws or wss URL: {arguments[0]}");
        }
        vu.Flush();
        using var connection = new WsConnection(vu, url, parameters, [], nameTag: false);
        var problem = connection.ConnectAsync(vu.Interrupted).GetAwaiter().GetResult();
        connection.RecordConnected(Stopwatch.GetTimestamp());
        try
        {
            if (problem is null)
            {
                new Session(vu, connection, setUp).Run();
            }
            else if (vu.Test.Options.Throw)
            {
                throw vu.Engine.Error(problem);
            }
        }
        finally
        {
            connection.RecordEnded();
        }
        return Response(vu.Engine, connection, problem);
    }

    private static JsObject Response(Engine engine, WsConnection connection, string? problem)
    {
        var headers = new JsObject(engine);
        foreach (var (name, value) in connection.Headers)
        {
            headers.Set(name, value);
        }
        var response = new JsObject(engine);
        response.Set("url", connection.Url.OriginalString);
        response.Set("status", JsNumber.Create(connection.Status));
        response.Set("headers", headers);
        response.Set("body", "");
        response.Set("error", connection.Status == 0 ? problem ?? "" : "");
        return response;
    }

    /// <summary>The time between connect and close.</summary>
    private sealed class Session(Vu vu, WsConnection connection, JsValue setUp)
    {
        private readonly EventLoop _events = new();
        private readonly Dictionary<string, List<JsValue>> _handlers = [];
        private bool _closed;

        public void Run()
        {
            var ended = _events.Register();
            vu.Engine.Call(setUp, Socket());
            Raise("open");
            var reading = connection.ReadAsync(
                (message, isText) =>
                    _events.Post(() =>
                    {
                        connection.RecordReceived();
                        if (isText)
                        {
                            Raise("message", Encoding.UTF8.GetString(message));
                        }
                        else
                        {
                            Raise("binaryMessage", vu.Engine.Buffer(message));
                        }
                    }),
                (code, _, problem) =>
                    ended(() =>
                    {
                        if (problem is not null && !_closed)
                        {
                            Raise("error", vu.Engine.Intrinsics.Error.Construct(problem));
                        }
                        Close(code);
                    })
            );
            try
            {
                _events.Run(vu.Engine, () => _closed, vu.Interrupted);
            }
            finally
            {
                if (!_closed)
                {
                    _closed = true;
                    connection.SendClose(1001, "");
                }
                connection.Dispose();
                reading.GetAwaiter().GetResult();
                vu.FlushIfDue(Stopwatch.GetTimestamp());
            }
        }

        private JsObject Socket()
        {
            var socket = new JsObject(vu.Engine);
            socket.AddFunction("on", arguments => On(arguments));
            socket.AddFunction(
                "send",
                arguments =>
                    arguments.At(0).IsString()
                        ? Send(Encoding.UTF8.GetBytes(arguments[0].ToString()), WebSocketMessageType.Text)
                        : throw vu.Engine.TypeError("send() takes a text; use sendBinary() for an ArrayBuffer")
            );
            socket.AddFunction(
                "sendBinary",
                arguments =>
                    Send(
                        JintValues.Bytes(arguments.At(0))
                            ?? throw vu.Engine.TypeError("expected ArrayBuffer as argument"),
                        WebSocketMessageType.Binary
                    )
            );
            socket.AddFunction("setTimeout", arguments => Timer(arguments, false));
            socket.AddFunction("setInterval", arguments => Timer(arguments, true));
            socket.AddFunction(
                "ping",
                _ => throw vu.Engine.Error("socket.ping() is not supported by the embedded engine; install k6")
            );
            socket.AddFunction(
                "close",
                arguments =>
                {
                    Close(arguments.At(0).IsNumber() ? (int)arguments[0].AsNumber() : 1001);
                    return JsValue.Undefined;
                }
            );
            return socket;
        }

        private JsValue On(JsValue[] arguments)
        {
            var name = arguments.At(0).ToString();
            if (name is "ping" or "pong")
            {
                throw vu.Engine.Error(
                    $"the WebSocket event '{name}' is not supported by the embedded engine; install k6"
                );
            }
            if (arguments.At(1) is Jint.Native.Function.Function handler)
            {
                (_handlers.TryGetValue(name, out var list) ? list : _handlers[name] = []).Add(handler);
            }
            return JsValue.Undefined;
        }

        private JsValue Send(byte[] message, WebSocketMessageType type)
        {
            if (connection.Send(message, type) is { } problem)
            {
                Raise("error", vu.Engine.Intrinsics.Error.Construct(problem));
            }
            return JsValue.Undefined;
        }

        private JsValue Timer(JsValue[] arguments, bool repeats)
        {
            var callback = arguments.At(0);
            var milliseconds = TypeConverter.ToNumber(arguments.At(1));
            if (!(milliseconds > 0))
            {
                throw vu.Engine.Error(
                    $"set{(repeats ? "Interval" : "Timeout")} requires a >0 timeout parameter, received {milliseconds}"
                );
            }
            _events.AddTimer(() => vu.Engine.Call(callback, JsValue.Undefined), milliseconds, repeats);
            return JsValue.Undefined;
        }

        private void Close(int code)
        {
            if (!_closed)
            {
                _closed = true;
                connection.SendClose(code is 1005 or 1006 ? 1000 : code, "");
                Raise("close", JsNumber.Create(code));
            }
        }

        private void Raise(string name, params JsValue[] arguments)
        {
            foreach (var handler in _handlers.GetValueOrDefault(name) ?? [])
            {
                vu.Engine.Call(handler, JsValue.Undefined, arguments);
            }
        }
    }
}
