using System.Globalization;
using PerfGate.Adapters.Http;
using PerfGate.Core.Requests;
using PerfGate.Core.Runs;
using PerfGate.Host.Client;
using Spectre.Console;

namespace PerfGate.Host.Terminal;

/// <summary>A run's progress bar with what is measured right now; plain lines where nobody watches.</summary>
public sealed class ProgressView(Screen screen, TimeProvider time)
{
    /// <summary>Columns of the figures beside the bar.</summary>
    private const int FigureColumns = 66;

    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(10);

    /// <summary>Follows a run until it has ended.</summary>
    /// <param name="follower">Looks at it.</param>
    /// <param name="testId">The run.</param>
    /// <param name="load">How long the load takes.</param>
    /// <param name="cancellation">Ends the watching.</param>
    public Task<RunView> FollowAsync(
        RunFollower follower,
        Guid testId,
        TimeSpan load,
        CancellationToken cancellation
    ) =>
        screen.IsWatched
            ? FollowWithBarAsync(follower, testId, load, cancellation)
            : FollowInLinesAsync(follower, testId, load, cancellation);

    private async Task<RunView> FollowWithBarAsync(
        RunFollower follower,
        Guid testId,
        TimeSpan load,
        CancellationToken cancellation
    )
    {
        RunView? last = null;
        var seconds = Math.Max(load.TotalSeconds, 1);
        await screen
            .Notices.Progress()
            .AutoClear(false)
            .HideCompleted(false)
            .Columns(
                new SpinnerColumn(),
                new ProgressBarColumn { Width = Math.Clamp(screen.Notices.Profile.Width - FigureColumns, 8, 40) },
                new TaskDescriptionColumn { Alignment = Justify.Left }
            )
            .StartAsync(async context =>
            {
                var bar = context.AddTask("starting", maxValue: seconds);
                await foreach (var run in follower.FollowAsync(testId, LookInterval, cancellation))
                {
                    last = run;
                    bar.Value = run.EndedAt is null
                        ? Math.Min(run.Progress?.Elapsed.TotalSeconds ?? 0, seconds)
                        : seconds;
                    bar.Description = Markup.Escape(Describe(run, load));
                }
            });
        return last!;
    }

    private async Task<RunView> FollowInLinesAsync(
        RunFollower follower,
        Guid testId,
        TimeSpan load,
        CancellationToken cancellation
    )
    {
        RunView? last = null;
        var lastLine = time.GetTimestamp();
        await foreach (var run in follower.FollowAsync(testId, LineInterval, cancellation))
        {
            last = run;
            if (!RunStates.IsEnd(run.Status) && time.GetElapsedTime(lastLine) >= LineInterval)
            {
                lastLine = time.GetTimestamp();
                screen.Notices.WriteLine("  " + Describe(run, load));
            }
        }
        return last!;
    }

    private static string Describe(RunView run, TimeSpan load) =>
        run switch
        {
            { Progress: { } now } => string.Create(
                CultureInfo.InvariantCulture,
                $"{Math.Min(now.Elapsed.TotalSeconds, load.TotalSeconds), 3:0}/{DurationText.Format(load)} {now.Vus, 3} VUs {now.RequestsPerSecond, 5:0} req/s  p95 {Milliseconds(now.P95Ms)}  errors {now.ErrorRate * 100:0.0} %"
            ),
            { Results.Metrics.Overall: { } whole } => string.Create(
                CultureInfo.InvariantCulture,
                $"{whole.Requests:#,0} requests {whole.ThroughputRps:0} req/s  p95 {Milliseconds(whole.Answered?.P95)}  errors {whole.ErrorRate * 100:0.0} %"
            ),
            { Status: RunStatus.Queued, QueuePosition: { } place } => string.Create(
                CultureInfo.InvariantCulture,
                $"waiting for a free slot, number {place} in the line"
            ),
            { EndedAt: not null } => "ended",
            _ => "starting the runner",
        };

    private static string Milliseconds(double? value) =>
        value is { } ms ? string.Create(CultureInfo.InvariantCulture, $"{ms:0.0} ms") : "–";
}
