using PerfGate.Core.K6Output;

namespace PerfGate.Core.Thresholds;

/// <summary>
/// Holds a load against its <see cref="EarlyStopBounds"/> as its seconds come in. A bound counts as crossed where the whole last
/// window is beyond it, so that a hiccup ends nothing.
/// </summary>
public sealed class EarlyStopWatch(EarlyStopBounds bounds)
{
    /// <summary>Fewer requests in a window say nothing.</summary>
    public const long FewestRequests = 20;

    private readonly SortedDictionary<long, Tally> _seconds = [];
    private readonly int _window = (int)Math.Ceiling(bounds.Window.TotalSeconds);
    private long? _first;

    /// <summary>Adds a record; says why the load is to end now, or null.</summary>
    public EarlyStop? Add(SecondRecord record)
    {
        _first = _first < record.Second ? _first : record.Second;
        var tally = _seconds.GetValueOrDefault(record.Second);
        foreach (var request in record.Requests)
        {
            tally = new Tally(
                tally.Requests + request.Requests,
                tally.Failed + request.Failed,
                tally.Durations + request.Answered.Count + request.Unexpected.Count,
                tally.SumMs + request.Answered.SumMs + request.Unexpected.SumMs
            );
        }
        _seconds[record.Second] = tally;
        var last = _seconds.Keys.Last();
        foreach (var old in _seconds.Keys.TakeWhile(second => second <= last - _window).ToList())
        {
            _seconds.Remove(old);
        }
        return last - _first + 1 < _window ? null : Judge();
    }

    private EarlyStop? Judge()
    {
        var requests = _seconds.Values.Sum(second => second.Requests);
        if (requests < FewestRequests)
        {
            return null;
        }
        var failed = (double)_seconds.Values.Sum(second => second.Failed) / requests;
        if (failed > bounds.ErrorRate)
        {
            return new EarlyStop(EarlyStopKind.ErrorRate, failed, bounds.ErrorRate, _window, requests);
        }
        var durations = _seconds.Values.Sum(second => second.Durations);
        var average = durations == 0 ? 0 : _seconds.Values.Sum(second => second.SumMs) / durations;
        return average > bounds.ResponseTime
            ? new EarlyStop(EarlyStopKind.ResponseTime, average, bounds.ResponseTime, _window, requests)
            : null;
    }

    private readonly record struct Tally(long Requests, long Failed, long Durations, double SumMs);
}
