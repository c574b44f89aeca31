using PerfGate.Core.Thresholds;

namespace PerfGate.K6.Metrics;

/// <summary>
/// Condenses samples into sinks, by metric and by the submetrics that are watched (k6's <c>internal/metrics/engine</c>).
/// </summary>
public sealed class MetricEngine : ISampleOutput
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Metric, Observed> _metrics = [];

    /// <summary>The groups and checks seen.</summary>
    public CheckTree Checks { get; } = new();

    /// <summary>
    /// Has a metric's sink there from the start, although no sample may come: k6 shows metrics with thresholds in any case.
    /// </summary>
    public void Watch(Metric metric)
    {
        lock (_lock)
        {
            Of(metric);
        }
    }

    /// <summary>Watches part of a metric. A part that is watched already, under whatever name, keeps its name.</summary>
    /// <returns>The name of the submetric.</returns>
    public string Watch(Metric metric, K6MetricSelector selector, string name)
    {
        lock (_lock)
        {
            var submetrics = Of(metric).Submetrics;
            var known = submetrics.Find(submetric => submetric.Selects(selector.Tags));
            if (known is null)
            {
                known = new Submetric(selector.Tags, name, new Sink(metric));
                submetrics.Add(known);
            }
            return known.Name;
        }
    }

    /// <inheritdoc />
    public void Add(ReadOnlySpan<Sample> samples)
    {
        lock (_lock)
        {
            foreach (ref readonly var sample in samples)
            {
                var observed = Of(sample.Metric);
                observed.Sink.Add(sample.Value);
                foreach (var submetric in observed.Submetrics)
                {
                    if (submetric.Matches(sample.Tags))
                    {
                        submetric.Sink.Add(sample.Value);
                    }
                }
                if (observed.IsChecks && sample.Tags.Find("check") is { } check)
                {
                    Checks.Add(sample.Tags.Find("group"), check, sample.Value != 0);
                }
                else if (observed.IsGroups && sample.Tags.Find("group") is { } group)
                {
                    Checks.Group(group);
                }
            }
        }
    }

    /// <inheritdoc />
    public void Flush() { }

    /// <summary>Reads metrics and submetrics with their sinks, in order of appearance, while nothing is added.</summary>
    public T Read<T>(Func<IEnumerable<(string Name, Sink Sink)>, T> read)
    {
        lock (_lock)
        {
            return read(
                _metrics.Values.SelectMany(observed =>
                    observed
                        .Submetrics.Select(submetric => (submetric.Name, submetric.Sink))
                        .Prepend((observed.Sink.Metric.Name, observed.Sink))
                )
            );
        }
    }

    private Observed Of(Metric metric)
    {
        if (!_metrics.TryGetValue(metric, out var observed))
        {
            observed = new Observed(new Sink(metric));
            _metrics[metric] = observed;
        }
        return observed;
    }

    private sealed class Observed(Sink sink)
    {
        public Sink Sink { get; } = sink;
        public List<Submetric> Submetrics { get; } = [];
        public bool IsChecks { get; } = sink.Metric.Name == "checks";
        public bool IsGroups { get; } = sink.Metric.Name == "group_duration";
    }

    private sealed class Submetric(IReadOnlyDictionary<string, string> tags, string name, Sink sink)
    {
        // Tag sets that differ from request to request must not fill the memory with answers.
        private const int MostAnswers = 10_000;

        private readonly Dictionary<TagSet, bool> _answers = [];

        public string Name { get; } = name;
        public Sink Sink { get; } = sink;

        public bool Selects(IReadOnlyDictionary<string, string> other) =>
            other.Count == tags.Count && other.All(tag => tags.GetValueOrDefault(tag.Key) == tag.Value);

        public bool Matches(TagSet sample)
        {
            if (_answers.TryGetValue(sample, out var matches))
            {
                return matches;
            }
            matches = tags.All(tag => sample.Find(tag.Key) == tag.Value);
            if (_answers.Count >= MostAnswers)
            {
                _answers.Clear();
            }
            _answers[sample] = matches;
            return matches;
        }
    }
}
