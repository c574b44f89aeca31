using System.Net;
using PerfGate.K6.Scripting;

namespace PerfGate.K6.Http;

/// <summary>A VU's connections and cookies.</summary>
public sealed class HttpSession(Vu vu) : IDisposable
{
    private readonly TrafficCount _traffic = new();
    private readonly HopReporter _reporter = new(vu);
    private HttpMessageInvoker? _invoker;

    /// <summary>The VU's own jar, emptied before each iteration unless <c>noCookiesReset</c>.</summary>
    public CookieJar Jar { get; private set; } = new(TimeProvider.System);

    /// <summary>Connections of WebSockets count as well.</summary>
    internal TrafficCount Traffic => _traffic;

    /// <summary>Default of which statuses are expected: 200 to 399; null where http_req_failed is not measured.</summary>
    public Func<int, bool>? IsExpected { get; set; } = status => status is >= 200 and < 400;

    /// <summary>Makes a request and records it. Blocks.</summary>
    public HttpOutcome Send(HttpCall call)
    {
        Hold();
        var outcome = Execute(call, vu.Interrupted);
        Report(outcome);
        return outcome;
    }

    /// <summary>Waits where <c>rps</c> says so.</summary>
    public void Hold()
    {
        if (vu.Test.Rate?.Take() is { } wait && wait > TimeSpan.Zero)
        {
            vu.Sleep(wait);
        }
    }

    /// <summary>Makes a request without recording it: for other threads than the VU's own.</summary>
    public HttpOutcome Execute(HttpCall call, CancellationToken cancellation) =>
        new HttpExchange(call, vu.Test.Options, Invoker(), cancellation).Run();

    /// <summary>Records a request.</summary>
    /// <exception cref="OperationCanceledException">The iteration was cut off meanwhile.</exception>
    public void Report(HttpOutcome outcome)
    {
        if (outcome.Error is not null && vu.Interrupted.IsCancellationRequested)
        {
            // Not the target's failure: nobody waited for the answer any more.
            throw new InterruptedException();
        }
        _reporter.Report(outcome);
        foreach (var warning in outcome.Warnings)
        {
            vu.Test.Log.Warn(warning.Message, ("url", warning.Url));
        }
        if (outcome.Error is { } error && !outcome.Call.Throw)
        {
            vu.Test.Log.Warn("Request Failed", ("error", outcome.LogText(error)));
        }
    }

    /// <summary>Before an iteration.</summary>
    public void BeginIteration()
    {
        if (!vu.Test.Options.NoCookiesReset && !Jar.IsEmpty)
        {
            Jar = new CookieJar(TimeProvider.System);
        }
    }

    /// <summary>After an iteration.</summary>
    public void EndIteration()
    {
        if (vu.Test.Options.NoVuConnectionReuse)
        {
            _invoker?.Dispose();
            _invoker = null;
        }
    }

    /// <summary>Emits the bytes that went over the VU's connections since the last time.</summary>
    public void EmitData(long timestamp)
    {
        var (sent, received) = _traffic.Take();
        vu.Emit(vu.Test.Metrics.DataSent, vu.Tags, sent, timestamp);
        vu.Emit(vu.Test.Metrics.DataReceived, vu.Tags, received, timestamp);
    }

    /// <inheritdoc />
    public void Dispose() => _invoker?.Dispose();

    /// <summary>Connections of their own, for a WebSocket; their bytes count with the VU's.</summary>
    internal HttpMessageInvoker CreateInvoker() => new(CreateHandler());

    private HttpMessageInvoker Invoker() => _invoker ??= CreateInvoker();

    private SocketsHttpHandler CreateHandler()
    {
        var dialer = vu.Test.Dialer;
        return new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            // Idle connections stay until the VU ends: no timer per VU is needed.
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
            ConnectCallback = (context, cancellation) =>
            {
                var request = context.InitialRequestMessage;
                var tls = request.RequestUri!.Scheme == Uri.UriSchemeHttps;
                return ValueTask.FromResult(
                    dialer.Dial(context.DnsEndPoint, tls, request.Version.Major >= 2, _traffic, cancellation)
                );
            },
        };
    }
}
