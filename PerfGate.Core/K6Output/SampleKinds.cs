namespace PerfGate.Core.K6Output;

/// <summary>Metrics of k6 that are condensed by a name of their own.</summary>
internal static class SampleKinds
{
    /// <summary>What a metric's samples are.</summary>
    public static SampleKind Of(ReadOnlySpan<byte> metric) =>
        metric.StartsWith("http_req"u8) ? OfHttp(metric["http_req".Length..])
        : metric.SequenceEqual("checks"u8) ? SampleKind.Checks
        : metric.SequenceEqual("data_sent"u8) ? SampleKind.DataSent
        : metric.SequenceEqual("data_received"u8) ? SampleKind.DataReceived
        : metric.SequenceEqual("iterations"u8) ? SampleKind.Iterations
        : metric.SequenceEqual("dropped_iterations"u8) ? SampleKind.Dropped
        : metric.SequenceEqual("vus"u8) ? SampleKind.Vus
        : metric.SequenceEqual("vus_max"u8) ? SampleKind.VusMax
        : SampleKind.Custom;

    private static SampleKind OfHttp(ReadOnlySpan<byte> kind) =>
        kind.SequenceEqual("s"u8) ? SampleKind.Requests
        : kind.SequenceEqual("_duration"u8) ? SampleKind.Duration
        : kind.SequenceEqual("_failed"u8) ? SampleKind.Failed
        : kind.SequenceEqual("_blocked"u8) ? SampleKind.Blocked
        : kind.SequenceEqual("_connecting"u8) ? SampleKind.Connecting
        : kind.SequenceEqual("_tls_handshaking"u8) ? SampleKind.TlsHandshaking
        : kind.SequenceEqual("_sending"u8) ? SampleKind.Sending
        : kind.SequenceEqual("_waiting"u8) ? SampleKind.Waiting
        : kind.SequenceEqual("_receiving"u8) ? SampleKind.Receiving
        : SampleKind.Custom;
}
