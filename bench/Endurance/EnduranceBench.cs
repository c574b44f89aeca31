using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using PerfGate.Bench.Kills;
using PerfGate.Bench.Waiting;
using PerfGate.Core.Runners;

namespace PerfGate.Bench.Endurance;

/// <summary>
/// A run of hours in minutes: a real server and a real runner, which reads the samples of hours as fast as it can, while the server
/// follows it as pipelines and people do. What does not fit into memory would show as memory that grows with the run.
/// </summary>
internal static class EnduranceBench
{
    /// <summary>Runs it and prints how memory went; 1 where it grew, or something was lost.</summary>
    public static async Task<int> RunAsync(int hours)
    {
        var seconds = hours * 3600;
        var folder = Directory.CreateTempSubdirectory("perfgate-endurance-").FullName;
        var engine = await WriteEngineAsync(folder, seconds);
        await using var host = await HostProcess.StartAsync(folder, "--engine", engine);
        using var http = new HttpClient { BaseAddress = host.Address, Timeout = TimeSpan.FromMinutes(5) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", host.Token);
        var run = await ExecuteAsync(http, seconds);
        var (server, runner) = (new ResidentMemory("server"), new ResidentMemory("runner"));
        using var ended = new CancellationTokenSource();
        var events = CountEventsAsync(http, run, ended.Token);
        var charts = DrawAsync(http, run, ended.Token);
        var clock = Stopwatch.StartNew();
        var series = new FollowedSeries(Path.Combine(folder, "artifacts", $"{run}", ArtifactNames.Series(0)));
        var sampling = SampleAsync(host.Id, series, seconds, server, runner, ended.Token);
        JsonElement view;
        do
        {
            await Task.Delay(250);
            view = await http.GetFromJsonAsync<JsonElement>(Route($"runs/{run}"));
        } while (!view.TryGetProperty("endedAt", out _));
        var judged = clock.Elapsed;
        await ended.CancelAsync();
        var loaded = await sampling;
        var report = await http.GetByteArrayAsync(Route($"runs/{run}/report"));
        var whole = await http.GetByteArrayAsync(Route($"runs/{run}"));
        var chart = await http.GetByteArrayAsync(Route($"runs/{run}/series?points=10000"));
        var metrics = view.GetProperty("results").GetProperty("metrics");
        var requests = metrics.GetProperty("overall").GetProperty("requests").GetInt64();
        var expected = (long)seconds * EngineStandIn.Scenarios * EngineStandIn.Endpoints;

        Console.WriteLine("| resident memory, MB | 1st quarter | 2nd | 3rd | 4th | peak | flat |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | --- |");
        Console.WriteLine(server.Row());
        Console.WriteLine(runner.Row());
        Console.WriteLine();
        Console.WriteLine($"| {hours} hours in minutes | |");
        Console.WriteLine("| --- | ---: |");
        Row("seconds of load", seconds);
        Row("records of an endpoint and second", expected);
        Row("requests counted", requests);
        Row("seconds that its samples took", loaded.TotalSeconds);
        Row("seconds from its last sample to the verdict", (judged - loaded).TotalSeconds);
        Row("peak of the server's memory, merge, verdict and report included, MB", Peak(host.Id));
        Row("events while it ran", await events);
        Row("charts drawn while it ran", await charts);
        Row("report, MB", report.Length / 1e6);
        Row("the run as the API shows it, MB", whole.Length / 1e6);
        Row("its chart, MB", chart.Length / 1e6);
        var verdict = view.GetProperty("verdict").GetString();
        Console.WriteLine($"| verdict | {verdict} |");
        foreach (var reason in view.GetProperty("reasons").EnumerateArray())
        {
            Console.Error.WriteLine(reason);
        }
        return server.IsFlat && runner.IsFlat && requests == expected && verdict == "passed" ? 0 : 1;
    }

    private static async Task<string> WriteEngineAsync(string folder, int seconds)
    {
        var path = Path.Combine(folder, "engine");
        var self = Path.ChangeExtension(typeof(EnduranceBench).Assembly.Location, null);
        await File.WriteAllTextAsync(
            path,
            FormattableString.Invariant($"#!/bin/sh\nexec '{self}' engine {seconds} \"$@\"\n")
        );
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        return path;
    }

    private static async Task<Guid> ExecuteAsync(HttpClient http, int seconds)
    {
        var scenarios = Enumerable
            .Range(0, EngineStandIn.Scenarios)
            .Select(scenario => new
            {
                name = EngineStandIn.Scenario(scenario),
                thinkTime = "0s",
                steps = Enumerable
                    .Range(0, EngineStandIn.Endpoints)
                    .Select(step => new { method = "GET", path = EngineStandIn.Endpoint(scenario, step) }),
            });
        using var answer = await http.PostAsJsonAsync(
            Route("tests/execute"),
            new
            {
                testType = "endurance",
                environment = "staging",
                configuration = new
                {
                    baseUrl = "http://127.0.0.1:9",
                    duration = seconds,
                    arrivalRate = EngineStandIn.Scenarios,
                    scenarios,
                    thresholds = new { minThroughput = 1 },
                },
            }
        );
        var accepted = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return answer.IsSuccessStatusCode
            ? accepted.GetProperty("testId").GetGuid()
            : throw new InvalidOperationException($"{accepted}");
    }

    /// <summary>Samples until the run has ended; gives when its series last grew.</summary>
    private static async Task<TimeSpan> SampleAsync(
        int host,
        FollowedSeries series,
        int seconds,
        ResidentMemory server,
        ResidentMemory runner,
        CancellationToken ended
    )
    {
        var clock = Stopwatch.StartNew();
        var (loaded, last) = (TimeSpan.Zero, -1d);
        while (!ended.IsCancellationRequested)
        {
            if (series.Seconds() is { } measured && measured < seconds - 5)
            {
                server.Take(host, measured / seconds);
                var below = Processes
                    .Below(host)
                    .Where(process =>
                        process.Value.TrimEnd('\0').EndsWith("PerfGate.Runner.dll", StringComparison.Ordinal)
                    )
                    .Select(process => process.Key);
                foreach (var id in below)
                {
                    runner.Take(id, measured / seconds);
                }
                (loaded, last) = measured > last ? (clock.Elapsed, measured) : (loaded, last);
            }
            await Task.WhenAny(Task.Delay(250, ended));
        }
        return loaded;
    }

    private static async Task<double> CountEventsAsync(HttpClient http, Guid run, CancellationToken ended)
    {
        var events = 0;
        try
        {
            using var stream = new StreamReader(await http.GetStreamAsync(Route($"runs/{run}/events"), ended));
            while (await stream.ReadLineAsync(ended) is { } line)
            {
                events += line.StartsWith("event:", StringComparison.Ordinal) ? 1 : 0;
            }
        }
        catch (OperationCanceledException)
        {
            // The run has ended.
        }
        return events;
    }

    // As a page does that shows the run while it goes on.
    private static async Task<double> DrawAsync(HttpClient http, Guid run, CancellationToken ended)
    {
        var charts = 0;
        try
        {
            while (true)
            {
                await Task.Delay(TimeSpan.FromSeconds(5), ended);
                await http.GetByteArrayAsync(Route($"runs/{run}/series?points=500"), ended);
                charts++;
            }
        }
        catch (OperationCanceledException)
        {
            return charts;
        }
    }

    private static double Peak(int id) =>
        long.Parse(
            File.ReadLines(FormattableString.Invariant($"/proc/{id}/status"))
                .First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal))["VmHWM:".Length..]
                .Replace("kB", "", StringComparison.Ordinal)
                .Trim(),
            CultureInfo.InvariantCulture
        ) / 1024d;

    private static void Row(string what, double value) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {what} | {value:#,0.##} |"));

    private static Uri Route(string path) => new($"/api/performance/{path}", UriKind.Relative);
}
