using System.Globalization;
using PerfGate.Adapters.Http;
using PerfGate.Core.Runs;
using Spectre.Console;

namespace PerfGate.Host.Demo;

/// <summary>A run's progress bar with what is measured right now; plain lines where the output is no terminal.</summary>
public sealed class ProgressView(IAnsiConsole console, TimeProvider time)
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(5);

    /// <summary>Follows a run until it has ended.</summary>
    public async Task<RunView> FollowAsync(GateClient gate, Guid testId, TimeSpan load, CancellationToken cancellation)
    {
        if (!console.Profile.Capabilities.Interactive || Console.IsOutputRedirected)
        {
            return await FollowInLinesAsync(gate, testId, load, cancellation);
        }
        RunView? last = null;
        await console
            .Progress()
            .AutoClear(false)
            .HideCompleted(false)
            .Columns(new SpinnerColumn(), new ProgressBarColumn { Width = 30 }, new TaskDescriptionColumn())
            .StartAsync(async context =>
            {
                var bar = context.AddTask("starting the runner", maxValue: load.TotalSeconds);
                await foreach (var run in LookAsync(gate, testId, cancellation))
                {
                    last = run;
                    bar.Value = run.EndedAt is null
                        ? Math.Min(run.Progress?.Elapsed.TotalSeconds ?? 0, load.TotalSeconds)
                        : load.TotalSeconds;
                    bar.Description = Markup.Escape(Describe(run));
                }
            });
        return last!;
    }

    private async Task<RunView> FollowInLinesAsync(
        GateClient gate,
        Guid testId,
        TimeSpan load,
        CancellationToken cancellation
    )
    {
        RunView? last = null;
        var lastLine = time.GetTimestamp();
        await foreach (var run in LookAsync(gate, testId, cancellation))
        {
            last = run;
            if (run.Progress is { } progress && time.GetElapsedTime(lastLine) >= LineInterval)
            {
                lastLine = time.GetTimestamp();
                var text = string.Create(
                    CultureInfo.InvariantCulture,
                    $"  {progress.Elapsed.TotalSeconds, 4:0} of {load.TotalSeconds:0} s  {Describe(run)}"
                );
                console.WriteLine(text);
            }
        }
        return last!;
    }

    private async IAsyncEnumerable<RunView> LookAsync(
        GateClient gate,
        Guid testId,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation
    )
    {
        while (true)
        {
            var run = await gate.GetRunAsync(testId, cancellation);
            yield return run;
            if (run.Status is not (RunStatus.Queued or RunStatus.Running))
            {
                yield break;
            }
            await Task.Delay(LookInterval, time, cancellation);
        }
    }

    private static string Describe(RunView run) =>
        run switch
        {
            { Progress: { } now } => string.Create(
                CultureInfo.InvariantCulture,
                $"{now.Vus, 3} VUs  {now.RequestsPerSecond, 6:0} req/s  p95 {Milliseconds(now.P95Ms)}  errors {now.ErrorRate * 100:0.0} %"
            ),
            { Results.Metrics.Overall: { } whole } => string.Create(
                CultureInfo.InvariantCulture,
                $"{whole.Requests:#,0} requests  {whole.ThroughputRps:0} req/s  p95 {Milliseconds(whole.Answered?.P95)}  errors {whole.ErrorRate * 100:0.0} %"
            ),
            { Status: RunStatus.Queued, QueuePosition: { } place } => string.Create(
                CultureInfo.InvariantCulture,
                $"waiting for a free slot, number {place} in the line"
            ),
            { EndedAt: not null } => "ended",
            _ => "starting the runner",
        };

    private static string Milliseconds(double? value) =>
        value is { } ms ? string.Create(CultureInfo.InvariantCulture, $"{ms, 6:0.0} ms") : "     – ms";
}
