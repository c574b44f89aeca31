using PerfGate.Core.Thresholds;

namespace PerfGate.K6.Metrics;

/// <summary>Condenses samples into sinks, by metric and by the submetrics that thresholds ask for.</summary>
public sealed class MetricEngine : ISampleOutput
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Metric, List<(K6MetricSelector? Selector, string Name, Sink Sink)>> _sinks = [];
    private readonly Dictionary<TagSet, Dictionary<string, bool>> _matches = [];

    /// <summary>The groups and checks seen.</summary>
    public CheckTree Checks { get; } = new();

    /// <summary>Watches part of a metric.</summary>
    public void Watch(Metric metric, K6MetricSelector selector, string name)
    {
        lock (_lock)
        {
            SinksOf(metric).Add((selector, name, new Sink(metric)));
        }
    }

    /// <inheritdoc />
    public void Add(ReadOnlySpan<Sample> samples)
    {
        lock (_lock)
        {
            foreach (ref readonly var sample in samples)
            {
                foreach (var (selector, name, sink) in SinksOf(sample.Metric))
                {
                    if (selector is null || Matches(selector, name, sample.Tags))
                    {
                        sink.Add(sample.Value);
                    }
                }
                if (sample.Metric.Name == "checks" && sample.Tags.Find("check") is { } check)
                {
                    Checks.Add(sample.Tags.Find("group") ?? "", check, sample.Value != 0);
                }
                else if (sample.Metric.Name == "group_duration")
                {
                    Checks.Group(sample.Tags.Find("group") ?? "");
                }
            }
        }
    }

    /// <inheritdoc />
    public void Flush() { }

    /// <summary>Reads what has been gathered, while nothing is added.</summary>
    public T Read<T>(Func<IEnumerable<(string Name, Sink Sink)>, T> read)
    {
        lock (_lock)
        {
            return read(_sinks.Values.SelectMany(sinks => sinks).Select(entry => (entry.Name, entry.Sink)));
        }
    }

    private List<(K6MetricSelector? Selector, string Name, Sink Sink)> SinksOf(Metric metric)
    {
        if (!_sinks.TryGetValue(metric, out var sinks))
        {
            sinks = [(null, metric.Name, new Sink(metric))];
            _sinks[metric] = sinks;
        }
        return sinks;
    }

    private bool Matches(K6MetricSelector selector, string name, TagSet tags)
    {
        if (!_matches.TryGetValue(tags, out var known))
        {
            known = [];
            _matches[tags] = known;
        }
        if (!known.TryGetValue(name, out var matches))
        {
            matches = selector.Tags.All(tag =>
                tags.Find(tag.Key) is { } value ? value == tag.Value : tag.Value.Length == 0
            );
            known[name] = matches;
        }
        return matches;
    }
}
