using System.Globalization;
using System.Runtime.InteropServices;

namespace PerfGate.K6.Metrics;

/// <summary>
/// All values of one metric or submetric, condensed as k6's sinks do (<c>metrics/sink.go</c>). Of a trend k6 keeps every value; here
/// that is so up to <see cref="MostKept"/>, and from there on percentiles are within 0.013 %.
/// </summary>
public sealed class Sink(Metric metric)
{
    /// <summary>Values of a trend that are kept as they are.</summary>
    public const int MostKept = 100_000;

    private List<double> _values = [];
    private ManyValues? _many;
    private int _sorted;
    private double _sum;
    private double _minimum;
    private double _maximum;

    /// <summary>A rate that is known already.</summary>
    internal Sink(Metric metric, long passes, long fails)
        : this(metric)
    {
        Passes = passes;
        Count = passes + fails;
    }

    /// <summary>The metric.</summary>
    public Metric Metric { get; } = metric;

    /// <summary>Values taken in.</summary>
    public long Count { get; private set; }

    /// <summary>Values that are not zero (rates).</summary>
    public long Passes { get; private set; }

    /// <summary>Takes a value in.</summary>
    public void Add(double value)
    {
        switch (Metric.Type)
        {
            case MetricType.Counter:
                _sum += value;
                break;
            case MetricType.Gauge:
                _sum = value;
                Extend(value);
                break;
            case MetricType.Rate:
                Passes += value != 0 ? 1 : 0;
                break;
            default:
                _sum += value;
                Keep(value);
                Extend(value);
                break;
        }
        Count++;
    }

    /// <summary>A statistic as k6 names it, 0 where there was no sample; null where the metric's type has none of that name.</summary>
    /// <param name="name"><c>count</c>, <c>rate</c>, <c>value</c>, <c>avg</c>, <c>min</c>, <c>med</c>, <c>max</c>, <c>p(N)</c>.</param>
    /// <param name="seconds">Length of the test, for rates of counters.</param>
    public double? Statistic(string name, double seconds) =>
        (Metric.Type, name) switch
        {
            (MetricType.Counter, "count") => _sum,
            (MetricType.Counter, "rate") => seconds > 0 ? _sum / seconds : 0,
            (MetricType.Gauge, "value") => _sum,
            (MetricType.Gauge, "min") => _minimum,
            (MetricType.Gauge, "max") => _maximum,
            (MetricType.Rate, "rate") => Count == 0 ? 0 : (double)Passes / Count,
            (MetricType.Trend, "count") => Count,
            (MetricType.Trend, "avg") => Count == 0 ? 0 : _sum / Count,
            (MetricType.Trend, "min") => _minimum,
            (MetricType.Trend, "med") => Percentile(0.5),
            (MetricType.Trend, "max") => _maximum,
            (MetricType.Trend, _) when name.StartsWith("p(", StringComparison.Ordinal) => Percentile(
                double.Parse(name.AsSpan(2, name.Length - 3), CultureInfo.InvariantCulture) / 100
            ),
            _ => null,
        };

    /// <summary>Linear interpolation between the closest ranks, as k6 (<c>TrendSink.P</c>).</summary>
    /// <param name="share">0 to 1.</param>
    private double Percentile(double share)
    {
        if (_many is not null)
        {
            return OfMany(_many, share);
        }
        if (_values.Count == 0)
        {
            return 0;
        }
        Sort();
        var rank = share * (_values.Count - 1.0);
        var low = _values[(int)Math.Floor(rank)];
        var high = _values[(int)Math.Ceiling(rank)];
        return low + ((high - low) * (rank - Math.Floor(rank)));
    }

    private double OfMany(ManyValues many, double share)
    {
        var rank = share * (many.Count - 1.0);
        if (rank >= many.Count - 1)
        {
            return _maximum;
        }
        var (at, after) = many.AtRank((long)Math.Floor(rank));
        return Math.Clamp(at + ((after - at) * (rank - Math.Floor(rank))), _minimum, _maximum);
    }

    private void Keep(double value)
    {
        if (_many is null && _values.Count < MostKept)
        {
            _values.Add(value);
            return;
        }
        if (_many is null)
        {
            _many = new ManyValues();
            _values.ForEach(_many.Add);
            _values = [];
        }
        _many.Add(value);
    }

    private void Extend(double value)
    {
        _minimum = Count == 0 ? value : Math.Min(_minimum, value);
        _maximum = Count == 0 ? value : Math.Max(_maximum, value);
    }

    // Thresholds ask every two seconds: what was sorted then is merged with what came since, from the back.
    private void Sort()
    {
        if (_sorted == _values.Count)
        {
            return;
        }
        var all = CollectionsMarshal.AsSpan(_values);
        all[_sorted..].Sort();
        if (_sorted > 0)
        {
            var fresh = all[_sorted..].ToArray();
            var (old, at) = (_sorted - 1, all.Length - 1);
            for (var next = fresh.Length - 1; next >= 0; at--)
            {
                all[at] = old >= 0 && all[old] > fresh[next] ? all[old--] : fresh[next--];
            }
        }
        _sorted = all.Length;
    }
}
