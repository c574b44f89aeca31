using System.Text;

namespace PerfGate.Bench.Fuzz.Http;

/// <summary>Makes requests of one kind.</summary>
/// <param name="Name">What they are, for the table.</param>
/// <param name="Share">How many of the requests are of this kind, against the shares of the others.</param>
/// <param name="Make">Makes one.</param>
internal sealed record HttpKind(string Name, double Share, Func<FuzzRandom, HttpInput> Make);

/// <summary>Requests to the API, broken in their bodies, queries, headers, tokens, or altogether.</summary>
/// <param name="server">What is asked.</param>
internal sealed class HttpInputs(FuzzServer server)
{
    /// <summary>What imports are judged by: bounds that the captured runs hold.</summary>
    public static readonly byte[] Lenient = Encoding.UTF8.GetBytes(
        """{"testType":"load","environment":"staging","configuration":{"thresholds":{"maxErrorRate":0.1,"minThroughput":1}}}"""
    );

    private const string Api = "/api/performance";
    private const string Boundary = "fuzz-boundary";

    private static readonly FuzzWords Words = FuzzWords.Of([
        .. Corpora.Requests,
        .. Corpora.Definitions,
        .. Corpora.Schedules,
        .. Corpora.Reasons,
    ]);

    private static readonly byte[][] Queries = Corpora.Texts(
        "testType=load&environment=staging&status=completed&verdict=passed&from=2026-01-01&to=2030-01-01T00:00:00Z&limit=10",
        "testDefinitionId=0197a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b&limit=200&after=AAZBz7Y5gAABl6GyxNR-X4qbDB0uP0pb",
        "name=nightly&limit=1",
        "points=100&from=2026-11-23T02:23:33%2B01:00&to=2026-11-24",
        "principal=fuzz&action=tests.execute&subject=x&environment=production&format=ndjson",
        "format=junit",
        "segment=0",
        "after=12&limit=5"
    );

    private static readonly byte[][] Headers = Corpora.Texts(
        "Idempotency-Key: 0197a1b2-c3d4\r\n",
        "If-Match: \"1\", W/\"2\", \"3\"\r\n",
        "If-None-Match: *, \"abc\"\r\n",
        "Prefer: wait=0; x, respond-async\r\n",
        "Last-Event-ID: end\r\n",
        "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\ntracestate: a=b\r\n",
        "Accept: application/x-ndjson;q=0.5, */*;q=0.1\r\n",
        "Accept-Encoding: gzip, br;q=1.0\r\nAccept-Language: de-CH\r\n",
        "Content-Type: multipart/form-data; boundary=\"x\"\r\n",
        "Content-Type: application/json; charset=utf-16\r\n",
        "Range: bytes=0-10,20-\r\nIf-Range: \"x\"\r\n",
        "Cookie: a=b; c=\"d\"\r\nX-Forwarded-For: 1.2.3.4\r\nX-MS-CLIENT-PRINCIPAL: e30=\r\n",
        "Expect: 100-continue\r\n",
        "Origin: null\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    );

    /// <summary>The kinds.</summary>
    public IReadOnlyList<HttpKind> Kinds =>
        [
            new("HTTP: bodies", 35, Body),
            new("HTTP: imports", 8, Import),
            new("HTTP: queries and paths", 22, Query),
            new("HTTP: headers", 15, Header),
            new("HTTP: tokens", 12, Token),
            new("HTTP: raw", 8, Raw),
        ];

    private HttpInput Body(FuzzRandom random)
    {
        var (method, path, corpus, headers) = random.Below(9) switch
        {
            0 or 1 or 2 => ("POST", "/tests/execute", Corpora.Requests, ""),
            3 => ("POST", "/tests/execute", Overrides(), ""),
            4 => ("POST", "/tests", Corpora.Definitions, ""),
            5 => ("PUT", $"/tests/{server.Test}/config", Corpora.Configurations, "If-Match: *\r\n"),
            6 => ("PUT", $"/tests/{server.Test}/schedule", Corpora.Schedules, "If-Match: *\r\n"),
            7 => (
                "POST",
                random.Pick([
                    "/baselines",
                    $"/baselines/{server.Baseline}/update",
                    $"/baselines/{server.Baseline}/undo",
                    $"/runs/{server.Run}/cancel",
                ]),
                Reasons(),
                ""
            ),
            _ => ("POST", "/emergency-stop", Corpora.Reasons, ""),
        };
        var body = JsonMutations.Apply(random.Pick(corpus), corpus, Words, random);
        if (path == "/tests/execute" && random.OneIn(3))
        {
            headers += $"Idempotency-Key: k{random.Below(1000)}\r\n";
        }
        return HttpInput.Framed(
            method,
            Api + path,
            random.OneIn(10) ? server.Engineer : server.Admin,
            $"{headers}Content-Type: application/json\r\n",
            body
        );
    }

    private HttpInput Import(FuzzRandom random)
    {
        var output = random.Below(5) switch
        {
            0 => ByteMutations.Apply(random.Pick(Corpora.Csv), Corpora.Csv, Words, random),
            1 => JsonLines.Apply(random.Pick(Corpora.Ndjson), Corpora.Ndjson, Words, random),
            2 => GzipMutations.Apply(random.Pick(Corpora.Csv), Corpora.Csv, Words, random),
            _ => JsonMutations.Apply(random.Pick(Corpora.Summaries), Corpora.Summaries, Words, random),
        };
        var request = random.OneIn(4) ? JsonMutations.Apply(Lenient, [Lenient], Words, random) : Lenient;
        var part = output.AsSpan().TrimStart(" \n"u8).StartsWith("{"u8) && random.OneIn(2) ? "summary" : "output";
        byte[] form = [.. Part("request", request), .. Part(part, output), .. Part("exitCode", "99"u8), .. "--\r\n"u8];
        if (random.OneIn(5))
        {
            form = ByteMutations.Apply(form, [form], Words, random);
        }
        return HttpInput.Framed(
            "POST",
            $"{Api}/runs/import",
            server.Admin,
            $"Content-Type: multipart/form-data; boundary={Boundary}\r\n",
            [.. Encoding.ASCII.GetBytes($"--{Boundary}"), .. form]
        ) with
        {
            IsImport = true,
        };
    }

    private HttpInput Query(FuzzRandom random)
    {
        var path = random.Below(14) switch
        {
            0 or 1 => "/runs?",
            2 => "/tests?",
            3 or 4 => "/audit?",
            5 => $"/runs/{server.Run}/series?",
            6 => $"/runs/{server.Run}/report?",
            7 => $"/runs/{server.Run}/log?",
            8 => "/runs/compare?",
            9 => $"/baselines/{server.Baseline}/history?",
            10 => $"/runs/{server.Run}/gate?",
            11 => $"/runs/{server.OtherRun}?",
            12 => "/baselines?",
            _ => "/",
        };
        byte[] valid =
            path == "/runs/compare?" ? Encoding.ASCII.GetBytes($"base={server.Run}&candidate={server.OtherRun}")
            : path == "/" ? Encoding.ASCII.GetBytes($"runs/{server.Run}/script")
            : random.Pick(Queries);
        var mutated = ByteMutations.Apply(valid, Queries, Words, random);
        // What has a meaning in a query keeps it.
        var query = HttpInput.Escape(mutated, random).Replace("%26", "&", StringComparison.Ordinal);
        return HttpInput.Framed("GET", Api + path + query, random.OneIn(5) ? server.Viewer : server.Admin, "");
    }

    private HttpInput Header(FuzzRandom random)
    {
        var headers = ByteMutations.Apply(random.Pick(Headers), Headers, Words, random);
        var target = random.Pick([
            $"/runs/{server.Run}",
            $"/runs/{server.Run}/gate",
            $"/runs/{server.Run}/events",
            $"/runs/{server.Run}/report",
            "/audit?limit=1",
            "/tests",
        ]);
        var isPost = random.OneIn(3);
        var body = isPost ? random.Pick(Corpora.Requests) : null;
        if (!headers.AsSpan().EndsWith("\r\n"u8) && !random.OneIn(20))
        {
            headers = [.. headers, .. "\r\n"u8];
        }
        var bytes = HttpInput.Write(
            isPost ? "POST" : "GET",
            Api + (isPost ? "/tests/execute" : target),
            server.Admin,
            headers,
            body
        );
        return new HttpInput(bytes, IsFramed: false, server.Admin);
    }

    private HttpInput Token(FuzzRandom random)
    {
        string[] issued = [server.Admin, server.Engineer, server.Viewer];
        var token = random.Pick(issued);
        var mutated = ByteMutations
            .Apply(Encoding.ASCII.GetBytes(token), [Encoding.ASCII.GetBytes(server.Viewer)], Words, random)
            .Where(one => one is not ((byte)'\r' or (byte)'\n' or 0))
            .Take(20_000)
            .ToArray();
        var text = Encoding.Latin1.GetString(mutated);
        return HttpInput.Framed("GET", $"{Api}/runs?limit=1", text, "") with { Issued = issued };
    }

    private HttpInput Raw(FuzzRandom random)
    {
        var isPost = random.OneIn(2);
        var valid = HttpInput.Write(
            isPost ? "POST" : "GET",
            isPost ? $"{Api}/tests/execute" : $"{Api}/runs?limit=1",
            server.Engineer,
            random.Pick(Headers),
            isPost ? random.Pick(Corpora.Requests) : null
        );
        return new HttpInput(ByteMutations.Apply(valid, [valid], Words, random), IsFramed: false, server.Engineer);
    }

    private byte[][] Overrides() => [.. Corpora.Overrides.Select(body => WithId(body, server.Test))];

    private byte[][] Reasons() => [.. Corpora.Reasons.Select(body => WithId(body, server.Run))];

    private static byte[] WithId(byte[] body, string id) =>
        Encoding.UTF8.GetBytes(
            Encoding.UTF8.GetString(body).Replace("0197a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b", id, StringComparison.Ordinal)
        );

    private static byte[] Part(string name, ReadOnlySpan<byte> content) =>
        [
            .. Encoding.ASCII.GetBytes($"\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n"),
            .. content,
            .. Encoding.ASCII.GetBytes($"\r\n--{Boundary}"),
        ];
}
