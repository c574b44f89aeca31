using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PerfGate.Tests.Telemetry;

internal sealed record ReceivedSpan(
    string Service,
    string Source,
    string TraceId,
    string SpanId,
    string ParentId,
    string Name,
    int Kind,
    int Status,
    DateTimeOffset Begun,
    DateTimeOffset Ended,
    Dictionary<string, string> Attributes
);

internal sealed record ReceivedPoint(string Metric, string Unit, double Value, Dictionary<string, string> Attributes);

internal sealed record ReceivedLog(string TraceId, string Body, Dictionary<string, string> Attributes);

/// <summary>
/// A collector on loopback that takes OTLP over HTTP. Not on ASP.NET Core: in a process that traces its own requests, each
/// delivery would be a request to tell of.
/// </summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Task _serving;

    public OtlpReceiver()
    {
        // Between looking for a free port and listening another may take it.
        for (var attempt = 0; ; attempt++)
        {
            Endpoint = new Uri(FormattableString.Invariant($"http://127.0.0.1:{FreePort()}"));
            _listener.Prefixes.Clear();
            _listener.Prefixes.Add(Endpoint.ToString());
            try
            {
                _listener.Start();
                break;
            }
            catch (HttpListenerException) when (attempt < 5) { }
        }
        _serving = ServeAsync();
    }

    public Uri Endpoint { get; }

    public ConcurrentQueue<ReceivedSpan> Spans { get; } = [];

    /// <summary>Every point of every delivery: sums and counts grow from one delivery to the next.</summary>
    public ConcurrentQueue<ReceivedPoint> Points { get; } = [];

    public ConcurrentQueue<ReceivedLog> Logs { get; } = [];

    /// <summary>All that was received, as it came.</summary>
    public ConcurrentQueue<byte[]> Payloads { get; } = [];

    /// <summary>What makes a program send to it, and soon.</summary>
    public (string Name, string Value)[] Environment =>
        [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", Endpoint.ToString()),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("OTEL_METRIC_EXPORT_INTERVAL", "500"),
            ("OTEL_BSP_SCHEDULE_DELAY", "200"),
            ("OTEL_BLRP_SCHEDULE_DELAY", "200"),
        ];

    public IReadOnlyList<ReceivedSpan> SpansOf(Guid run) =>
        [.. Spans.Where(span => span.Attributes.GetValueOrDefault("perfgate.run.id") == run.ToString())];

    /// <summary>The last point of each set of attributes.</summary>
    public IReadOnlyList<ReceivedPoint> LastOf(string metric) =>
        [
            .. Points
                .Where(point => point.Metric == metric)
                .GroupBy(point => string.Join(';', point.Attributes.OrderBy(one => one.Key)))
                .Select(points => points.Last()),
        ];

    /// <summary>Whether a text is anywhere in what was received.</summary>
    public bool Heard(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return Payloads.Any(payload => payload.AsSpan().IndexOf(bytes) >= 0);
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving;
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            using var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body);
            Payloads.Enqueue(body.ToArray());
            Take(context.Request.Url!.AbsolutePath, new ProtobufMessage(body.ToArray()));
            context.Response.ContentType = "application/x-protobuf";
            context.Response.Close();
        }
    }

    // Numbers of fields: opentelemetry-proto, collector/{trace,metrics,logs}/v1.
    private void Take(string path, ProtobufMessage delivery)
    {
        foreach (var resource in delivery.Messages(1))
        {
            var service = resource.Messages(1).Single().Attributes(1).GetValueOrDefault("service.name", "");
            foreach (var scope in resource.Messages(2))
            {
                var source = scope.Messages(1).FirstOrDefault()?.Text(1) ?? "";
                foreach (var item in scope.Messages(2))
                {
                    switch (path)
                    {
                        case "/v1/traces":
                            Spans.Enqueue(Span(service, source, item));
                            break;
                        case "/v1/metrics":
                            TakeMetric(item);
                            break;
                        case "/v1/logs":
                            var text = ProtobufMessage.AnyValue(item.Messages(5).FirstOrDefault());
                            Logs.Enqueue(new ReceivedLog(item.Hex(9), text, item.Attributes(6)));
                            break;
                    }
                }
            }
        }
    }

    private static ReceivedSpan Span(string service, string source, ProtobufMessage span) =>
        new(
            service,
            source,
            span.Hex(1),
            span.Hex(2),
            span.Hex(4),
            span.Text(5),
            (int)span.Number(6),
            (int)(span.Messages(15).FirstOrDefault()?.Number(3) ?? 0),
            Time(span.Number(7)),
            Time(span.Number(8)),
            span.Attributes(9)
        );

    private static DateTimeOffset Time(ulong unixNanoseconds) =>
        DateTimeOffset.UnixEpoch.AddTicks((long)(unixNanoseconds / TimeSpan.NanosecondsPerTick));

    private void TakeMetric(ProtobufMessage metric)
    {
        var (name, unit) = (metric.Text(1), metric.Text(3));
        foreach (var point in metric.Messages(5).Concat(metric.Messages(7)).SelectMany(data => data.Messages(1)))
        {
            var value = point.Has(6) ? (long)point.Number(6) : point.Double(4);
            Points.Enqueue(new ReceivedPoint(name, unit, value, point.Attributes(7)));
        }
        foreach (var point in metric.Messages(9).SelectMany(data => data.Messages(1)))
        {
            Points.Enqueue(new ReceivedPoint(name, unit, point.Number(4), point.Attributes(9)));
        }
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
