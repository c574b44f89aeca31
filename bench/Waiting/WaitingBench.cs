using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using PerfGate.Adapters.Processes;
using PerfGate.Bench.Target;
using PerfGate.Host.Client;

namespace PerfGate.Bench.Waiting;

/// <summary>
/// What clients cost that wait for a run or watch its events: CPU and memory of the host's process during a run without
/// clients, with 200 that wait (<c>Prefer: wait=60</c>), and with 200 event streams besides.
/// </summary>
internal static class WaitingBench
{
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(3);

    public static async Task<int> RunAsync(int clients, int seconds)
    {
        var folder = Directory.CreateTempSubdirectory("perfgate-bench-");
        await using (var target = await TargetProcess.StartAsync())
        await using (var host = await HostProcess.StartAsync(folder.FullName))
        {
            using var gate = new GateClient(host.Address, host.Token);
            var length = TimeSpan.FromSeconds((3 * seconds) + 30);
            var run = (await gate.ExecuteAsync(Request(target.Address, length), CancellationToken.None)).TestId;
            while ((await gate.GetRunAsync(run, CancellationToken.None)).Progress is null)
            {
                await Task.Delay(200);
            }
            using var end = new CancellationTokenSource();
            Console.WriteLine("| clients | CPU of one core | memory | events received |");
            Console.WriteLine("| --- | --- | --- | --- |");
            await MeasureAsync("none", host, seconds, () => null);
            using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = int.MaxValue })
            {
                BaseAddress = host.Address,
                Timeout = Timeout.InfiniteTimeSpan,
            };
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", host.Token);
            var all = Enumerable.Range(0, clients).Select(_ => WaitAsync(http, run, end.Token)).ToList();
            await MeasureAsync($"{clients} waiting", host, seconds, () => null);
            var watchers = new EventCount();
            all.AddRange(Enumerable.Range(0, clients).Select(_ => WatchAsync(http, run, watchers, end.Token)));
            await MeasureAsync(
                $"{clients} waiting and {clients} event streams",
                host,
                seconds,
                () => watchers.Received
            );
            await end.CancelAsync();
            await Task.WhenAll(all);
        }
        folder.Delete(recursive: true);
        return 0;
    }

    private static async Task MeasureAsync(string what, HostProcess host, int seconds, Func<long?> events)
    {
        await Task.Delay(Settle);
        var (cpu, received) = (host.CpuTime, events());
        var clock = Stopwatch.StartNew();
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| {what} | {(host.CpuTime - cpu) / clock.Elapsed:P1} | {host.Memory / 1048576.0:F0} MB | {events() - received} |"
            )
        );
    }

    private static async Task WaitAsync(HttpClient http, Guid run, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/performance/runs/{run}/gate");
            request.Headers.Add("Prefer", "wait=60");
            try
            {
                using var answer = await http.SendAsync(request, cancellation);
                answer.EnsureSuccessStatusCode();
            }
            catch (OperationCanceledException) { }
        }
    }

    private static async Task WatchAsync(HttpClient http, Guid run, EventCount events, CancellationToken cancellation)
    {
        try
        {
            await using var stream = await http.GetStreamAsync(
                new Uri($"/api/performance/runs/{run}/events", UriKind.Relative),
                cancellation
            );
            using var reader = new StreamReader(stream);
            while (await reader.ReadLineAsync(cancellation) is { } line)
            {
                if (line.StartsWith("data:", StringComparison.Ordinal))
                {
                    events.Add();
                }
            }
        }
        catch (OperationCanceledException) { }
    }

    private static object Request(string target, TimeSpan length) =>
        new
        {
            testType = "load",
            environment = "staging",
            configuration = new
            {
                baseUrl = target,
                vus = 4,
                duration = length.TotalSeconds,
            },
        };

    private sealed class EventCount
    {
        private long _received;

        public long Received => Interlocked.Read(ref _received);

        public void Add() => Interlocked.Increment(ref _received);
    }
}
