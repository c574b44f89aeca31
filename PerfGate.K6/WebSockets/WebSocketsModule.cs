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

/// <summary>Module <c>k6/websockets</c>: the browser's WebSocket, on the VU's event loop.</summary>
internal static class WebSocketsModule
{
    public static ObjectInstance Create(Vu vu)
    {
        var module = new JsObject(vu.Engine);
        var construct = vu.Engine.Function("WebSocket", arguments => new Socket(vu, arguments).Start());
        module.Set("WebSocket", ScriptClass.Wrap(vu.Engine, "WebSocket", construct));
        return module;
    }

#pragma warning disable CA1001 // The connection is disposed of where it ends, which the garbage collector waits for.
    private sealed class Socket
#pragma warning restore CA1001
    {
        private readonly Vu _vu;
        private readonly WsConnection _connection;
        private readonly JsObject _script;
        private readonly Dictionary<string, List<JsValue>> _listeners = [];
        private Action<Action>? _keepAlive;

        public Socket(Vu vu, JsValue[] arguments)
        {
            _vu = vu;
            CoreModule.RequireRunning(vu, "Using websockets");
            if (
                !Uri.TryCreate(arguments.At(0).ToString(), UriKind.Absolute, out var url)
                || url.Scheme is not ("ws" or "wss")
            )
            {
                throw vu.Engine.Error($"WebSocket requires a ws or wss URL, got {arguments.At(0)}");
            }
            var protocols =
                arguments.At(1) is JsArray list ? list.Select(item => item.ToString())
                : arguments.At(1).IsString() ? [arguments[1].ToString()]
                : [];
            _connection = new WsConnection(vu, url, arguments.At(2), protocols, nameTag: true);
            _script = Script(url);
        }

        public JsObject Start()
        {
            var opened = _vu.Loop.Register();
            _keepAlive = _vu.Loop.Register();
            _ = ConnectAsync(opened);
            return _script;
        }

        private async Task ConnectAsync(Action<Action> opened)
        {
            // Never on the VU's thread: it goes on with the script meanwhile.
            await Task.Yield();
            var problem = await _connection.ConnectAsync(_vu.Interrupted);
            var ended = Stopwatch.GetTimestamp();
            opened(() =>
            {
                _connection.RecordConnected(ended);
                if (problem is not null)
                {
                    Fail(problem);
                    return;
                }
                State(1);
                _script.Set("protocol", _connection.Protocol);
                Raise("open");
                _ = _connection.ReadAsync(
                    (message, isText) => _vu.Loop.Post(() => Receive(message, isText)),
                    (code, reason, why) => _vu.Loop.Post(() => End(code, reason, why))
                );
            });
        }

        private void Receive(byte[] message, bool isText)
        {
            _connection.RecordReceived();
            if (_script.Get("readyState").AsNumber() == 1)
            {
                Raise("message", ("data", isText ? Encoding.UTF8.GetString(message) : _vu.Engine.Buffer(message)));
            }
        }

        private void Fail(string problem)
        {
            Raise("error", ("error", problem));
            End(1006, "", null);
        }

        private void End(int code, string reason, string? why)
        {
            if (_script.Get("readyState").AsNumber() == 3)
            {
                return;
            }
            if (why is not null && _script.Get("readyState").AsNumber() == 1)
            {
                Raise("error", ("error", why));
            }
            else if (code != 1006)
            {
                _connection.SendClose(code is 1005 ? 1000 : code, reason);
            }
            State(3);
            _connection.RecordEnded();
            _connection.Dispose();
            Raise("close", ("code", JsNumber.Create(code)), ("reason", reason));
            _keepAlive?.Invoke(() => { });
        }

        private JsObject Script(Uri url)
        {
            var script = new JsObject(_vu.Engine);
            script.Set("url", url.OriginalString);
            script.Set("readyState", JsNumber.Create(0));
            script.Set("bufferedAmount", JsNumber.Create(0));
            script.Set("binaryType", "arraybuffer");
            script.Set("protocol", "");
            foreach (var name in new[] { "open", "message", "error", "close" })
            {
                script.Set("on" + name, JsValue.Null);
            }
            script.AddFunction("addEventListener", Listen);
            script.AddFunction("send", Send);
            script.AddFunction("close", Close);
            script.AddFunction(
                "ping",
                _ => throw _vu.Engine.Error("WebSocket.ping() is not supported by the embedded engine; install k6")
            );
            return script;
        }

        private JsValue Listen(JsValue[] arguments)
        {
            var name = arguments.At(0).ToString();
            if (name is not ("open" or "message" or "error" or "close"))
            {
                throw _vu.Engine.Error(
                    $"the WebSocket event '{name}' is not supported by the embedded engine; install k6"
                );
            }
            (_listeners.TryGetValue(name, out var list) ? list : _listeners[name] = []).Add(arguments.At(1));
            return JsValue.Undefined;
        }

        private JsValue Send(JsValue[] arguments)
        {
            if (_script.Get("readyState").AsNumber() != 1)
            {
                throw _vu.Engine.Error("WebSocket is not open: InvalidStateError");
            }
            var bytes = JintValues.Bytes(arguments.At(0));
            var problem = bytes is null
                ? _connection.Send(Encoding.UTF8.GetBytes(arguments.At(0).ToString()), WebSocketMessageType.Text)
                : _connection.Send(bytes, WebSocketMessageType.Binary);
            if (problem is not null)
            {
                Raise("error", ("error", problem));
            }
            return JsValue.Undefined;
        }

        private JsValue Close(JsValue[] arguments)
        {
            if (_script.Get("readyState").AsNumber() >= 2)
            {
                return JsValue.Undefined;
            }
            State(2);
            _connection.SendClose(
                arguments.At(0).IsNumber() ? (int)arguments[0].AsNumber() : 1000,
                arguments.At(1).IsNothing() ? "" : arguments[1].ToString()
            );
            return JsValue.Undefined;
        }

        private void State(int state) => _script.Set("readyState", JsNumber.Create(state));

        private void Raise(string name, params (string Name, JsValue Value)[] members)
        {
            var raised = new JsObject(_vu.Engine);
            raised.Set("type", name);
            raised.Set("target", _script);
            raised.Set("timestamp", JsNumber.Create(RunClock.NowMicroseconds / 1000d));
            foreach (var (member, value) in members)
            {
                raised.Set(member, value);
            }
            if (_script.Get("on" + name) is Jint.Native.Function.Function handler)
            {
                _vu.Engine.Call(handler, _script, [raised]);
            }
            foreach (var listener in _listeners.GetValueOrDefault(name) ?? [])
            {
                _vu.Engine.Call(listener, _script, [raised]);
            }
        }
    }
}
