using System.Globalization;
using PerfGate.Adapters.Http;
using PerfGate.Core.Runs;
using PerfGate.Host.Client;
using PerfGate.Host.Server;
using PerfGate.Host.Terminal;
using Spectre.Console;

namespace PerfGate.Host.Demo;

/// <summary>
/// The demo: a healthy platform passes and becomes the baseline, a slowed one fails, and both times the gate says why.
/// Whatever was started is ended again, also after a failure and on Ctrl+C.
/// </summary>
public sealed class DemoStory(Screen screen, TimeProvider time)
{
    private readonly IAnsiConsole _console = screen.Results;

    private const int AsStaged = 0;
    private const int NotAsStaged = 1;
    private const int Interrupted = 130;

    // Far beyond the platform's own few milliseconds, far below the 3 s that the thresholds allow: only the
    // comparison with the past can find it.
    private static readonly object SlowKnobs = new { latencyMs = 250, latencyJitterMs = 50 };

    private readonly List<RunView> _runs = [];

    /// <summary>Tells it; the exit status is 0 where everything went as staged.</summary>
    public async Task<int> TellAsync(
        string dataFolder,
        string engine,
        TimeSpan duration,
        CancellationToken cancellation
    )
    {
        var exitCode = await PlayToItsEndAsync(dataFolder, engine, duration, cancellation);
        if (screen.Json)
        {
            Screen.WriteJson(new { exitCode, runs = _runs });
        }
        return exitCode;
    }

    private async Task<int> PlayToItsEndAsync(
        string dataFolder,
        string engine,
        TimeSpan duration,
        CancellationToken cancellation
    )
    {
        try
        {
            return await PlayAsync(dataFolder, engine, duration, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            _console.MarkupLine("[yellow]Interrupted: everything that was started has been ended.[/]");
            return Interrupted;
        }
        catch (Exception surprise)
            when (surprise is HttpRequestException or IOException or InvalidOperationException or TimeoutException)
        {
            _console.MarkupLine($"[red]The demo could not go on:[/] {Markup.Escape(surprise.Message)}");
            return NotAsStaged;
        }
    }

    private async Task<int> PlayAsync(
        string dataFolder,
        string engine,
        TimeSpan duration,
        CancellationToken cancellation
    )
    {
        var started = time.GetTimestamp();
        _console.MarkupLine("[bold]PerfGate demo[/]: may this deployment of a wedding platform go out?");
        _console.WriteLine();

        Step("Starting PerfGate with a private PostgreSQL");
        await using var server = await GateServer.StartAsync(
            new GateServerOptions
            {
                DataFolder = dataFolder,
                Engine = engine,
                Urls = "http://127.0.0.1:0",
            },
            cancellation
        );
        Step("Starting the wedding platform");
        await using var platform = await PlatformProcess.StartAsync(cancellation);
        using var gate = new GateClient(server.Address, server.IssueToken("demo"));
        _console.MarkupLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"[dim]  API {server.Address}  platform {platform.Address}  ready after {time.GetElapsedTime(started).TotalSeconds:0.0} s[/]"
            )
        );

        _console.Write(new Rule("[bold]1[/]  The platform as it is") { Justification = Justify.Left });
        var healthy = await TryTwiceAsync(gate, platform, dataFolder, duration, cancellation);
        if (healthy.Verdict != Verdict.Passed)
        {
            NotStaged(healthy, "the healthy platform should have passed");
            return NotAsStaged;
        }
        var baseline = await gate.EstablishBaselineAsync(healthy.TestId, cancellation);
        Step(
            string.Create(
                CultureInfo.InvariantCulture,
                $"This run is the baseline now: p95 {baseline.P95ResponseTimeMs:0.0} ms, {baseline.ThroughputRps:0} requests/s"
            )
        );

        _console.Write(
            new Rule("[bold]2[/]  A deployment that makes every answer 250 ms slower") { Justification = Justify.Left }
        );
        await platform.SetKnobsAsync(SlowKnobs, cancellation);
        var slowed = await TryTwiceAsync(gate, platform, dataFolder, duration, cancellation);
        if (slowed.Verdict != Verdict.Failed)
        {
            NotStaged(slowed, "the slowed platform should have failed");
            return NotAsStaged;
        }
        _console.WriteLine();
        _console.MarkupLine(
            "[green]As staged:[/] the healthy platform passed, and the slowed one was stopped, although it kept every fixed threshold."
        );
        return AsStaged;
    }

    /// <summary>A machine that is busy with something else for a moment is no reason to end here.</summary>
    private async Task<RunView> TryTwiceAsync(
        GateClient gate,
        PlatformProcess platform,
        string dataFolder,
        TimeSpan duration,
        CancellationToken cancellation
    )
    {
        var run = await RunAsync(gate, platform, dataFolder, duration, cancellation);
        if (run.Verdict != Verdict.Inconclusive)
        {
            return run;
        }
        Step("This machine could not make the load that was asked for, so there is no telling. Once more.");
        return await RunAsync(gate, platform, dataFolder, duration, cancellation);
    }

    private void NotStaged(RunView run, string expected) =>
        _console.MarkupLine(
            run.Verdict == Verdict.Inconclusive
                ? "[yellow]Not as staged:[/] this machine is too busy to tell, and PerfGate does not guess. Try again when it has less to do."
                : $"[red]Not as staged:[/] {expected}."
        );

    private async Task<RunView> RunAsync(
        GateClient gate,
        PlatformProcess platform,
        string dataFolder,
        TimeSpan duration,
        CancellationToken cancellation
    )
    {
        var accepted = await gate.ExecuteAsync(
            new
            {
                testType = "load",
                environment = "staging",
                configuration = new
                {
                    baseUrl = platform.Address,
                    duration = duration.TotalSeconds,
                    arrivalRate = 40,
                },
            },
            cancellation
        );
        Step($"POST /api/performance/tests/execute answered 202: run {accepted.TestId}");
        RunView run;
        try
        {
            run = await new ProgressView(screen, time).FollowAsync(
                Follower(gate),
                accepted.TestId,
                duration,
                cancellation
            );
        }
        catch (OperationCanceledException)
        {
            // The load must not outlive the one who asked for it.
            await gate.CancelAsync(accepted.TestId, CancellationToken.None);
            throw;
        }
        _runs.Add(run);
        new VerdictView(_console).Show(run);
        await KeepReportAsync(gate, run, dataFolder, cancellation);
        return run;
    }

    private async Task KeepReportAsync(GateClient gate, RunView run, string dataFolder, CancellationToken cancellation)
    {
        var folder = Directory.CreateDirectory(Path.Combine(dataFolder, "reports")).FullName;
        var path = Path.Combine(folder, $"{run.TestId}.html");
        await File.WriteAllTextAsync(path, await gate.GetReportAsync(run.TestId, cancellation), cancellation);
        Step($"Report: {path}");
    }

    private RunFollower Follower(GateClient gate) =>
        new(gate, time, RunFollower.DefaultPatience, reason => screen.Warn(reason));

    private void Step(string text) => _console.MarkupLine($"[blue]→[/] {Markup.Escape(text)}");
}
