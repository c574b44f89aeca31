using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Extensions.Logging;

namespace PerfGate.Tests.Support;

/// <summary>
/// A blob service that can be made unwell: stands before a real Azurite on loopback, hands on what it is asked, and answers otherwise
/// while there is an outage. Signatures hold, since they are not over the host.
/// </summary>
internal sealed class BlobProxy : IAsyncDisposable
{
    private static readonly string[] OfOneHop = ["Host", "Connection", "Keep-Alive", "Transfer-Encoding"];

    private readonly WebApplication _app;
    private readonly HttpClient _azurite = new(
        new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.None, AllowAutoRedirect = false }
    );
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Uri _behind;
    private readonly string _connectionString;
    private volatile BlobOutage? _outage;
    private int _failed;

    private BlobProxy(string connectionString)
    {
        _connectionString = connectionString;
        _behind = new Uri(
            connectionString.Split(';').Single(part => part.StartsWith("BlobEndpoint=", StringComparison.Ordinal))[
                "BlobEndpoint=".Length..
            ]
        );
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Urls.Add("http://127.0.0.1:0");
        _app.Run(AnswerAsync);
    }

    /// <summary>Of the service as it is reached through here.</summary>
    public string ConnectionString =>
        _connectionString.Replace(
            _behind.GetLeftPart(UriPartial.Authority),
            _app.Urls.Single(),
            StringComparison.Ordinal
        );

    /// <summary>Requests that were not answered as they should have been.</summary>
    public int Failed => _failed;

    /// <summary>All requests, as "PUT RUN/series-0.ndjson?comp=appendblock 201"; of those that failed the status is 0, or the outage's.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public static async Task<BlobProxy> StartAsync(string azurite)
    {
        var proxy = new BlobProxy(azurite);
        await proxy._app.StartAsync();
        return proxy;
    }

    /// <summary>Begins an outage with the first request that it concerns; the next one takes its place.</summary>
    public void Plan(BlobOutage outage) => _outage = outage;

    /// <summary>The service is well again.</summary>
    public void End() => _outage = null;

    public async ValueTask DisposeAsync()
    {
        _over.TrySetResult();
        await _app.DisposeAsync();
        _azurite.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var what = What(context.Request);
        if (_outage is not { } outage || !outage.Concerns(what))
        {
            await HandOnAsync(context, what);
            return;
        }
        Interlocked.Increment(ref _failed);
        switch (outage.Kind)
        {
            case BlobOutageKind.Busy or BlobOutageKind.TooMany:
                var (status, code) =
                    outage.Kind == BlobOutageKind.Busy ? (503, "ServerBusy") : (429, "TooManyRequests");
                context.Response.StatusCode = status;
                context.Response.Headers.RetryAfter = "1";
                context.Response.Headers["x-ms-error-code"] = code;
                Requests.Enqueue(FormattableString.Invariant($"{what} {status}"));
                break;
            case BlobOutageKind.Hangs:
                Requests.Enqueue($"{what} 0");
                await Task.WhenAny(_over.Task, Task.Delay(Timeout.Infinite, context.RequestAborted));
                context.Abort();
                break;
            case BlobOutageKind.LosesAnswers:
                await HandOnAsync(context, what, lost: true);
                break;
            default:
                Requests.Enqueue($"{what} 0");
                context.Abort();
                break;
        }
    }

    private async Task HandOnAsync(HttpContext context, string what, bool lost = false)
    {
        using var request = new HttpRequestMessage(
            new HttpMethod(context.Request.Method),
            new Uri(_behind, context.Request.GetEncodedPathAndQuery())
        );
        // Read whole: what a client breaks off never reaches the service in part.
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            request.Content = new ByteArrayContent(body.ToArray());
        }
        foreach (var (name, values) in context.Request.Headers)
        {
            if (
                !OfOneHop.Contains(name, StringComparer.OrdinalIgnoreCase)
                && !request.Headers.TryAddWithoutValidation(name, values.AsEnumerable())
            )
            {
                request.Content?.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
            }
        }
        using var answer = await _azurite.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var status = ((int)answer.StatusCode).ToString(CultureInfo.InvariantCulture);
        Requests.Enqueue($"{what} {status}{(lost ? " lost" : "")}");
        if (lost)
        {
            context.Abort();
            return;
        }
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers))
        {
            if (!OfOneHop.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                context.Response.Headers[name] = values.ToArray();
            }
        }
        await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    /// <summary>Method, and blob with what is done to it: "PUT RUN/series-0.ndjson?comp=appendblock". Nothing of a signature.</summary>
    private static string What(HttpRequest request)
    {
        // /account/container/RUN/name
        var path = string.Join('/', request.Path.Value!.Split('/').Skip(3));
        var comp = request.Query["comp"].ToString();
        return $"{request.Method} {path}{(comp.Length > 0 ? $"?comp={comp}" : "")}";
    }
}

/// <summary>What an unwell blob service does.</summary>
internal enum BlobOutageKind
{
    /// <summary>Answers 503 ServerBusy with Retry-After.</summary>
    Busy,

    /// <summary>Answers 429 with Retry-After.</summary>
    TooMany,

    /// <summary>Breaks the connection.</summary>
    Resets,

    /// <summary>Takes the request, and says nothing.</summary>
    Hangs,

    /// <summary>Does as it is asked, and breaks the connection before it says so.</summary>
    LosesAnswers,
}

/// <summary>
/// An outage: begins with the first request of a kind, and lasts for a time, or for a number of requests.
/// </summary>
/// <param name="kind">What is unwell.</param>
/// <param name="trigger">Method and blob of the request, as "PUT series-0.ndjson?comp=appendblock"; empty for any.</param>
internal sealed class BlobOutage(BlobOutageKind kind, string trigger)
{
    private readonly Lock _lock = new();
    private long _begun;
    private int _taken;

    public BlobOutageKind Kind => kind;

    /// <summary>How long it lasts, for all requests alike; null for ever.</summary>
    public TimeSpan? Lasts { get; init; }

    /// <summary>How many of the requests that the trigger fits it takes, and no others; null for all of its time.</summary>
    public int? Takes { get; init; }

    /// <summary>Whether it has begun.</summary>
    public bool HasBegun => Interlocked.Read(ref _begun) != 0;

    /// <summary>Whether a request falls into it.</summary>
    public bool Concerns(string what)
    {
        lock (_lock)
        {
            var fits = Fits(what);
            if (fits && _begun == 0)
            {
                _begun = TimeProvider.System.GetTimestamp();
            }
            return Takes is { } most
                ? fits && _taken++ < most
                : _begun != 0 && (Lasts is not { } lasts || TimeProvider.System.GetElapsedTime(_begun) < lasts);
        }
    }

    private bool Fits(string what) =>
        trigger.Split(' ') is not [var method, var blob]
        || (
            what.StartsWith(method + " ", StringComparison.Ordinal)
            && what.EndsWith("/" + blob, StringComparison.Ordinal)
        );
}
