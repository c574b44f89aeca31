using System.Globalization;
using PerfGate.K6.Metrics;
using PerfGate.K6.Scripting;

namespace PerfGate.K6.Http;

/// <summary>Emits the samples of requests with k6's tags (<c>lib/netext/httpext/transport.go</c>).</summary>
internal sealed class HopReporter(Vu vu)
{
    private const int MostKnown = 1000;

    private readonly Dictionary<
        (TagSet, string Method, string Url, int Status, string Protocol, bool? Expected, string? Tls),
        TagSet
    > _known = [];

    public void Report(HttpOutcome outcome)
    {
        var expected = outcome.Call.IsExpected;
        foreach (var hop in outcome.Hops)
        {
            bool? isExpected = expected?.Invoke(hop.Status);
            var tags = TagsOf(outcome.Call.Tags, hop, isExpected);
            var (trace, at, metrics) = (hop.Trace, hop.Trace.Ended, vu.Test.Metrics);
            vu.Emit(metrics.HttpReqs, tags, 1, at);
            vu.Emit(metrics.HttpReqDuration, tags, trace.Duration, at);
            vu.Emit(metrics.HttpReqBlocked, tags, trace.Blocked, at);
            vu.Emit(metrics.HttpReqConnecting, tags, trace.Connecting, at);
            vu.Emit(metrics.HttpReqTlsHandshaking, tags, trace.TlsHandshaking, at);
            vu.Emit(metrics.HttpReqSending, tags, trace.Sending, at);
            vu.Emit(metrics.HttpReqWaiting, tags, trace.Waiting, at);
            vu.Emit(metrics.HttpReqReceiving, tags, trace.Receiving, at);
            if (isExpected is { } fine)
            {
                vu.Emit(metrics.HttpReqFailed, tags, fine ? 0 : 1, at);
            }
            vu.FlushIfDue(at);
        }
    }

    private TagSet TagsOf(TagSet tags, Hop hop, bool? expected)
    {
        var tls = hop.Trace.Connection?.TlsVersion;
        var key = (tags, hop.Method, hop.Url, hop.Status, hop.Protocol, expected, tls);
        if (hop.Error is null && _known.TryGetValue(key, out var known))
        {
            return known;
        }
        var name = tags.Find("name");
        var all = tags;
        if (name is null)
        {
            name = CleanUrl(hop.Url);
            all = vu.WithSystemTag(all, "name", name);
        }
        all = vu.WithSystemTag(all, "url", name);
        all = vu.WithSystemTag(all, "method", hop.Method);
        all = vu.WithSystemTag(all, "status", hop.Status.ToString(CultureInfo.InvariantCulture));
        if (hop.Error is { } error)
        {
            all = vu.WithSystemTag(all, "error", error.Message);
            all = vu.WithSystemTag(all, "error_code", error.Code.ToString(CultureInfo.InvariantCulture));
        }
        else
        {
            all =
                hop.Status >= 400
                    ? vu.WithSystemTag(all, "error_code", (1000 + hop.Status).ToString(CultureInfo.InvariantCulture))
                    : all;
            all = vu.WithSystemTag(all, "proto", hop.Protocol);
            all = tls is null ? all : vu.WithSystemTag(all, "tls_version", tls);
        }
        if (hop.Trace.Connection?.Remote is { } remote)
        {
            all = vu.WithSystemTag(all, "ip", remote.Address.ToString());
        }
        if (expected is { } fine)
        {
            all = vu.WithSystemTag(all, "expected_response", fine ? "true" : "false");
        }
        if (_known.Count >= MostKnown)
        {
            _known.Clear();
        }
        if (hop.Error is null)
        {
            _known[key] = all;
        }
        return all;
    }

    // k6 hides who logs in.
    private static string CleanUrl(string url)
    {
        var start = url.IndexOf("://", StringComparison.Ordinal) + 3;
        var end = url.AsSpan(Math.Min(start, url.Length)).IndexOfAny("/?#");
        var authority = end < 0 ? url[Math.Min(start, url.Length)..] : url[start..(start + end)];
        var at = authority.LastIndexOf('@');
        return at < 0
            ? url
            : $"{url[..start]}****{(authority[..at].Contains(':') ? ":****" : "")}{url[(start + at)..]}";
    }
}
