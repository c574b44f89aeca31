using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using PerfGate.Adapters.Postgres;
using PerfGate.Bench.Target;
using PerfGate.Host.Client;
using PerfGate.Host.Server;

namespace PerfGate.Bench.Store;

/// <summary>
/// History, tests and gate over HTTP with a million stored runs, one request after the other, beside <c>/health</c>, which is
/// the least that an HTTP request costs here.
/// </summary>
internal static class StoreBench
{
    private const int GateRuns = 200;

    public static async Task<int> RunAsync(int requests)
    {
        var folder = Directory.CreateTempSubdirectory("perfgate-bench-");
        await using (
            var postgres = await PrivatePostgres.StartAsync(
                Path.Combine(folder.FullName, "postgres"),
                CancellationToken.None
            )
        )
        await using (var target = await LoadTarget.StartAsync())
        await using (
            var server = await GateServer.StartAsync(
                new GateServerOptions
                {
                    DataFolder = folder.FullName,
                    Urls = "http://127.0.0.1:0",
                    PostgresConnectionString = postgres.ConnectionString,
                },
                CancellationToken.None
            )
        )
        {
            var token = server.IssueToken("bench");
            using var gate = new GateClient(server.Address, token);
            var model = await ModelAsync(gate, target.Address);
            var filling = Stopwatch.StartNew();
            await StoredMillion.FillAsync(postgres.ConnectionString, model);
            Console.Error.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{StoredMillion.Runs} runs stored in {filling.Elapsed.TotalSeconds:F0} s"
                )
            );
            CopyArtifacts(folder.FullName, model);

            using var http = new HttpClient { BaseAddress = server.Address };
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
            await MeasureAsync(http, requests);
        }
        folder.Delete(recursive: true);
        return 0;
    }

    private static async Task MeasureAsync(HttpClient http, int requests)
    {
        const string Api = "/api/performance";
        var test = await FirstTestAsync(http);
        var from = TimeProvider
            .System.GetUtcNow()
            .AddDays(-300)
            .ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        (string What, Func<int, string> Path)[] ways =
        [
            ("`/health`", _ => "/health"),
            ("gate of an ended run", n => $"{Api}/runs/{StoredMillion.Id(1 + (n % GateRuns))}/gate"),
            ("history, first page", _ => $"{Api}/runs"),
            ("history, one type and environment", _ => $"{Api}/runs?testType=spike&environment=production"),
            ("history, one verdict", _ => $"{Api}/runs?verdict=failed"),
            ("history, of one definition", _ => $"{Api}/runs?testDefinitionId={test}"),
            ("history, up to a day long ago", _ => $"{Api}/runs?to={from}"),
            ("history, type and verdict, many", _ => $"{Api}/runs?testType=load&verdict=failed"),
            ("history, type and verdict, a few", _ => $"{Api}/runs?testType=load&verdict=error"),
            ("history, type and status, a few", _ => $"{Api}/runs?testType=endurance&status=cancelled"),
            ("history, status and verdict, none", _ => $"{Api}/runs?status=completed&verdict=error"),
            (
                "history, type, environment, status and verdict, none",
                _ => $"{Api}/runs?testType=spike&environment=production&status=failed&verdict=passed"
            ),
            ("history, of one definition and verdict, none", _ => $"{Api}/runs?testDefinitionId={test}&verdict=error"),
            ("history, 200 of type and status, many", _ => $"{Api}/runs?testType=load&status=completed&limit=200"),
            ("history, type, verdict and up to a day", _ => $"{Api}/runs?testType=load&verdict=failed&to={from}"),
            ("tests with their latest runs", _ => $"{Api}/tests"),
            ("tests of one type and environment", _ => $"{Api}/tests?testType=load&environment=staging"),
        ];
        Console.WriteLine("| request | median | p95 | p99 | p95 beside `/health` |");
        Console.WriteLine("| --- | --- | --- | --- | --- |");
        var floor = 0.0;
        foreach (var (what, path) in ways)
        {
            var times = await TimesAsync(http, path, requests);
            floor = floor == 0 ? At(times, 0.95) : floor;
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {what} | {At(times, 0.5):F2} ms | {At(times, 0.95):F2} ms | {At(times, 0.99):F2} ms | {At(times, 0.95) / floor:F1} |"
                )
            );
        }
    }

    private static async Task<double[]> TimesAsync(HttpClient http, Func<int, string> path, int requests)
    {
        var times = new double[requests];
        for (var n = -requests / 5; n < requests; n++)
        {
            var began = Stopwatch.GetTimestamp();
            using var answer = await http.GetAsync(new Uri(path(Math.Abs(n)), UriKind.Relative));
            answer.EnsureSuccessStatusCode();
            await answer.Content.ReadAsByteArrayAsync();
            if (n >= 0)
            {
                times[n] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            }
        }
        Array.Sort(times);
        return times;
    }

    private static double At(double[] sorted, double quantile) => sorted[(int)(quantile * (sorted.Length - 1))];

    private static async Task<string> FirstTestAsync(HttpClient http)
    {
        await using var answer = await http.GetStreamAsync(new Uri("/api/performance/tests", UriKind.Relative));
        using var document = await JsonDocument.ParseAsync(answer);
        return document.RootElement.GetProperty("tests")[0].GetProperty("id").GetString()!;
    }

    private static async Task<Guid> ModelAsync(GateClient gate, string target)
    {
        var request = new
        {
            testType = "load",
            environment = "staging",
            configuration = new
            {
                baseUrl = target,
                vus = 5,
                duration = "5s",
            },
        };
        var accepted = await gate.ExecuteAsync(request, CancellationToken.None);
        while ((await gate.GetRunAsync(accepted.TestId, CancellationToken.None)).Verdict is null)
        {
            await Task.Delay(100);
        }
        return accepted.TestId;
    }

    // The gate reads a run's row and its result: these have one each, as they would.
    private static void CopyArtifacts(string folder, Guid model)
    {
        var source = Directory
            .EnumerateFiles(Path.Combine(folder, "artifacts"), "result.json", SearchOption.AllDirectories)
            .Single();
        var modelFolder = Path.GetDirectoryName(source)!;
        for (var n = 1; n <= GateRuns; n++)
        {
            var copy = modelFolder.Replace(
                Path.GetFileName(modelFolder),
                Path.GetFileName(modelFolder)
                    .Replace(model.ToString(), StoredMillion.Id(n).ToString(), StringComparison.Ordinal)
                    .Replace(model.ToString("N"), StoredMillion.Id(n).ToString("N"), StringComparison.Ordinal),
                StringComparison.Ordinal
            );
            Directory.CreateDirectory(copy);
            File.Copy(source, Path.Combine(copy, "result.json"));
        }
    }
}
