using System.Globalization;
using System.Net;
using System.Text;
using PerfGate.K6.Options;

namespace PerfGate.K6.Http;

/// <summary>One call with its redirects, each a request of its own as in k6 (Go's redirect rules).</summary>
internal sealed class HttpExchange(
    HttpCall call,
    TestOptions options,
    HttpMessageInvoker invoker,
    CancellationToken cancellation
)
{
    private readonly HttpOutcome _outcome = new() { Call = call, Url = call.UrlText };

    /// <summary>Runs it to a response or an error.</summary>
    public HttpOutcome Run()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(call.Timeout);
        var (method, url, body, text) = (call.Method, call.Url, call.Body, call.UrlText);
        Uri? referer = null;
        for (var redirects = 0; ; redirects++)
        {
            var hop = Send(method, url, body, text, referer, limit);
            _outcome.Hops.Add(hop);
            _outcome.Trace = hop.Trace;
            _outcome.Error = hop.Error;
            if (hop.Error is not null || Redirection(hop, url) is not { } next)
            {
                return _outcome;
            }
            if (redirects >= (call.Redirects ?? options.MaxRedirects))
            {
                if (call.Redirects is null && !options.IsMaxRedirectsSet)
                {
                    _outcome.Warnings.Add(
                        (
                            $"Stopped after {redirects + 1} redirects and returned the redirection; pass {{ redirects: n }} in request params or set global maxRedirects to silence this",
                            call.UrlText
                        )
                    );
                }
                return _outcome;
            }
            if (hop.Status is 301 or 302 or 303)
            {
                method = method == "HEAD" ? "HEAD" : "GET";
                body = null;
            }
            referer = url;
            url = next;
            text = next.AbsoluteUri;
            _outcome.Url = text;
        }
    }

    private Hop Send(string method, Uri url, byte[]? body, string text, Uri? referer, CancellationTokenSource limit)
    {
        var trace = new RequestTrace();
        var hop = new Hop
        {
            Method = method,
            Url = text,
            Trace = trace,
        };
        using var request = Message(method, url, body, referer);
        try
        {
            using var response = Exchange(request, trace, limit.Token);
            hop.Status = (int)response.StatusCode;
            hop.Protocol = response.Version.Major >= 2 ? "HTTP/2.0" : $"HTTP/{response.Version.ToString(2)}";
            trace.OnHeaders(response.Version.Major >= 2);
            Read(response, url, trace, limit.Token);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            var remote = IPEndPoint.TryParse($"{url.Host}:{url.Port}", out var point) ? point : null;
            hop.Error = RequestError.Of(e, limit.IsCancellationRequested, remote);
            hop.Status = 0;
            hop.Protocol = "";
        }
        finally
        {
            trace.End();
            RequestTrace.Enter(null);
            RequestTrace.Flow(null);
        }
        return hop;
    }

    private HttpResponseMessage Exchange(HttpRequestMessage request, RequestTrace trace, CancellationToken limit)
    {
        if (request.RequestUri!.Scheme == Uri.UriSchemeHttps)
        {
            // HTTP/2 has no synchronous way: the VU's own thread waits for the asynchronous one.
            RequestTrace.Flow(trace);
            request.Version = HttpVersion.Version20;
            request.VersionPolicy = HttpVersionPolicy.RequestVersionOrLower;
            return invoker.SendAsync(request, limit).GetAwaiter().GetResult();
        }
        RequestTrace.Enter(trace);
        return invoker.Send(request, limit);
    }

    private HttpRequestMessage Message(string method, Uri url, byte[]? body, Uri? referer)
    {
        var request = new HttpRequestMessage(HttpMethods.Get(method), url);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
        }
        var sent = _outcome.RequestHeaders = [];
        var userAgent = false;
        foreach (var (name, value) in call.Headers)
        {
            if (name is "Content-Length")
            {
                continue;
            }
            userAgent |= name == "User-Agent";
            Add(name, value);
        }
        if (!userAgent && options.UserAgent.Length > 0)
        {
            Add("User-Agent", options.UserAgent);
        }
        if (
            referer is not null
            && !call.Headers.Any(header => header.Name == "Referer")
            && (referer.Scheme == url.Scheme || url.Scheme == "https")
        )
        {
            Add("Referer", referer.AbsoluteUri);
        }
        if (url.UserInfo.Length > 0 && !call.Headers.Any(header => header.Name == "Authorization"))
        {
            Add(
                "Authorization",
                "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(url.UserInfo)))
            );
        }
        if (call.Cookies.Count > 0 || call.Jar is { IsEmpty: false })
        {
            AddCookies(url, Add);
        }
        if (options.NoConnectionReuse)
        {
            request.Headers.ConnectionClose = true;
        }
        return request;

        void Add(string name, string value)
        {
            sent.Add((name, value));
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                (request.Content ??= new ByteArrayContent([])).Headers.TryAddWithoutValidation(name, value);
            }
        }
    }

    private void AddCookies(Uri url, Action<string, string> add)
    {
        var cookies = call.Cookies.Select(cookie => $"{cookie.Name}={cookie.Value}").ToList();
        var replaced = call.Cookies.Where(cookie => cookie.Replace).Select(cookie => cookie.Name).ToHashSet();
        if (call.Jar is { } jar)
        {
            cookies.AddRange(
                jar.For(url)
                    .Where(cookie => !replaced.Contains(cookie.Name))
                    .Select(cookie => $"{cookie.Name}={cookie.Value}")
            );
        }
        if (cookies.Count > 0)
        {
            add("Cookie", string.Join("; ", cookies));
        }
    }

    private void Read(HttpResponseMessage response, Uri url, RequestTrace trace, CancellationToken limit)
    {
        _outcome.Status = (int)response.StatusCode;
        _outcome.StatusText = string.Create(
                CultureInfo.InvariantCulture,
                $"{(int)response.StatusCode} {response.ReasonPhrase}"
            )
            .TrimEnd();
        _outcome.Protocol = response.Version.Major >= 2 ? "HTTP/2.0" : $"HTTP/{response.Version.ToString(2)}";
        _outcome.Headers = HeaderNames.Collect(response);
        _outcome.Cookies = [];
        if (response.Headers.NonValidated.TryGetValues("Set-Cookie", out var values))
        {
            foreach (var cookie in values.Select(Cookie.Parse).OfType<Cookie>())
            {
                _outcome.Cookies.Add(cookie);
                call.Jar?.Set(url, cookie);
            }
        }
        var own = url.Scheme == Uri.UriSchemeHttp ? trace.Connection : null;
        _outcome.Body = BodyReader.Read(response, call.ResponseBody, own, limit);
    }

    private Uri? Redirection(Hop hop, Uri url)
    {
        if (hop.Status is not (301 or 302 or 303 or 307 or 308))
        {
            return null;
        }
        var location = _outcome.Headers.FirstOrDefault(header => header.Name == "Location").Value;
        return
            !string.IsNullOrEmpty(location)
            && Uri.TryCreate(url, location, out var next)
            && (next.Scheme == Uri.UriSchemeHttp || next.Scheme == Uri.UriSchemeHttps)
            ? next
            : null;
    }
}

/// <summary>Method objects by name.</summary>
internal static class HttpMethods
{
    public static HttpMethod Get(string method) =>
        method switch
        {
            "GET" => HttpMethod.Get,
            "POST" => HttpMethod.Post,
            "PUT" => HttpMethod.Put,
            "DELETE" => HttpMethod.Delete,
            "PATCH" => HttpMethod.Patch,
            "HEAD" => HttpMethod.Head,
            "OPTIONS" => HttpMethod.Options,
            _ => new HttpMethod(method),
        };
}
