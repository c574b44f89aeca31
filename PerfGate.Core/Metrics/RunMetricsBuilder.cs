using PerfGate.Core.K6Output;
using PerfGate.Core.Runners;
using PerfGate.Core.Thresholds;

namespace PerfGate.Core.Metrics;

/// <summary>
/// Merges what the segments of a run reported. Counts are added; percentiles come from merged histograms and are never
/// averaged. Where the run had a single segment, k6's own summary has the last word on the overall durations.
/// </summary>
public sealed class RunMetricsBuilder
{
    private readonly SecondTotals _seconds = new();
    private readonly SecondSpan _span = new();
    private readonly RecordTotals _totals = new();
    private readonly HashSet<int> _segments = [];
    private readonly Dictionary<string, string> _types = [];

    /// <summary>Adds one record of a segment.</summary>
    /// <exception cref="FormatException">A histogram in it is damaged, or it lies more than 31 days from another.</exception>
    public void Add(int segment, SecondRecord record)
    {
        _span.Add(record.Second);
        _segments.Add(segment);
        _seconds.Add(segment, record);
        _totals.Add(record);
    }

    /// <summary>Says of which type metrics are (<c>counter</c>, <c>gauge</c>, <c>rate</c>, <c>trend</c>), where it is known.</summary>
    public void AddTypes(IReadOnlyDictionary<string, string> types)
    {
        foreach (var (metric, type) in types)
        {
            _types[metric] = type;
        }
    }

    /// <summary>The metrics of all that was added.</summary>
    /// <param name="summaries">The segments' summaries, as far as they were written.</param>
    /// <param name="ends">The segments' end records, as far as they were written.</param>
    /// <param name="settings">The bounds that will be judged: values that only they ask for are made as well.</param>
    public RunMetrics Build(
        IReadOnlyList<K6Summary> summaries,
        IReadOnlyList<RunnerEnd> ends,
        ThresholdSettings? settings = null
    )
    {
        // A summary speaks for the whole run only where the run was one segment.
        var own = summaries.Count == 1 && _segments.Count <= 1 && ends.Count <= 1 ? summaries[0] : null;
        var seconds = LoadLength.Seconds(_seconds, own);
        var overall = new RequestTotal();
        foreach (var requests in _totals.Requests.Values)
        {
            overall.Add(requests);
        }
        var stats = overall.Stats(seconds);
        return new RunMetrics
        {
            DurationSeconds = seconds,
            Overall = own is null ? stats : SummaryFigures.Over(stats, own),
            ByScenario = By(key => key.Scenario, seconds),
            ByGroup = By(key => key.Group, seconds),
            ByEndpoint = By(key => key.Endpoint, seconds),
            Failures =
            [
                .. _totals
                    .Failures.OrderByDescending(f => f.Value)
                    .ThenBy(f => f.Key.Code, StringComparer.Ordinal)
                    .Select(f => new FailureCount(f.Key.Code, f.Key.Status, f.Key.Error, f.Value)),
            ],
            Phases = _totals.PhaseStats(),
            Checks = [.. _totals.Checks.OrderBy(check => check.Name, StringComparer.Ordinal)],
            Iterations = _totals.Iterations,
            DroppedIterations = _totals.Dropped,
            MaxVus = _seconds.InOrder().Select(stretch => stretch.Vus).DefaultIfEmpty().Max(),
            DataSentBytes = _totals.DataSent,
            DataReceivedBytes = _totals.DataReceived,
            Series = RunSeries.From(_seconds),
            LoadGenerator = LoadGenerators.Hardest(ends),
            K6Values = Values(summaries, seconds, settings ?? ThresholdSettings.Default),
            Source = SummaryFigures.Source(stats, own),
        };
    }

    private IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> Values(
        IReadOnlyList<K6Summary> summaries,
        double seconds,
        ThresholdSettings settings
    )
    {
        var types = new Dictionary<string, string>(_types);
        foreach (var (metric, values) in summaries.SelectMany(summary => summary.Metrics))
        {
            types.TryAdd(metric, SummaryFigures.TypeOf(values));
        }
        // Where a segment left none, the others' would be taken for the whole.
        IReadOnlyList<K6Summary> whole = summaries.Count >= _segments.Count ? summaries : [];
        return new DerivedValues(_totals, seconds, types, settings).AddTo(SummaryFigures.Merge(whole));
    }

    private Dictionary<string, RequestStats> By(
        Func<(string Scenario, string Group, string Endpoint), string> name,
        double seconds
    )
    {
        var totals = new SortedDictionary<string, RequestTotal>(StringComparer.Ordinal);
        foreach (var (key, requests) in _totals.Requests)
        {
            // Requests of setup have no scenario, those outside of groups no group.
            if (name(key) is not { Length: > 0 } part)
            {
                continue;
            }
            if (!totals.TryGetValue(part, out var total))
            {
                totals.Add(part, total = new RequestTotal());
            }
            total.Add(requests);
        }
        return totals.ToDictionary(total => total.Key, total => total.Value.Stats(seconds));
    }
}
