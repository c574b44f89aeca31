using PerfGate.Core.K6Output;

namespace PerfGate.Core.Metrics;

/// <summary>
/// One second of a run, or some, over all its segments. Keeps durations in little room: a histogram for each second of a long run would not
/// fit into memory.
/// </summary>
internal sealed class SecondTotal
{
    // A second of many segments, or many seconds, have as many. Together they take a fraction.
    private const int MostHeld = 8;

    private readonly List<(int Segment, int Vus)> _vus = new(1);
    private readonly List<HeldDurations> _answered = [];

    public long Requests { get; private set; }

    public long Failed { get; private set; }

    public long Dropped { get; private set; }

    /// <summary>Most VUs of each segment that said anything of them.</summary>
    public IReadOnlyList<(int Segment, int Vus)> VusBySegment => _vus;

    /// <summary>Whether a record tells of load: k6 also reports VUs while nothing happens.</summary>
    public static bool IsLoad(SecondRecord record) =>
        record.Iterations > 0 || record.DroppedIterations > 0 || record.Requests.Any(request => request.Requests > 0);

    /// <summary>Adds a record.</summary>
    /// <param name="segment">Whose.</param>
    /// <param name="record">The record.</param>
    /// <param name="scratch">Lent for as long as it takes: a histogram is too large to be made for each second.</param>
    /// <exception cref="FormatException">A histogram in it is damaged.</exception>
    public void Add(int segment, SecondRecord record, DurationTotal scratch)
    {
        scratch.Clear();
        if (record.Vus is { } vus)
        {
            AddVus(segment, vus);
        }
        Dropped += record.DroppedIterations;
        foreach (var request in record.Requests)
        {
            Requests += request.Requests;
            Failed += request.Failed;
            scratch.Add(request.Answered);
        }
        if (scratch.Count > 0)
        {
            _answered.Add(new HeldDurations(scratch));
        }
        Condense(scratch);
    }

    /// <summary>Adds what a later one holds.</summary>
    public void Add(SecondTotal later, DurationTotal scratch)
    {
        foreach (var (segment, vus) in later._vus)
        {
            AddVus(segment, vus);
        }
        Dropped += later.Dropped;
        Requests += later.Requests;
        Failed += later.Failed;
        _answered.AddRange(later._answered);
        Condense(scratch);
    }

    public void AddAnsweredTo(DurationTotal total)
    {
        foreach (var durations in _answered)
        {
            total.Add(durations);
        }
    }

    private void Condense(DurationTotal scratch)
    {
        if (_answered.Count <= MostHeld)
        {
            return;
        }
        scratch.Clear();
        AddAnsweredTo(scratch);
        _answered.Clear();
        _answered.Add(new HeldDurations(scratch));
        _answered.TrimExcess();
    }

    private void AddVus(int segment, int vus)
    {
        var known = _vus.FindIndex(one => one.Segment == segment);
        if (known < 0)
        {
            _vus.Add((segment, vus));
        }
        else
        {
            _vus[known] = (segment, Math.Max(_vus[known].Vus, vus));
        }
    }
}
