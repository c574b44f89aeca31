using PerfGate.Core.K6Output;

namespace PerfGate.Core.Metrics;

/// <summary>Adds sketches of durations together.</summary>
internal sealed class DurationTotal
{
    private const double UnitsPerMillisecond = 1e6;

    private ValueCounts? _counts;
    private double _sum;
    private double _min = double.MaxValue;
    private double _max = double.MinValue;

    public long Count { get; private set; }

    public double Sum => _sum;

    /// <summary>The least; of no meaning where there is none.</summary>
    public double Min => _min;

    /// <summary>The greatest; of no meaning where there is none.</summary>
    public double Max => _max;

    /// <summary>Places of the scale that hold durations, in order, with their numbers.</summary>
    public IEnumerable<(int Index, long Count)> Held() => _counts?.Held() ?? [];

    public void Add(DurationSketch sketch)
    {
        if (sketch.Count == 0)
        {
            return;
        }
        // Made when first needed: most endpoints have no unexpected answer.
        _counts ??= new ValueCounts();
        sketch.AddTo(_counts);
        Count += sketch.Count;
        _sum += sketch.SumMs;
        _min = Math.Min(_min, sketch.MinMs);
        _max = Math.Max(_max, sketch.MaxMs);
    }

    public void Add(HeldDurations held)
    {
        _counts ??= new ValueCounts();
        held.AddTo(_counts);
        Count += held.Count;
        _sum += held.SumMs;
        _min = Math.Min(_min, held.MinMs);
        _max = Math.Max(_max, held.MaxMs);
    }

    public void Add(DurationTotal other)
    {
        if (other._counts is not { } counts)
        {
            return;
        }
        _counts ??= new ValueCounts();
        _counts.Add(counts);
        Count += other.Count;
        _sum += other._sum;
        _min = Math.Min(_min, other._min);
        _max = Math.Max(_max, other._max);
    }

    public void Clear()
    {
        _counts?.Clear();
        (Count, _sum, _min, _max) = (0, 0, double.MaxValue, double.MinValue);
    }

    /// <summary>
    /// Percentile, milliseconds, as k6 has it: between the two samples that it falls between, by how near it is to each. At
    /// most 0.1 % off that over the samples themselves (the middles of buckets are within 0.05 %) and never outside of what
    /// was seen; null where nothing was.
    /// </summary>
    /// <param name="percentile">0 to 100.</param>
    public double? Percentile(double percentile)
    {
        if (_counts is null || Count == 0)
        {
            return null;
        }
        // A damaged artifact may hold fewer samples than it says.
        var last = Math.Min(Count, _counts.Total) - 1;
        var place = percentile / 100 * last;
        var rank = (long)place;
        if (rank >= last)
        {
            return _max;
        }
        var (at, after) = _counts.AtRank(rank);
        // The first and the last sample are known exactly.
        var from = rank == 0 ? _min : at / UnitsPerMillisecond;
        var to = rank + 1 == last ? _max : after / UnitsPerMillisecond;
        return Math.Clamp(from + ((to - from) * (place - rank)), _min, _max);
    }

    public DurationStats? Stats() =>
        Count == 0
            ? null
            : new DurationStats(
                Count,
                _sum / Count,
                _min,
                Percentile(50)!.Value,
                _max,
                Percentile(90)!.Value,
                Percentile(95)!.Value,
                Percentile(99)!.Value
            );
}

/// <summary>Adds requests of one kind together.</summary>
internal sealed class RequestTotal
{
    public long Requests { get; private set; }

    public long Failed { get; private set; }

    public DurationTotal Answered { get; } = new();

    public DurationTotal Unexpected { get; } = new();

    public void Add(RequestRecord record)
    {
        Requests += record.Requests;
        Failed += record.Failed;
        Answered.Add(record.Answered);
        Unexpected.Add(record.Unexpected);
    }

    public void Add(RequestTotal other)
    {
        Requests += other.Requests;
        Failed += other.Failed;
        Answered.Add(other.Answered);
        Unexpected.Add(other.Unexpected);
    }

    public RequestStats Stats(double seconds)
    {
        var all = new DurationTotal();
        all.Add(Answered);
        all.Add(Unexpected);
        return new RequestStats(Requests, Failed, seconds > 0 ? Requests / seconds : 0, all.Stats(), Answered.Stats());
    }
}
