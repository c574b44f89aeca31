using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using PerfGate.Bench.Waiting;

namespace PerfGate.Bench.Storm;

/// <summary>
/// Requests for runs, all at once, by one caller: exactly as many are taken in as a caller may start, the others are told when
/// to ask again, and whoever reads meanwhile is answered.
/// </summary>
internal static class StormBench
{
    private const int Burst = 60;

    /// <summary>Runs it and prints the table; 1 where another number was taken in, or an answer is neither 202 nor 429.</summary>
    public static async Task<int> RunAsync(int requests)
    {
        var folder = Directory.CreateTempSubdirectory("perfgate-storm-").FullName;
        await using var host = await HostProcess.StartAsync(folder);
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = requests + 20 })
        {
            BaseAddress = host.Address,
            Timeout = TimeSpan.FromMinutes(2),
        };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", host.Token);
        using var over = new CancellationTokenSource();
        var reads = ReadAsync(http, over.Token);
        await Task.Delay(2000);
        var quiet = reads.Times.Count;
        var answers = await Task.WhenAll(Enumerable.Range(0, requests).Select(_ => AskAsync(http)));
        await over.CancelAsync();
        await reads.Done;
        var storm = reads.Times.Skip(quiet).ToList();
        var listed = await CountAsync(http);
        using var stop = await http.PostAsJsonAsync(
            new Uri("/api/performance/emergency-stop", UriKind.Relative),
            new { reason = "the storm is over" }
        );
        stop.EnsureSuccessStatusCode();

        var accepted = answers.Count(answer => answer.Status == HttpStatusCode.Accepted);
        var later = answers.Count(answer => answer.Status == HttpStatusCode.TooManyRequests);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {requests} requests for runs at once | |"));
        Console.WriteLine("| --- | ---: |");
        Row("taken in (202)", accepted);
        Row("told to ask later (429)", later);
        Row("anything else", requests - accepted - later);
        Row("runs there are", listed);
        Row("p50 of their answers, ms", Percentile(answers.Select(answer => answer.Milliseconds), 0.5));
        Row("p99 of their answers, ms", Percentile(answers.Select(answer => answer.Milliseconds), 0.99));
        Row("p99 of reads before, ms", Percentile(reads.Times.Take(quiet), 0.99));
        Row("p99 of reads meanwhile, ms", Percentile(storm, 0.99));
        return accepted == Burst && listed == Burst && accepted + later == requests ? 0 : 1;
    }

    private static async Task<(HttpStatusCode Status, double Milliseconds)> AskAsync(HttpClient http)
    {
        var begun = Stopwatch.GetTimestamp();
        using var answer = await http.PostAsJsonAsync(
            new Uri("/api/performance/tests/execute", UriKind.Relative),
            new
            {
                testType = "load",
                environment = "staging",
                configuration = new { baseUrl = "http://127.0.0.1:9", duration = 5 },
            }
        );
        return (answer.StatusCode, Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
    }

    // One reader, who asks again as soon as it is answered.
    private static (List<double> Times, Task Done) ReadAsync(HttpClient http, CancellationToken over)
    {
        var times = new List<double>();
        return (times, GoOnAsync());

        async Task GoOnAsync()
        {
            while (!over.IsCancellationRequested)
            {
                var begun = Stopwatch.GetTimestamp();
                using var answer = await http.GetAsync(
                    new Uri("/api/performance/runs?limit=20", UriKind.Relative),
                    CancellationToken.None
                );
                answer.EnsureSuccessStatusCode();
                times.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
            }
        }
    }

    private static async Task<int> CountAsync(HttpClient http)
    {
        var page = await http.GetFromJsonAsync<JsonElement>(
            new Uri("/api/performance/runs?limit=200", UriKind.Relative)
        );
        return page.GetProperty("runs").GetArrayLength();
    }

    private static double Percentile(IEnumerable<double> values, double share)
    {
        var ordered = values.Order().ToArray();
        return ordered.Length == 0 ? 0 : ordered[(int)Math.Min(ordered.Length - 1, share * ordered.Length)];
    }

    private static void Row(string what, double value) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {what} | {value:0} |"));
}
