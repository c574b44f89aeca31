using PerfGate.Core.K6Output;
using PerfGate.Core.Metrics;

namespace PerfGate.Core.Runners;

/// <summary>
/// How a running run is doing, from the records its segments have appended so far. Give it each record once; it keeps the
/// last seconds and the totals.
/// </summary>
public sealed class LiveProgress
{
    /// <summary>Seconds that the percentile and the error rate look back.</summary>
    public const int WindowSeconds = 10;

    private readonly SortedDictionary<long, SecondTotal> _recent = [];
    private readonly DurationTotal _scratch = new();
    private readonly Dictionary<int, long> _newestBySegment = [];
    private readonly Dictionary<int, (long Second, int Vus)> _vus = [];
    private long? _first;
    private long _requests;

    /// <summary>Adds a record of a segment.</summary>
    public void Add(int segment, SecondRecord record)
    {
        _first = Math.Min(_first ?? record.Second, record.Second);
        _newestBySegment[segment] = Math.Max(_newestBySegment.GetValueOrDefault(segment), record.Second);
        _requests += record.Requests.Sum(request => request.Requests);
        if (record.Vus is { } vus && record.Second >= _vus.GetValueOrDefault(segment).Second)
        {
            _vus[segment] = (record.Second, vus);
        }
        if (!_recent.TryGetValue(record.Second, out var second))
        {
            _recent.Add(record.Second, second = new SecondTotal());
        }
        second.Add(segment, record, _scratch);
        while (_recent.Count > 0 && _recent.First().Key <= Newest - (2 * WindowSeconds))
        {
            _recent.Remove(_recent.First().Key);
        }
    }

    /// <summary>The progress; null before the first record.</summary>
    public RunProgress? Current()
    {
        if (_first is not { } first)
        {
            return null;
        }
        // Where segments report at different speed, the last second that all have reported is whole.
        var newest = Newest;
        var durations = new DurationTotal();
        var (requests, failed) = (0L, 0L);
        foreach (var (second, total) in _recent)
        {
            if (second > newest - WindowSeconds && second <= newest)
            {
                requests += total.Requests;
                failed += total.Failed;
                total.AddAnsweredTo(durations);
            }
        }
        return new RunProgress(
            TimeSpan.FromSeconds(newest - first + 1),
            _vus.Values.Sum(vus => vus.Vus),
            _recent.TryGetValue(newest, out var last) ? last.Requests : 0,
            durations.Percentile(95),
            requests == 0 ? 0 : (double)failed / requests,
            _requests
        );
    }

    private long Newest => _newestBySegment.Values.Min();
}
