namespace PerfGate.K6.Metrics;

/// <summary>All values of one metric or submetric, condensed as k6's sinks do.</summary>
public sealed class Sink(Metric metric)
{
    private readonly List<double> _values = [];
    private bool _sorted;
    private double _sum;

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
                Minimum = Count == 0 ? value : Math.Min(Minimum, value);
                Maximum = Count == 0 ? value : Math.Max(Maximum, value);
                break;
            case MetricType.Rate:
                Passes += value != 0 ? 1 : 0;
                break;
            default:
                _sum += value;
                _values.Add(value);
                _sorted = false;
                break;
        }
        Count++;
    }

    private double Minimum { get; set; }

    private double Maximum { get; set; }

    /// <summary>A statistic as k6 names it; null where the metric's type has none of that name.</summary>
    /// <param name="name"><c>count</c>, <c>rate</c>, <c>value</c>, <c>avg</c>, <c>min</c>, <c>med</c>, <c>max</c>, <c>p(N)</c>.</param>
    /// <param name="seconds">Length of the test, for rates of counters.</param>
    public double? Statistic(string name, double seconds) =>
        (Metric.Type, name) switch
        {
            (MetricType.Counter, "count") => _sum,
            (MetricType.Counter, "rate") => seconds > 0 ? _sum / seconds : 0,
            (MetricType.Gauge, "value") => _sum,
            (MetricType.Gauge, "min") => Minimum,
            (MetricType.Gauge, "max") => Maximum,
            (MetricType.Rate, "rate") => Count == 0 ? 0 : (double)Passes / Count,
            (MetricType.Trend, "count") => Count,
            (MetricType.Trend, "avg") => Count == 0 ? 0 : _sum / Count,
            (MetricType.Trend, "min") => Percentile(0),
            (MetricType.Trend, "med") => Percentile(0.5),
            (MetricType.Trend, "max") => Percentile(1),
            (MetricType.Trend, _) when name.StartsWith("p(", StringComparison.Ordinal) => Percentile(
                double.Parse(name.AsSpan(2, name.Length - 3), System.Globalization.CultureInfo.InvariantCulture) / 100
            ),
            _ => null,
        };

    // Linear interpolation between the closest ranks, as k6 (metrics/sink.go, TrendSink.P).
    private double Percentile(double share)
    {
        if (_values.Count == 0)
        {
            return 0;
        }
        if (!_sorted)
        {
            _values.Sort();
            _sorted = true;
        }
        var rank = share * (_values.Count - 1);
        var low = (int)Math.Floor(rank);
        var high = Math.Min(low + 1, _values.Count - 1);
        return _values[low] + ((rank - low) * (_values[high] - _values[low]));
    }
}
