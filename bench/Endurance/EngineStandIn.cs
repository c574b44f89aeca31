using System.Globalization;
using System.Text;

namespace PerfGate.Bench.Endurance;

/// <summary>
/// Takes k6's place: with k6's command line, writes the CSV of a load of hours as fast as it is read, its timestamps a second apart
/// from now on, and a summary. Every second each endpoint of each scenario has one request.
/// </summary>
internal static class EngineStandIn
{
    public const int Scenarios = 5;
    public const int Endpoints = 7;

    private const string Columns =
        "metric_name,timestamp,metric_value,check,error,error_code,expected_response,group,method,name,scenario,status,extra_tags,metadata";

    private static readonly string[] Phases =
    [
        "http_req_blocked",
        "http_req_connecting",
        "http_req_tls_handshaking",
        "http_req_sending",
        "http_req_waiting",
        "http_req_receiving",
    ];

    /// <summary>The name of a scenario.</summary>
    public static string Scenario(int number) => FormattableString.Invariant($"scenario-{number}");

    /// <summary>The name of an endpoint.</summary>
    public static string Endpoint(int scenario, int number) =>
        FormattableString.Invariant($"/scenario-{scenario}/page-{number}");

    /// <summary>Does what k6 would; its exit status.</summary>
    public static async Task<int> RunAsync(int seconds, string[] arguments)
    {
        if (arguments is not ["run", .. var rest])
        {
            Console.WriteLine(arguments is ["version", ..] ? "k6 v2.2.0 (stand-in)" : "{}");
            return 0;
        }
        var samples = rest[Array.IndexOf(rest, "--out") + 1]["csv=".Length..];
        var summary = rest[Array.IndexOf(rest, "--summary-export") + 1];
        await WriteSamplesAsync(samples, seconds);
        await File.WriteAllTextAsync(summary, Summary(seconds));
        return 0;
    }

    private static async Task WriteSamplesAsync(string path, int seconds)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 1);
        var random = new Random(1);
        var text = new StringBuilder(64 * 1024);
        text.Append(Columns).Append('\n');
        var first = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        for (var second = first; second < first + seconds; second++)
        {
            WriteSecond(text, second, random);
            // As k6 does: in small writes, many of them.
            await file.WriteAsync(Encoding.ASCII.GetBytes(text.ToString()));
            text.Clear();
        }
    }

    private static void WriteSecond(StringBuilder text, long second, Random random)
    {
        for (var scenario = 0; scenario < Scenarios; scenario++)
        {
            for (var endpoint = 0; endpoint < Endpoints; endpoint++)
            {
                var tags = string.Create(
                    CultureInfo.InvariantCulture,
                    $",,,,true,,GET,{Endpoint(scenario, endpoint)},{Scenario(scenario)},200,,"
                );
                var waiting = 2 + (20 * random.NextDouble() * random.NextDouble());
                Row(text, "http_reqs", second, 1, tags);
                Row(text, "http_req_duration", second, waiting + 0.2, tags);
                foreach (var phase in Phases)
                {
                    var value =
                        phase == "http_req_waiting" ? waiting
                        : phase is "http_req_sending" or "http_req_receiving" ? 0.1
                        : 0;
                    Row(text, phase, second, value, tags);
                }
                Row(text, "http_req_failed", second, 0, tags);
            }
            var own = $",,,,,,,,{Scenario(scenario)},,,";
            Row(text, "iterations", second, 1, own);
            Row(text, "iteration_duration", second, 100, own);
            Row(text, "data_sent", second, 900, own);
            Row(text, "data_received", second, 4000, own);
        }
        const string none = ",,,,,,,,,,,";
        Row(text, "vus", second, Scenarios, none);
        Row(text, "vus_max", second, 2 * Scenarios, none);
    }

    private static void Row(StringBuilder text, string metric, long second, double value, string tags) =>
        text.Append(CultureInfo.InvariantCulture, $"{metric},{second},{value:0.000000}{tags}\n");

    private static string Summary(int seconds)
    {
        var iterations = Scenarios * seconds;
        var requests = Endpoints * iterations;
        return string.Create(
            CultureInfo.InvariantCulture,
            $$$"""
            {"root_group":{"name":"","path":"","id":"d41d8cd98f00b204e9800998ecf8427e","groups":{},"checks":{}},"metrics":{
            "http_reqs":{"count":{{{requests}}},"rate":{{{(double)requests / seconds}}}},
            "iterations":{"count":{{{iterations}}},"rate":{{{(double)iterations / seconds}}}},
            "vus":{"value":5,"min":5,"max":5},"vus_max":{"value":10,"min":10,"max":10}
            }}
            """
        );
    }
}
