using System.Globalization;
using System.Text;
using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;
using PerfGate.Core.Requests;
using PerfGate.K6.Http;
using PerfGate.K6.Scripting;

namespace PerfGate.K6.Modules;

/// <summary>Reads what a script gives to http.get and its like.</summary>
internal sealed class HttpCallReader(Vu vu)
{
    private readonly Dictionary<string, Uri> _uris = [];

    /// <exception cref="InvalidUrlException">The address is none.</exception>
    /// <exception cref="JavaScriptException">A parameter is wrong or unsupported.</exception>
    public HttpCall Read(string method, JsValue url, JsValue body, JsValue parameters)
    {
        var tags = vu.Tags;
        var text = url.ToString();
        if (url is ObjectInstance tagged && tagged.Get("url") is { } address && address.IsString())
        {
            text = address.ToString();
            var name = tagged.Get("name").ToString();
            if (name != text && tags.Find("name") is null)
            {
                tags = vu.WithSystemTag(tags, "name", name);
            }
        }
        var options = vu.Test.Options;
        var call = new HttpCall
        {
            Method = method,
            Url = Parse(text),
            UrlText = text,
            Tags = tags,
            Jar = vu.Http.Jar,
            IsExpected = vu.Http.IsExpected,
            Throw = options.Throw,
            ResponseBody = options.DiscardResponseBodies ? ResponseBody.None : ResponseBody.Text,
        };
        if (parameters is ObjectInstance given)
        {
            ReadParameters(call, given);
        }
        RequestBody.Read(vu.Engine, call, body);
        return call;
    }

    private Uri Parse(string text)
    {
        if (_uris.TryGetValue(text, out var known))
        {
            return known;
        }
        if (
            !Uri.TryCreate(text, UriKind.Absolute, out var uri)
            || (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps)
        )
        {
            throw new InvalidUrlException(text, "expected an address that begins with http:// or https://");
        }
        if (_uris.Count >= 1000)
        {
            _uris.Clear();
        }
        return _uris[text] = uri;
    }

    private void ReadParameters(HttpCall call, ObjectInstance given)
    {
        foreach (var (name, value) in JintValues.Members(given))
        {
            if (value.IsNothing() && name != "responseCallback" && name != "jar")
            {
                continue;
            }
            switch (name)
            {
                case "headers":
                    foreach (var (header, content) in JintValues.Members(value))
                    {
                        call.Headers.Add((HeaderNames.Canonical(header), content.ToString()));
                    }
                    break;
                case "tags":
                    call.Tags = CoreModule.TagsFrom(vu, call.Tags, value);
                    break;
                case "timeout":
                    call.Timeout = Timeout(value);
                    break;
                case "redirects":
                    call.Redirects = (int)TypeConverter.ToNumber(value);
                    break;
                case "cookies":
                    ReadCookies(call, value);
                    break;
                case "jar":
                    call.Jar = CookieModule.JarOf(value);
                    break;
                case "auth":
                    if (value.ToString() is not ("basic" or ""))
                    {
                        throw vu.Engine.Error($"auth '{value}' is not supported by the embedded engine; install k6");
                    }
                    break;
                case "compression":
                    throw vu.Engine.Error(
                        "the compression of request bodies is not supported by the embedded engine; install k6"
                    );
                case "throw":
                    call.Throw = TypeConverter.ToBoolean(value);
                    break;
                case "responseType":
                    call.ResponseBody = value.ToString() switch
                    {
                        "text" => ResponseBody.Text,
                        "binary" => ResponseBody.Binary,
                        "none" => ResponseBody.None,
                        var other => throw vu.Engine.Error($"{other} is not a valid ResponseType"),
                    };
                    break;
                case "responseCallback":
                    call.IsExpected = ExpectedStatuses.Read(vu.Engine, value);
                    break;
                default:
                    break;
            }
        }
    }

    private TimeSpan Timeout(JsValue value)
    {
        var timeout =
            value.IsNumber() ? TimeSpan.FromMilliseconds(value.AsNumber())
            : DurationText.TryParse(value.ToString(), out var text) ? text
            : throw vu.Engine.Error($"invalid timeout value: {value}");
        return timeout > TimeSpan.Zero ? timeout : TimeSpan.FromSeconds(60);
    }

    private static void ReadCookies(HttpCall call, JsValue value)
    {
        foreach (var (name, cookie) in JintValues.Members(value))
        {
            call.Cookies.Add(
                cookie is ObjectInstance described
                    ? (name, described.Get("value").ToString(), TypeConverter.ToBoolean(described.Get("replace")))
                    : (name, cookie.ToString(), false)
            );
        }
    }
}

/// <summary>Request bodies: text, bytes, forms, files.</summary>
internal static class RequestBody
{
    public static void Read(Engine engine, HttpCall call, JsValue body)
    {
        if (body.IsNothing())
        {
            return;
        }
        if (body.IsString())
        {
            call.BodyText = body.ToString();
            call.Body = Encoding.UTF8.GetBytes(call.BodyText);
            return;
        }
        if (JintValues.Bytes(body) is { } bytes)
        {
            call.Body = bytes;
            call.BodyText = Encoding.UTF8.GetString(bytes);
            return;
        }
        if (body is not ObjectInstance)
        {
            throw engine.TypeError($"invalid type of request body: {body.Type}");
        }
        var members = JintValues.Members(body).ToList();
        if (members.Any(member => HttpFile.Is(member.Value)))
        {
            var (content, type) = HttpFile.Multipart(members);
            SetForm(call, content, type);
            return;
        }
        var pairs = members.SelectMany(member =>
            member.Value is JsArray list
                ? list.Select(item => (member.Name, Value: item.ToString()))
                : [(member.Name, Value: member.Value.ToString())]
        );
        // Sorted by name, as Go encodes forms.
        var form = string.Join(
            '&',
            pairs
                .OrderBy(pair => pair.Name, StringComparer.Ordinal)
                .Select(pair => $"{Escape(pair.Name)}={Escape(pair.Value)}")
        );
        SetForm(call, Encoding.UTF8.GetBytes(form), "application/x-www-form-urlencoded");
    }

    private static void SetForm(HttpCall call, byte[] content, string type)
    {
        call.Body = content;
        call.BodyText = Encoding.UTF8.GetString(content);
        if (!call.Headers.Any(header => header.Name == "Content-Type"))
        {
            call.Headers.Add(("Content-Type", type));
        }
    }

    private static string Escape(string text) =>
        Uri.EscapeDataString(text).Replace("%20", "+", StringComparison.Ordinal);
}

/// <summary>http.file and multipart forms.</summary>
internal static class HttpFile
{
    private const string Mark = "__perfgate_file";

    public static JsObject Create(Engine engine, JsValue[] arguments)
    {
        var file = new JsObject(engine);
        file.Set("data", arguments.At(0));
        file.Set(
            "filename",
            arguments.At(1).IsNothing()
                ? string.Create(CultureInfo.InvariantCulture, $"{TimeProvider.System.GetUtcNow().Ticks}")
                : arguments[1].ToString()
        );
        file.Set("content_type", arguments.At(2).IsNothing() ? "application/octet-stream" : arguments[2].ToString());
        file.DefineOwnProperty(
            Mark,
            new Jint.Runtime.Descriptors.PropertyDescriptor(JsBoolean.True, false, false, false)
        );
        return file;
    }

    public static bool Is(JsValue value) => value is ObjectInstance file && file.HasOwnProperty(Mark);

    public static (byte[] Content, string ContentType) Multipart(List<(string Name, JsValue Value)> members)
    {
        var boundary = Guid.NewGuid().ToString("N");
        using var content = new MemoryStream();
        void Write(string text) => content.Write(Encoding.UTF8.GetBytes(text));
        foreach (var (name, value) in members)
        {
            Write($"--{boundary}\r\n");
            if (Is(value))
            {
                Write(
                    $"Content-Disposition: form-data; name=\"{Quote(name)}\"; filename=\"{Quote(JintValues.Member(value, "filename").ToString())}\"\r\n"
                );
                Write($"Content-Type: {JintValues.Member(value, "content_type")}\r\n\r\n");
                var data = JintValues.Member(value, "data");
                content.Write(JintValues.Bytes(data) ?? Encoding.UTF8.GetBytes(data.ToString()));
                Write("\r\n");
            }
            else
            {
                Write($"Content-Disposition: form-data; name=\"{Quote(name)}\"\r\n\r\n{value}\r\n");
            }
        }
        Write($"--{boundary}--\r\n");
        return (content.ToArray(), $"multipart/form-data; boundary={boundary}");
    }

    private static string Quote(string text) =>
        text.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\r", "").Replace("\n", "");
}
