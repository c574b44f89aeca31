using PerfGate.K6.Metrics;

namespace PerfGate.K6.Http;

/// <summary>A request as the script asked for it.</summary>
public sealed class HttpCall
{
    /// <summary>Method, upper case.</summary>
    public required string Method { get; set; }

    /// <summary>Where to.</summary>
    public required Uri Url { get; set; }

    /// <summary>The address as the script wrote it.</summary>
    public required string UrlText { get; init; }

    /// <summary>Body; null for none.</summary>
    public byte[]? Body { get; set; }

    /// <summary>The body as the script sees it again in <c>response.request.body</c>.</summary>
    public string BodyText { get; set; } = "";

    /// <summary>Headers, in order.</summary>
    public List<(string Name, string Value)> Headers { get; } = [];

    /// <summary>Cookies of this request alone, and whether each takes the place of the jar's.</summary>
    public List<(string Name, string Value, bool Replace)> Cookies { get; } = [];

    /// <summary>The jar; null for none.</summary>
    public CookieJar? Jar { get; set; }

    /// <summary>Tags of its samples.</summary>
    public required TagSet Tags { get; set; }

    /// <summary>Longest time with all redirects; default 60 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Most redirects; null for the test's default.</summary>
    public int? Redirects { get; set; }

    /// <summary>What becomes of the body.</summary>
    public ResponseBody ResponseBody { get; set; }

    /// <summary>Which statuses are expected; null where http_req_failed is not to be measured.</summary>
    public Func<int, bool>? IsExpected { get; set; }

    /// <summary>Whether failing throws.</summary>
    public bool Throw { get; set; }
}

/// <summary>k6's responseType.</summary>
public enum ResponseBody
{
    /// <summary>A string.</summary>
    Text,

    /// <summary>An ArrayBuffer.</summary>
    Binary,

    /// <summary>Read and thrown away.</summary>
    None,
}

/// <summary>What came of a request, after redirects.</summary>
public sealed class HttpOutcome
{
    /// <summary>The request as it was first sent.</summary>
    public required HttpCall Call { get; init; }

    /// <summary>Last address.</summary>
    public required string Url { get; set; }

    /// <summary>Status; 0 where there was no response.</summary>
    public int Status { get; set; }

    /// <summary>As in <c>200 OK</c>.</summary>
    public string StatusText { get; set; } = "";

    /// <summary>As in <c>HTTP/1.1</c>.</summary>
    public string Protocol { get; set; } = "";

    /// <summary>Headers in Go's canonical spelling, several values joined by comma.</summary>
    public List<(string Name, string Value)> Headers { get; set; } = [];

    /// <summary>Cookies the last response set.</summary>
    public List<Cookie> Cookies { get; set; } = [];

    /// <summary>Headers of the request, as sent.</summary>
    public List<(string Name, string Value)> RequestHeaders { get; set; } = [];

    /// <summary>Body; null where it was thrown away or there was no response.</summary>
    public byte[]? Body { get; set; }

    /// <summary>Phases of the last request.</summary>
    public RequestTrace Trace { get; set; } = new();

    /// <summary>Why it failed; null where it did not.</summary>
    public RequestError? Error { get; set; }

    /// <summary>Every request that was made: redirects first.</summary>
    public List<Hop> Hops { get; } = [];

    /// <summary>What the log should say of it, with the address.</summary>
    public List<(string Message, string Url)> Warnings { get; } = [];

    /// <summary>A failure as k6 logs it.</summary>
    public string LogText(RequestError error) =>
        $"{Call.Method[..1]}{Call.Method[1..].ToLowerInvariant()} \"{Url}\": {error.Detail}";

    /// <summary>k6's error code: of the failure, or 1000 and a status from 400; else 0.</summary>
    public int ErrorCode => Error?.Code ?? (Status >= 400 ? 1000 + Status : 0);
}

/// <summary>One request of a call.</summary>
public sealed class Hop
{
    /// <summary>Method.</summary>
    public required string Method { get; init; }

    /// <summary>Address.</summary>
    public required string Url { get; init; }

    /// <summary>Phases.</summary>
    public required RequestTrace Trace { get; init; }

    /// <summary>Status; 0 where it failed.</summary>
    public int Status { get; set; }

    /// <summary>As in <c>HTTP/1.1</c>; empty where it failed.</summary>
    public string Protocol { get; set; } = "";

    /// <summary>Why it failed; null where it did not.</summary>
    public RequestError? Error { get; set; }
}
