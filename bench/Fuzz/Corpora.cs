using System.IO.Compression;
using System.Text;
using PerfGate.Core.K6Output;

namespace PerfGate.Bench.Fuzz;

/// <summary>Valid inputs: what k6 wrote in three releases, and requests that use every field there is.</summary>
internal static class Corpora
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "fuzz-captures");

    /// <summary>Samples as CSV: a header, and some lines from anywhere.</summary>
    public static IReadOnlyList<byte[]> Csv { get; } = Slices("points.csv.gz", first: 1);

    /// <summary>Samples as NDJSON: some lines from anywhere.</summary>
    public static IReadOnlyList<byte[]> Ndjson { get; } = Slices("points.json.gz", first: 0);

    /// <summary>A whole run, packed.</summary>
    public static byte[] WholeRun { get; } = File.ReadAllBytes(Files("points.csv.gz").Last());

    /// <summary>Summaries in their three shapes.</summary>
    public static IReadOnlyList<byte[]> Summaries { get; } =
    [
        .. new[] { "summary-export.json", "handle-summary.json", "summary-machine.json" }.SelectMany(name =>
            Files(name).Select(File.ReadAllBytes)
        ),
    ];

    /// <summary>Bodies of execute.</summary>
    public static IReadOnlyList<byte[]> Requests { get; } =
        Texts(
            """{"testType":"load","environment":"staging","configuration":{"baseUrl":"http://127.0.0.1:9"}}""",
            """{"testType":"stress","environment":"production","confirmEnvironment":"production","configuration":{"baseUrl":"https://shop.example:8443/root","arrivalRate":12.5,"duration":"1m30s","segments":2,"tags":{"build":"1.2.3","branch":"main"}}}""",
            """{"testType":"spike","environment":"staging","configuration":{"baseUrl":"http://[::1]:9","vus":3,"stages":[{"duration":"10s","target":5},{"duration":30,"target":0}],"earlyStop":{"errorRate":0.5,"responseTime":3000,"window":"15s"}}}""",
            """{"testType":"endurance","environment":"staging","configuration":{"baseUrl":"http://127.0.0.1:9","duration":"8h","vus":10,"scenarios":[{"name":"photoGallery","weight":2,"thinkTime":"1s"}],"thresholds":{"maxAvgResponseTime":200,"maxP95ResponseTime":500,"maxErrorRate":0.01,"minThroughput":1,"k6":{"http_req_duration{scenario:photoGallery}":["p(95)<500","avg<200"],"checks":["rate>0.99"]}}}}""",
            """{"testType":"load","environment":"staging","configuration":{"baseUrl":"http://127.0.0.1:9/api","duration":5,"scenarios":[{"name":"order","steps":[{"name":"log in","method":"POST","path":"/login","headers":{"X-Key":"{{secret:SHOP_KEY}}","Accept":"application/json"},"body":{"user":"u{{vu}}","n":[1,2,3]},"checks":[{"status":200},{"bodyContains":"ok"},{"jsonPath":"$.items[0].id"},{"maxDurationMs":500}],"capture":{"session":"$.session.id"},"thinkTime":"250ms"},{"method":"GET","path":"/items/{{session}}?page={{iteration}}","checks":[{"status":200}]}]}]}}"""
        );

    /// <summary>Bodies of execute that run a stored test.</summary>
    public static IReadOnlyList<byte[]> Overrides { get; } =
        Texts(
            """{"testDefinitionId":"0197a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b","overrides":{"vus":4,"duration":"20s","thresholds":{"maxErrorRate":0.2},"tags":{"build":null}}}""",
            """{"testDefinitionId":"0197a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b","confirmEnvironment":"staging"}""",
            """{"testDefinitionId":"0197a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b","overrides":{"scenarios":[{"name":"formSubmissions"}],"stages":[{"duration":"5s","target":2}],"duration":null}}"""
        );

    /// <summary>Definitions of stored tests.</summary>
    public static IReadOnlyList<byte[]> Definitions { get; } =
        Texts(
            """{"name":"nightly","testType":"endurance","environment":"staging","configuration":{"baseUrl":"http://127.0.0.1:9","duration":"2h"},"schedule":{"cron":"0 2 * * 1-5","timeZone":"Europe/Zurich","enabled":false}}""",
            """{"name":"every release","testType":"load","environment":"staging","configuration":{"baseUrl":"http://127.0.0.1:9","vus":4,"duration":10}}"""
        );

    /// <summary>Configurations that stand alone.</summary>
    public static IReadOnlyList<byte[]> Configurations { get; } =
        Texts(
            """{"baseUrl":"http://127.0.0.1:9","vus":4,"duration":10,"tags":{"a":"b"}}""",
            """{"baseUrl":"http://127.0.0.1:9","arrivalRate":3,"stages":[{"duration":"5s","target":2}],"thresholds":{"k6":{"checks":["rate>0.9"]}}}"""
        );

    /// <summary>Schedules.</summary>
    public static IReadOnlyList<byte[]> Schedules { get; } =
        Texts(
            """{"cron":"*/5 0-6,22 1,15,L * MON-FRI","timeZone":"America/New_York","enabled":true}""",
            """{"cron":"0 2 * * 7#1","timeZone":"UTC"}""",
            "null"
        );

    /// <summary>Bodies of baselines and of the emergency stop.</summary>
    public static IReadOnlyList<byte[]> Reasons { get; } =
        Texts(
            """{"testId":"0197a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b","reason":"faster since 1.2"}""",
            """{"reason":"a mistake","environment":"staging"}""",
            """{"reason":"everything burns"}"""
        );

    /// <summary>What runners append: a second a line.</summary>
    public static IReadOnlyList<byte[]> Series { get; } = [.. Csv.Concat(Ndjson).Select(Condense)];

    private static byte[] Condense(byte[] points)
    {
        SampleReader reader = points[0] == (byte)'{' ? new NdjsonSampleReader() : new CsvSampleReader();
        var condenser = new Condenser();
        reader.Append(points);
        reader.ReadInto(condenser);
        return [.. condenser.TakeAll().Take(4).SelectMany(SecondRecordJson.Write)];
    }

    private static byte[][] Slices(string name, int first) =>
        [
            .. Files(name)
                .Select(Unpack)
                .SelectMany(lines =>
                    new[] { (0, 12), (40, 30), (300, 60), (900, 20) }.Select(part =>
                        JsonLines.Slice(lines, first, part.Item1, part.Item2)
                    )
                ),
        ];

    private static IEnumerable<string> Files(string name) =>
        Directory.EnumerateFiles(Folder, name, SearchOption.AllDirectories).Order(StringComparer.Ordinal);

    private static byte[] Unpack(string path)
    {
        using var packed = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        packed.CopyTo(bytes);
        return bytes.ToArray();
    }

    /// <summary>Texts as bytes.</summary>
    public static byte[][] Texts(params string[] texts) => [.. texts.Select(Encoding.UTF8.GetBytes)];
}
