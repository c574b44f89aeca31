using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using PerfGate.Adapters.Processes;
using PerfGate.Bench.Target;
using PerfGate.Host.Client;

namespace PerfGate.Bench.Waiting;

/// <summary>
/// What clients cost that wait for a run or watch its events: CPU and memory of the host's process during a run without
/// clients, with 200 that ask for <c>/health</c> once a second, which is the least that asking again and again can cost, with 200
/// that wait (<c>Prefer: wait=60</c>) instead, and with 200 event streams besides. All beside those that ask.
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
            var length = TimeSpan.FromSeconds((4 * seconds) + 40);
            var run = (await gate.ExecuteAsync(Request(target.Address, length), CancellationToken.None)).TestId;
            while ((await gate.GetRunAsync(run, CancellationToken.None)).Progress is null)
            {
                await Task.Delay(200);
            }
            using var end = new CancellationTokenSource();
            Console.WriteLine("| clients | CPU of one core | memory | events received | CPU beside asking |");
            Console.WriteLine("| --- | --- | --- | --- | --- |");
            var idle = await MeasureAsync("none", host, seconds, () => null);
            using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = int.MaxValue })
            {
                BaseAddress = host.Address,
                Timeout = Timeout.InfiniteTimeSpan,
            };
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", host.Token);
            double asking;
            using (var enough = new CancellationTokenSource())
            {
                var pollers = Enumerable
                    .Range(0, clients)
                    .Select(n => PollAsync(http, n, clients, enough.Token))
                    .ToList();
                asking = await MeasureAsync($"{clients} asking for `/health` once a second", host, seconds, () => null);
                await enough.CancelAsync();
                await Task.WhenAll(pollers);
            }
            var all = Enumerable.Range(0, clients).Select(_ => WaitAsync(http, run, end.Token)).ToList();
            var waiting = await MeasureAsync($"{clients} waiting", host, seconds, () => null, asking);
            var watchers = new EventCount();
            all.AddRange(Enumerable.Range(0, clients).Select(_ => WatchAsync(http, run, watchers, end.Token)));
            var watching = await MeasureAsync(
                $"{clients} waiting and {clients} event streams",
                host,
                seconds,
                () => watchers.Received,
                asking
            );
            Console.WriteLine();
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Beside a host without clients: asking {asking / idle:F1}, waiting {waiting / idle:F1}, waiting and watching {watching / idle:F1}."
                )
            );
            await end.CancelAsync();
            await Task.WhenAll(all);
        }
        folder.Delete(recursive: true);
        return 0;
    }

    private static async Task<double> MeasureAsync(
        string what,
        HostProcess host,
        int seconds,
        Func<long?> events,
        double? beside = null
    )
    {
        await Task.Delay(Settle);
        var (cpu, received) = (host.CpuTime, events());
        var clock = Stopwatch.StartNew();
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        var share = (host.CpuTime - cpu) / clock.Elapsed;
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| {what} | {share:P1} | {host.Memory / 1048576.0:F0} MB | {events() - received} | {share / beside:F2} |"
            )
        );
        return share;
    }

    private static async Task PollAsync(HttpClient http, int number, int all, CancellationToken cancellation)
    {
        try
        {
            // Spread over the second, as clients that know nothing of each other are.
            await Task.Delay(TimeSpan.FromSeconds((double)number / all), cancellation);
            using var ticks = new PeriodicTimer(TimeSpan.FromSeconds(1));
            do
            {
                using var answer = await http.GetAsync(new Uri("/health", UriKind.Relative), cancellation);
                answer.EnsureSuccessStatusCode();
            } while (await ticks.WaitForNextTickAsync(cancellation));
        }
        catch (OperationCanceledException) { }
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
