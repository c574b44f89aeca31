using System.Globalization;
using System.Text;
using Jint;
using Jint.Native;
using Jint.Native.Json;
using Jint.Native.Object;
using Jint.Runtime;
using PerfGate.K6.Http;
using PerfGate.K6.Scripting;

namespace PerfGate.K6.Modules;

/// <summary>
/// k6's Response in JavaScript. Most scripts read status and perhaps body: everything else comes into being when it is read.
/// </summary>
internal sealed class ResponseObjects
{
    private static readonly JsObjectLayout TimingsLayout = new(
        "duration",
        "blocked",
        "looking_up",
        "connecting",
        "tls_handshaking",
        "sending",
        "waiting",
        "receiving"
    );

    private static readonly JsObjectLayout Layout = JsObjectLayout
        .CreateBuilder()
        .AddLazy("remote_ip", (_, state) => Of(state).Trace.Connection?.Remote?.Address.ToString() ?? "")
        .AddLazy("remote_port", (_, state) => Of(state).Trace.Connection?.Remote?.Port ?? 0)
        .Add("url")
        .Add("status")
        .Add("status_text")
        .Add("proto")
        .AddLazy("headers", (response, state) => HeadersOf(response.Engine, Of(state).Headers))
        .AddLazy("cookies", (response, state) => CookiesOf(response.Engine, Of(state)))
        .AddLazy("body", (response, state) => BodyOf(response.Engine, Of(state)))
        .AddLazy("timings", (response, state) => TimingsOf(response.Engine, Of(state).Trace))
        .AddLazy("tls_version", (_, state) => Of(state).Trace.Connection?.TlsVersion ?? "")
        .AddLazy("tls_cipher_suite", (_, state) => Of(state).Trace.Connection?.CipherSuite ?? "")
        .AddLazy("ocsp", (response, _) => Ocsp(response.Engine))
        .Add("error")
        .Add("error_code")
        .AddLazy("request", (response, state) => RequestOf(response.Engine, Of(state)))
        .Add("json")
        .Add("html")
        .Add("submitForm")
        .Add("clickLink")
        .Build();

    private readonly Engine _engine;
    private readonly JsValue _json;
    private readonly JsValue _html;
    private readonly JsValue _submitForm;
    private readonly JsValue _clickLink;

    public ResponseObjects(Engine engine)
    {
        _engine = engine;
        _json = engine.Method("json", (response, arguments) => Json((ObjectInstance)response, arguments.At(0)));
        _html = Unsupported("html");
        _submitForm = Unsupported("submitForm");
        _clickLink = Unsupported("clickLink");
    }

    /// <summary>The response of a request.</summary>
    public JsObject Create(HttpOutcome outcome)
    {
        var failed = outcome.Error is not null;
        // Null stands for what the layout computes when it is read.
        return JsObject.Create(
            _engine,
            Layout,
            [
                null!,
                null!,
                outcome.Url,
                JsNumber.Create(failed ? 0 : outcome.Status),
                failed ? "" : outcome.StatusText,
                failed ? "" : outcome.Protocol,
                null!,
                null!,
                null!,
                null!,
                null!,
                null!,
                null!,
                outcome.Error?.Message ?? "",
                JsNumber.Create(outcome.ErrorCode),
                null!,
                _json,
                _html,
                _submitForm,
                _clickLink,
            ],
            outcome
        );
    }

    private static HttpOutcome Of(object? state) => (HttpOutcome)state!;

    private Jint.Runtime.Interop.ClrFunction Unsupported(string name) =>
        _engine.Function(
            name,
            _ => throw _engine.Error($"Response.{name}() is not supported by the embedded engine; install k6")
        );

    private JsValue Json(ObjectInstance response, JsValue selector)
    {
        var body = response.Get("body");
        if (body.IsNothing())
        {
            throw _engine.Error(
                "the body is null so we can't transform it to JSON - this likely was because of a request error getting the response"
            );
        }
        var text = JintValues.Bytes(body) is { } bytes ? Encoding.UTF8.GetString(bytes) : body.ToString();
        JsValue value;
        try
        {
            value = new JsonParser(_engine).Parse(text);
        }
        catch (JavaScriptException e)
        {
            throw _engine.Error($"cannot parse json due to an error: {e.Message}");
        }
        return selector.IsNothing() ? value : JsonPaths.Select(_engine, value, selector.ToString());
    }

    private static JsObject HeadersOf(Engine engine, List<(string Name, string Value)> headers)
    {
        var values = new JsObject(engine);
        foreach (var (name, value) in headers)
        {
            values.Set(name, value);
        }
        return values;
    }

    private static JsObject CookiesOf(Engine engine, HttpOutcome outcome)
    {
        var cookies = new JsObject(engine);
        foreach (var byName in outcome.Cookies.GroupBy(cookie => cookie.Name))
        {
            var list = byName.Select(cookie =>
            {
                var described = new JsObject(engine);
                described.Set("name", cookie.Name);
                described.Set("value", cookie.Value);
                described.Set("domain", cookie.Domain);
                described.Set("path", cookie.Path);
                described.Set("http_only", cookie.HttpOnly ? JsBoolean.True : JsBoolean.False);
                described.Set("secure", cookie.Secure ? JsBoolean.True : JsBoolean.False);
                described.Set("max_age", JsNumber.Create(cookie.MaxAge));
                // Go's zero time, where there is none.
                described.Set("expires", JsNumber.Create(cookie.Expires?.ToUnixTimeMilliseconds() ?? -6795364578871L));
                return (JsValue)described;
            });
            cookies.Set(byName.Key, new JsArray(engine, [.. list]));
        }
        return cookies;
    }

    private static JsValue BodyOf(Engine engine, HttpOutcome outcome) =>
        outcome.Body is null || outcome.Error is not null ? JsValue.Null
        : outcome.Call.ResponseBody == ResponseBody.Binary ? engine.Buffer(outcome.Body)
        : Encoding.UTF8.GetString(outcome.Body);

    private static JsObject TimingsOf(Engine engine, RequestTrace trace) =>
        JsObject.Create(
            engine,
            TimingsLayout,
            [
                trace.Duration,
                trace.Blocked,
                0,
                trace.Connecting,
                trace.TlsHandshaking,
                trace.Sending,
                trace.Waiting,
                trace.Receiving,
            ]
        );

    private static JsObject Ocsp(Engine engine)
    {
        var ocsp = new JsObject(engine);
        ocsp.Set("status", "");
        return ocsp;
    }

    private static JsObject RequestOf(Engine engine, HttpOutcome outcome)
    {
        var request = new JsObject(engine);
        request.Set("method", outcome.Call.Method);
        request.Set("url", outcome.Call.UrlText);
        var headers = new JsObject(engine);
        foreach (var byName in outcome.RequestHeaders.GroupBy(header => header.Name))
        {
            headers.Set(byName.Key, new JsArray(engine, [.. byName.Select(header => (JsValue)header.Value)]));
        }
        request.Set("headers", headers);
        request.Set("body", outcome.Call.BodyText);
        request.Set("cookies", new JsObject(engine));
        return request;
    }
}

/// <summary>Selectors of Response.json(): names and numbers with dots, <c>#</c> for a length or for each element.</summary>
internal static class JsonPaths
{
    private static readonly System.Buffers.SearchValues<char> Unsupported = System.Buffers.SearchValues.Create(
        "*?|@(){}!"
    );

    public static JsValue Select(Engine engine, JsValue value, string selector)
    {
        if (selector.AsSpan().ContainsAny(Unsupported))
        {
            throw engine.Error(
                $"the selector '{selector}' of Response.json() is not supported by the embedded engine; read the whole with json()"
            );
        }
        return Select(engine, value, selector.Split('.').AsSpan());
    }

    private static JsValue Select(Engine engine, JsValue value, ReadOnlySpan<string> path)
    {
        for (var i = 0; i < path.Length; i++)
        {
            if (path[i] == "#" && value is JsArray list)
            {
                if (i == path.Length - 1)
                {
                    return JsNumber.Create(list.Length);
                }
                var found = new List<JsValue>();
                foreach (var item in list)
                {
                    if (Select(engine, item, path[(i + 1)..]) is var part && !part.IsUndefined())
                    {
                        found.Add(part);
                    }
                }
                return new JsArray(engine, [.. found]);
            }
            if (value is not ObjectInstance node || !node.HasOwnProperty(path[i]))
            {
                return JsValue.Undefined;
            }
            value = node.Get(path[i]);
        }
        return value;
    }
}
