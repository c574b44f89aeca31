using PerfGate.Core.K6Output;

namespace PerfGate.Core.Metrics;

/// <summary>
/// One second of a run over all its segments. Keeps the sketches as they came: a histogram for each second of a long run
/// would not fit into memory.
/// </summary>
internal sealed class SecondTotal
{
    private readonly Dictionary<int, int> _vusBySegment = [];
    private readonly List<DurationSketch> _answered = [];

    public long Requests { get; private set; }

    public long Failed { get; private set; }

    public long Dropped { get; private set; }

    public long Iterations { get; private set; }

    public IReadOnlyDictionary<int, int> VusBySegment => _vusBySegment;

    /// <summary>Whether load was seen: k6 also reports VUs while nothing happens.</summary>
    public bool HasLoad => Requests > 0 || Iterations > 0 || Dropped > 0;

    public void Add(int segment, SecondRecord record)
    {
        if (record.Vus is { } vus)
        {
            _vusBySegment[segment] = Math.Max(_vusBySegment.GetValueOrDefault(segment), vus);
        }
        Iterations += record.Iterations;
        Dropped += record.DroppedIterations;
        foreach (var request in record.Requests)
        {
            Requests += request.Requests;
            Failed += request.Failed;
            if (request.Answered.Count > 0)
            {
                _answered.Add(request.Answered);
            }
        }
    }

    public void AddAnsweredTo(DurationTotal total)
    {
        foreach (var sketch in _answered)
        {
            total.Add(sketch);
        }
    }
}
