using System.Collections.Concurrent;
using System.Diagnostics;

namespace PerfGate.Tests.Telemetry;

/// <summary>Spans of this process that have ended, of some sources; those of other tests are among them.</summary>
internal sealed class HeardSpans : IDisposable
{
    private readonly ConcurrentQueue<Activity> _ended = [];
    private readonly ActivityListener _listener;

    public HeardSpans(params string[] sources)
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => sources.Contains(source.Name),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public List<Activity> Where(Func<Activity, bool> belongs) => [.. _ended.Where(belongs)];

    public void Dispose() => _listener.Dispose();
}
