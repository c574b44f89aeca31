using System.Diagnostics;
using PerfGate.Core.Requests;
using PerfGate.Core.Runners;
using PerfGate.Core.Sensitive;

namespace PerfGate.Adapters.Telemetry;

/// <summary>
/// Tells the spans of runners that had no collector of their own: when they began and ended is in their end records. They are told as
/// the runners' own would be, below the step that asked for the runner.
/// </summary>
internal static class UntoldRunners
{
    private const int LongestEngine = 100;

    // Clocks of two machines that somebody keeps differ by less.
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    private static readonly ActivitySource Source = new(RunnerSpans.Source, RunTelemetry.Version);

    /// <summary>Whether anybody listens.</summary>
    public static bool AreHeard => Source.HasListeners();

    /// <summary>Tells of a runner; of one that told itself, or whose times cannot be true, nothing.</summary>
    /// <param name="run">The run, looked up.</param>
    /// <param name="segment">The runner's segment, from 0.</param>
    /// <param name="end">Its end record.</param>
    /// <param name="now">Now, UTC.</param>
    public static void Tell(RunOrigin run, int segment, RunnerEnd end, DateTimeOffset now)
    {
        var asked = run.RunnerStartedAt ?? run.StartedAt ?? run.CreatedAt;
        if (
            end.Times?.Between(asked - Tolerance, now + Tolerance) is not { Runner: { } life } times
            || Source.StartActivity(
                RunnerSpans.Runner,
                ActivityKind.Consumer,
                ParentOf(run, times.Traceparent),
                startTime: life.Begun
            )
                is not { } span
        )
        {
            return;
        }
        using (span)
        {
            span.SetTag(TelemetryTags.RunId, run.Id.ToString());
            span.SetTag(RunnerSpans.SegmentTag, segment);
            span.SetTag(TelemetryTags.Engine, SensitiveText.Strip(end.Engine ?? "", LongestEngine));
            span.SetTag(RunnerSpans.EndTag, EnumText.Lower(end.Cause));
            if (RunnerSpans.IsError(end.Cause))
            {
                RunTelemetry.Fail(span, EnumText.Lower(end.Cause), end.Detail ?? "");
            }
            TellPart(RunnerSpans.CheckScript, times.CheckScript, span);
            TellPart(RunnerSpans.ApplyLoad, times.ApplyLoad, span);
            span.SetEndTime(life.Ended.UtcDateTime);
        }
    }

    private static void TellPart(string name, RunnerPeriod? part, Activity runner)
    {
        if (part is not null)
        {
            using var span = Source.StartActivity(name, ActivityKind.Internal, runner.Context, startTime: part.Begun);
            span?.SetEndTime(part.Ended.UtcDateTime);
        }
    }

    // A runner says which step asked for it, and may say anything: never one of another trace.
    private static ActivityContext ParentOf(RunOrigin run, string? traceparent)
    {
        var began = run.ParentOf(null);
        return
            ActivityContext.TryParse(traceparent, null, isRemote: true, out var asked) && asked.TraceId == began.TraceId
            ? asked
            : began;
    }
}
