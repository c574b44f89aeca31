using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using PerfGate.Core.Runners;

namespace PerfGate.Bench.Kills;

/// <summary>
/// Two pipelines ask for runs, one after the other, half of them at a target that is well and half at one that is not, while
/// host, database, runner, load engine and, where the artifacts are in one, the blob service are killed at random moments.
/// Afterwards no run may be lost, judged wrongly or made twice, no process left, no slot held.
/// </summary>
internal static class KillsBench
{
    /// <summary>Runs it and prints what became of the runs; 1 where something is wrong.</summary>
    public static async Task<int> RunAsync(int kills, int seed, bool onAzurite, int minutes)
    {
        var folder = Directory.CreateTempSubdirectory("perfgate-kills-").FullName;
        await using var target = await KillTarget.StartAsync();
        await using var azurite = onAzurite
            ? await KilledAzurite.StartAsync(Path.Combine(folder, "azurite"), FreePort())
            : null;
        await using var host = new KilledHost(folder, new Uri($"http://127.0.0.1:{FreePort()}"), azurite);
        using var http = new HttpClient { BaseAddress = host.Address, Timeout = TimeSpan.FromSeconds(20) };
        await host.StartAsync(http);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer",
            await host.IssueTokenAsync()
        );
        using var over = new CancellationTokenSource();
        var pipelines = new[] { "staging", "production" }
            .Select(
                (environment, at) => FollowAsync(new KilledPipeline(http, target, environment, seed + at), over.Token)
            )
            .ToArray();
        var killed = await KillAsync(
            host,
            azurite,
            http,
            kills,
            TimeSpan.FromMinutes(minutes),
            seed,
            pipelines,
            over.Token
        );
        await over.CancelAsync();
        var runs = (await Task.WhenAll(pipelines)).SelectMany(run => run).ToList();
        return await TellAsync(runs, killed, http);
    }

    private static async Task<List<KilledRun?>> FollowAsync(KilledPipeline pipeline, CancellationToken over)
    {
        var runs = new List<KilledRun?>();
        while (!over.IsCancellationRequested)
        {
            runs.Add(await pipeline.RunAsync());
        }
        return runs;
    }

    private static async Task<Dictionary<Victim, int>> KillAsync(
        KilledHost host,
        KilledAzurite? azurite,
        HttpClient http,
        int kills,
        TimeSpan longest,
        int seed,
        Task[] pipelines,
        CancellationToken over
    )
    {
        var random = new Random(seed);
        var victims = Enum.GetValues<Victim>()
            .Where(victim => victim != Victim.Azurite || azurite is not null)
            .ToArray();
        var killed = victims.ToDictionary(victim => victim, _ => 0);
        var begun = TimeProvider.System.GetTimestamp();
        while (
            killed.Values.Sum() < kills
            && TimeProvider.System.GetElapsedTime(begun) < longest
            && !over.IsCancellationRequested
            && !pipelines.Any(task => task.IsFaulted)
        )
        {
            await Task.Delay(TimeSpan.FromSeconds(random.NextDouble() * 5), over);
            var victim = victims[random.Next(victims.Length)];
            if (host.Find(victim) is not (> 0 and var id))
            {
                continue;
            }
            Processes.Kill(id);
            killed[victim]++;
            Console.Error.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"{killed.Values.Sum()}: {victim} {id}")
            );
            if (victim == Victim.Host)
            {
                await Task.Delay(TimeSpan.FromSeconds(random.NextDouble() * 2), over);
                await host.StartAsync(http);
            }
            if (victim == Victim.Azurite)
            {
                await Task.Delay(TimeSpan.FromSeconds(random.NextDouble() * 20), over);
                await azurite!.ComeBackAsync();
            }
        }
        return killed;
    }

    private static async Task<int> TellAsync(List<KilledRun?> ended, Dictionary<Victim, int> killed, HttpClient http)
    {
        var runs = ended.OfType<KilledRun>().ToList();
        // Whatever dies with a run has had its time.
        await Task.Delay(TimeSpan.FromSeconds(10));
        var left = runs.SelectMany(run => Processes.Named(RunnerOrder.FolderPrefix(run.Id))).Distinct().ToList();
        var listed = await http.GetStringAsync(new Uri("/api/performance/runs?status=running", UriKind.Relative));
        var held = listed.Split("\"testId\"").Length - 1;
        var kinds = string.Join(", ", killed.Select(kind => $"{kind.Value} of {kind.Key}"));
        Console.WriteLine($"| {killed.Values.Sum()} kills ({kinds}) | |");
        Console.WriteLine("| --- | ---: |");
        Row("runs that ended", runs.Count);
        foreach (var verdict in runs.GroupBy(run => run.Verdict).OrderByDescending(group => group.Count()))
        {
            Row($"of them {verdict.Key}", verdict.Count());
        }
        Row("runs that did not end within 3 minutes", ended.Count - runs.Count);
        Row("verdicts that are wrong", runs.Count(run => run.IsWrong));
        Row("loads made twice", runs.Count(run => run.IsTwice));
        Row("processes left", left.Count);
        Row("slots held", held);
        foreach (var run in runs)
        {
            (run.IsWrong || run.IsTwice ? Console.Out : Console.Error).WriteLine(run);
        }
        foreach (
            var reason in runs.GroupBy(run => $"{run.Verdict}: {run.Reason.Split(':')[0]}")
                .OrderByDescending(all => all.Count())
        )
        {
            Console.Error.WriteLine($"{reason.Count()} {reason.Key}");
        }
        return ended.Contains(null) || runs.Any(run => run.IsWrong || run.IsTwice) || left.Count + held > 0 ? 1 : 0;
    }

    private static void Row(string what, int count) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {what} | {count} |"));

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
