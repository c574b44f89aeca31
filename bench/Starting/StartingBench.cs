using System.Diagnostics;
using System.Globalization;
using PerfGate.Bench.Target;
using PerfGate.Host.Client;
using PerfGate.Host.Server;

namespace PerfGate.Bench.Starting;

/// <summary>
/// What the gate adds to a run's own length: from POST execute to the first request at the target, and from the last request
/// to the verdict, over HTTP, with a private PostgreSQL and the real runner.
/// </summary>
internal static class StartingBench
{
    private const double LoadSeconds = 3;

    public static async Task<int> RunAsync(int runs, string engine)
    {
        var folder = Directory.CreateTempSubdirectory("perfgate-bench-");
        var toFirst = new List<double>();
        var toVerdict = new List<double>();
        await using (var target = await LoadTarget.StartAsync())
        await using (
            var server = await GateServer.StartAsync(
                new GateServerOptions
                {
                    DataFolder = folder.FullName,
                    Urls = "http://127.0.0.1:0",
                    Engine = engine,
                },
                CancellationToken.None
            )
        )
        {
            using var gate = new GateClient(server.Address, server.IssueToken("bench"));
            for (var run = 0; run < runs; run++)
            {
                target.Reset();
                var asked = Stopwatch.GetTimestamp();
                var accepted = await gate.ExecuteAsync(Request(target.Address), CancellationToken.None);
                while ((await gate.GetRunAsync(accepted.TestId, CancellationToken.None)).Verdict is null)
                {
                    await Task.Delay(20);
                }
                var judged = Stopwatch.GetTimestamp();
                toFirst.Add(Stopwatch.GetElapsedTime(asked, target.First).TotalSeconds);
                toVerdict.Add(Stopwatch.GetElapsedTime(target.Last, judged).TotalSeconds);
            }
        }
        folder.Delete(recursive: true);
        Console.WriteLine("| | median | worst | of a run with 30 s of load |");
        Console.WriteLine("| --- | --- | --- | --- |");
        Print("POST execute to first request", toFirst);
        Print("last request to verdict", toVerdict);
        return 0;
    }

    private static object Request(string target) =>
        new
        {
            testType = "load",
            environment = "staging",
            configuration = new
            {
                baseUrl = target,
                vus = 2,
                stages = new[] { new { duration = LoadSeconds, target = 2 } },
                scenarios = new[]
                {
                    new
                    {
                        name = "probe",
                        thinkTime = "10ms",
                        steps = new[] { new { method = "GET", path = "/" } },
                    },
                },
            },
        };

    private static void Print(string what, List<double> seconds)
    {
        var sorted = seconds.Order().ToArray();
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| {what} | {sorted[sorted.Length / 2]:F2} s | {sorted[^1]:F2} s | {sorted[sorted.Length / 2] / 30:P1} |"
            )
        );
    }
}
