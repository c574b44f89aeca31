using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using PerfGate.Adapters.Http;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;
using PerfGate.Core.Sensitive;
using PerfGate.Core.Thresholds;

namespace PerfGate.Bench.Fuzz;

/// <summary>Small languages: thresholds, durations, cron, addresses, cursors; and texts that secrets are taken out of.</summary>
internal static class TextTargets
{
    private const int LongText = 128 * 1024;

    private static readonly Concealment Known = new(["geheim-4711", "ölfeld&co"], "[A-Z]{3}-\\d+", ["shop.example"]);

    private static readonly TargetRules Rules = new() { Hosts = ["shop.example", "*.shop.example:8443"] };

    private static readonly IReadOnlyList<byte[]> LogLines = Corpora.Texts(
        "time=\"2026-11-23T02:23:33Z\" level=warning msg=\"Request Failed\" error=\"Get \\\"https://user:pass@shop.example/a?token=abc#x\\\": dial tcp 10.1.2.3:443: connection refused\"",
        "Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl Cookie: a=b; session=c",
        "{\"password\":\"hunter2\",\"apiKey\":\"0123456789abcdef\",\"card\":\"4929 1234 5678 9012\",\"mail\":\"anna@firma.ch\"}",
        "Digest username=\"a\", nonce=\"b\"; AKIAABCDEFGHIJKLMNOP; -----BEGIN PRIVATE KEY-----\\nMIIE\\n-----END PRIVATE KEY-----",
        "Server=db.internal;Database=x;User=y;Password=z; IBAN CH93 0076 2011 6238 5295 7; fd00::1; host.corp",
        "/redirect?code=abc&state=def https://a.example/x?sig=abcdefghijklmnopqrstuvwxyz0123456789%3D"
    );

    /// <summary>All of them.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        Of(
            "threshold expression",
            16,
            [
                "p(95)<500",
                "avg <= 200.5",
                "rate>0.99",
                "count===0",
                "http_req_duration{scenario:x,group:::a::b}",
                "checks",
            ],
            (text, chance) =>
            {
                if (K6ThresholdExpression.TryParse(text, out var expression, out _))
                {
                    expression.Holds(1);
                }
                K6MetricSelector.TryParse(text, out _, out _);
            }
        ),
        Of(
            "duration",
            14,
            ["1h30m", "90s", "1.5s", "250ms", "1500", "1000h"],
            (text, chance) =>
            {
                if (DurationText.TryParse(text, out var duration))
                {
                    DurationText.TryParse(DurationText.Format(duration), out var again);
                    if (Math.Abs((again - duration).TotalMilliseconds) >= 1)
                    {
                        throw new InvalidOperationException("A duration that is written is read as another.");
                    }
                }
            }
        ),
        Of(
            "change window, cron",
            8,
            ["0 22 * * 1-5 for 6h in Europe/Zurich", "*/10 8-18 1,15 JAN MON#2 for 5m", "0 0 L * * for 168h"],
            (text, chance) =>
            {
                if (ChangeWindow.Read(text) is { } window)
                {
                    window.IsOpen(DateTimeOffset.UnixEpoch);
                    window.OpensAfter(DateTimeOffset.UnixEpoch);
                }
            }
        ),
        Of(
            "URL, target rules",
            12,
            [
                "http://shop.example:8443/a",
                "https://xn--ls8h.shop.example",
                "http://[::ffff:10.0.0.1]:80/",
                "http://0x7f.1/",
                "*.shop.example:443",
                "bücher.example",
                "http://shop.example.:80/%2e%2e/x",
            ],
            ReadUrl
        ),
        Of(
            "page token, query, Prefer",
            12,
            ["AAZBz7Y5gAABl6GyxNR-X4qbDB0uP0pb", "2026-03-14T09:00:00.1234567+02:00", "wait=30; q, respond-async"],
            ReadQuery
        ),
        new(
            "secrets in texts",
            4,
            FuzzForm.Bytes,
            LogLines,
            (input, chance) =>
            {
                Strip(Encoding.UTF8.GetString(input));
                return default;
            }
        )
        {
            MostAllocated = (8 << 20, 1000),
        },
        new("secrets in long texts", 0.05, FuzzForm.Bytes, LogLines, StripLongAsync)
        {
            MostAllocated = (64 << 20, 1000),
        },
    ];

    private static FuzzTarget Of(string name, int share, string[] corpus, Action<string, FuzzRandom> read) =>
        new(
            name,
            share,
            FuzzForm.Bytes,
            Corpora.Texts(corpus),
            (input, random) =>
            {
                read(Encoding.UTF8.GetString(input), random);
                return default;
            }
        );

    private static void ReadUrl(string text, FuzzRandom _)
    {
        if (TargetRules.IsHostRule(text) && TargetRules.NormalRule(text).Length == 0)
        {
            throw new InvalidOperationException("A rule that can be used has no normal form.");
        }
        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https")
        {
            Rules.Problem(url!);
            TargetRules.Any.Problem(url!);
        }
    }

    private static void ReadQuery(string text, FuzzRandom _)
    {
        var query = new QueryCollection(new Dictionary<string, StringValues> { ["after"] = text, ["from"] = text });
        var fields = new QueryFields(query, "after", "from");
        if (PageCursor.Read(fields, "after", "history") is { } place)
        {
            PageCursor.Write(place.CreatedAt, place.Id);
        }
        fields.Time("from");
        fields.Whole("from", 1, 100);
        if (PreferWait.Read(text) is < 0 or > PreferWait.MostSeconds)
        {
            throw new InvalidOperationException("A wait that nobody may have.");
        }
    }

    private static void Strip(string text)
    {
        SensitiveText.Strip(text);
        if (SensitiveText.Strip(text, Known).Contains("geheim-4711", StringComparison.Ordinal))
        {
            throw new InvalidOperationException("A secret of the run was left in its text.");
        }
        SensitiveText.Strip(text, 300);
        LiveSecrets.Find(text);
    }

    // A piece again and again: what is quadratic in its length does not come to an end here.
    private static ValueTask StripLongAsync(byte[] input, FuzzRandom random)
    {
        var text = Encoding.UTF8.GetString(input);
        var at = random.Below(text.Length);
        var piece = text.Substring(at, Math.Min(random.Few(40), text.Length - at));
        var length = piece.Length == 0 ? 0 : LongText / piece.Length;
        Strip(string.Concat(text.AsSpan(0, at), string.Concat(Enumerable.Repeat(piece, length)), text.AsSpan(at)));
        return default;
    }
}
