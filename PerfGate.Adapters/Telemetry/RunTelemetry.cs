using System.Diagnostics;
using System.Diagnostics.Metrics;
using PerfGate.Core.K6Output;
using PerfGate.Core.Sensitive;

namespace PerfGate.Adapters.Telemetry;

/// <summary>
/// What PerfGate tells of its runs: spans of the source <c>PerfGate</c> and measurements of the meter of the same name. Where
/// nobody listens both cost next to nothing.
/// </summary>
public static class RunTelemetry
{
    /// <summary>Name of the source and of the meter.</summary>
    public const string Name = "PerfGate";

    /// <summary>Version of both.</summary>
    public static readonly string Version = typeof(RunTelemetry).Assembly.GetName().Version!.ToString(3);

    private const string HushedParent = "perfgate.hushed.parent";
    private const int LongestMessage = 1000;

    private static readonly ActivitySource Source = new(Name, Version);
    private static readonly Meter Meter = new(Name, Version);

    /// <summary>Runs that got their slot.</summary>
    public static readonly Counter<long> Started = Meter.CreateCounter<long>(
        "perfgate.runs.started",
        "{run}",
        "Runs that got their slot."
    );

    /// <summary>Verdicts of runs that had their slot.</summary>
    public static readonly Counter<long> Verdicts = Meter.CreateCounter<long>(
        "perfgate.verdicts",
        "{verdict}",
        "Verdicts of runs that had their slot."
    );

    /// <summary>From acceptance to slot.</summary>
    public static readonly Histogram<double> QueueDuration = CreateHistogram(
        "perfgate.queue.duration",
        "Time from a run's acceptance to its slot.",
        [0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14400, 28800]
    );

    /// <summary>From the order to start runners to the load.</summary>
    public static readonly Histogram<double> RunnerStartDuration = CreateHistogram(
        "perfgate.runner.start.duration",
        "Time from the order to start a run's runners to the begin of its load.",
        [0.5, 1, 2, 3, 5, 10, 20, 30, 60, 90, 120, 180, 300, 600]
    );

    /// <summary>From slot to end.</summary>
    public static readonly Histogram<double> RunDuration = CreateHistogram(
        "perfgate.run.duration",
        "Time from a run's slot to its end.",
        [5, 10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 43200]
    );

    /// <summary>Whether anybody listens.</summary>
    public static bool IsHeard => Source.HasListeners() || Verdicts.Enabled;

    /// <summary>
    /// Where the current span stands, for others to go on from, as the W3C writes it; null where none is recorded.
    /// </summary>
    public static string? Traceparent() =>
        Activity.Current is not { } span ? null
        : span.Recorded ? span.Id
        : span.GetCustomProperty(HushedParent) as string;

    /// <summary>
    /// What is stored with a new run: the current span, recorded or not, for whoever asked for the request may have decided that
    /// already; null where nobody listens.
    /// </summary>
    internal static string? Origin() => Source.HasListeners() ? Activity.Current?.Id : null;

    /// <summary>Names the run that the current span, a request's, is about.</summary>
    public static void NameRun(Guid runId) => Activity.Current?.SetTag(TelemetryTags.RunId, runId.ToString());

    /// <summary>Begins a span of a run; null where nobody wants it.</summary>
    /// <param name="name">Its name: a step, or what carries the steps.</param>
    /// <param name="run">The run.</param>
    /// <param name="begun">When it began, UTC; now, where it is not given.</param>
    /// <param name="kind">Consumer where another process asked for it.</param>
    internal static Activity? Begin(
        string name,
        RunOrigin run,
        DateTimeOffset begun = default,
        ActivityKind kind = ActivityKind.Internal
    )
    {
        var parent = run.ParentOf(Activity.Current);
        // What a host began of its own, such as an invocation of a function, is another trace: it is pointed to.
        ActivityLink[] links =
            Activity.Current is { } other && other.TraceId != parent.TraceId ? [new ActivityLink(other.Context)] : [];
        var span = Source.StartActivity(name, kind, parent, links: links, startTime: begun);
        span?.SetTag(TelemetryTags.RunId, run.Id.ToString());
        span?.SetTag(TelemetryTags.TestType, run.TestType);
        span?.SetTag(TelemetryTags.Environment, run.Environment);
        return span;
    }

    /// <summary>
    /// A span that nobody is told of, nor of what happens within: for looks that see nothing new, of which a long run has
    /// thousands. Ends when it is disposed.
    /// </summary>
    internal static Activity Hush(string name, RunOrigin run)
    {
        var parent = run.ParentOf(Activity.Current);
        var hush = new Activity(name).SetParentId(parent.TraceId, parent.SpanId, ActivityTraceFlags.None);
        if (parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded))
        {
            // A look may find a runner lost and start it again: that one is told of.
            hush.SetCustomProperty(HushedParent, $"00-{parent.TraceId}-{parent.SpanId}-01");
        }
        return hush.Start();
    }

    /// <summary>Says on a span that it failed.</summary>
    internal static void Fail(Activity? span, Exception exception)
    {
        if (span is null)
        {
            return;
        }
        var message = SensitiveText.Strip(exception.Message, LongestMessage);
        Fail(span, exception.GetType().FullName!, message);
        span.AddEvent(
            new ActivityEvent(
                "exception",
                tags: new ActivityTagsCollection
                {
                    ["exception.type"] = exception.GetType().FullName,
                    ["exception.message"] = message,
                    ["exception.stacktrace"] = exception.StackTrace,
                }
            )
        );
    }

    /// <summary>Says on a span that it failed.</summary>
    internal static void Fail(Activity? span, string type, string message)
    {
        span?.SetTag(TelemetryTags.ErrorType, type);
        span?.SetStatus(ActivityStatusCode.Error, SensitiveText.Strip(message, LongestMessage));
    }

    private static Histogram<double> CreateHistogram(string name, string description, double[] bounds) =>
        Meter.CreateHistogram(
            name,
            "s",
            description,
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = bounds }
        );
}
