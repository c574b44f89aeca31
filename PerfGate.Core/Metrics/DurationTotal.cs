using HdrHistogram;
using PerfGate.Core.K6Output;

namespace PerfGate.Core.Metrics;

/// <summary>Adds sketches of durations together.</summary>
internal sealed class DurationTotal
{
    private LongHistogram? _histogram;
    private double _sum;
    private double _min = double.MaxValue;
    private double _max;

    public long Count { get; private set; }

    public void Add(DurationSketch sketch)
    {
        if (sketch.Count == 0)
        {
            return;
        }
        // Made when first needed: most endpoints have no unexpected answer.
        _histogram ??= new LongHistogram(DurationSketch.HighestMicroseconds, DurationSketch.Digits);
        sketch.AddTo(_histogram);
        Count += sketch.Count;
        _sum += sketch.SumMs;
        _min = Math.Min(_min, sketch.MinMs);
        _max = Math.Max(_max, sketch.MaxMs);
    }

    public void Add(DurationTotal other)
    {
        if (other._histogram is not { } histogram)
        {
            return;
        }
        _histogram ??= new LongHistogram(DurationSketch.HighestMicroseconds, DurationSketch.Digits);
        _histogram.Add(histogram);
        Count += other.Count;
        _sum += other._sum;
        _min = Math.Min(_min, other._min);
        _max = Math.Max(_max, other._max);
    }

    public void Clear()
    {
        _histogram?.Reset();
        (Count, _sum, _min, _max) = (0, 0, double.MaxValue, 0);
    }

    /// <summary>Percentile, milliseconds, at most 0.1 % off and never outside of what was seen; null where nothing was.</summary>
    public double? Percentile(double percentile) =>
        Count == 0 ? null : Math.Clamp(_histogram!.GetValueAtPercentile(percentile) / 1000d, _min, _max);

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
