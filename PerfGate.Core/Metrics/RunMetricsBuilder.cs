using PerfGate.Core.K6Output;
using PerfGate.Core.Runners;

namespace PerfGate.Core.Metrics;

/// <summary>
/// Merges what the segments of a run reported. Counts are added; percentiles come from merged histograms and are never
/// averaged. Where the run had a single segment, k6's own summary has the last word on the overall durations.
/// </summary>
public sealed class RunMetricsBuilder
{
    private readonly SortedDictionary<long, SecondTotal> _seconds = [];
    private readonly Dictionary<(string Scenario, string Group, string Endpoint), RequestTotal> _requests = [];
    private readonly Dictionary<string, (long Passes, long Fails)> _checks = [];
    private readonly Dictionary<(string Code, int Status, string Error), long> _failures = [];
    private readonly DurationTotal[] _phases = [new(), new(), new(), new(), new(), new()];
    private readonly HashSet<int> _segments = [];
    private double _sent;
    private double _received;

    /// <summary>Adds one record of a segment.</summary>
    /// <exception cref="FormatException">A histogram in it is damaged.</exception>
    public void Add(int segment, SecondRecord record)
    {
        _segments.Add(segment);
        if (!_seconds.TryGetValue(record.Second, out var second))
        {
            _seconds.Add(record.Second, second = new SecondTotal());
        }
        second.Add(segment, record);
        _sent += record.DataSent;
        _received += record.DataReceived;
        foreach (var request in record.Requests)
        {
            var key = (request.Scenario, request.Group, request.Endpoint);
            if (!_requests.TryGetValue(key, out var total))
            {
                _requests.Add(key, total = new RequestTotal());
            }
            total.Add(request);
        }
        foreach (var check in record.Checks)
        {
            var (passes, fails) = _checks.GetValueOrDefault(check.Name);
            _checks[check.Name] = (passes + check.Passes, fails + check.Fails);
        }
        foreach (var failure in record.Failures)
        {
            var key = (failure.ErrorCode, failure.Status, failure.Error);
            _failures[key] = _failures.GetValueOrDefault(key) + failure.Count;
        }
        AddPhases(record.Phases);
    }

    /// <summary>Adds a segment's series artifact; a cut last line is ignored.</summary>
    /// <exception cref="FormatException">A whole line is not a record.</exception>
    public void AddSeries(int segment, ReadOnlyMemory<byte> ndjson)
    {
        foreach (var record in SecondRecordJson.ReadLines(ndjson, out _))
        {
            Add(segment, record);
        }
    }

    /// <summary>The metrics of all that was added.</summary>
    /// <param name="summaries">The segments' summaries, as far as they were written.</param>
    /// <param name="ends">The segments' end records, as far as they were written.</param>
    public RunMetrics Build(IReadOnlyList<K6Summary> summaries, IReadOnlyList<RunnerEnd> ends)
    {
        // A summary speaks for the whole run only where the run was one segment.
        var own = summaries.Count == 1 && _segments.Count <= 1 && ends.Count <= 1 ? summaries[0] : null;
        var seconds = LoadLength.Seconds(_seconds, own);
        var overall = new RequestTotal();
        foreach (var requests in _requests.Values)
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
                .. _failures
                    .OrderByDescending(f => f.Value)
                    .ThenBy(f => f.Key.Code, StringComparer.Ordinal)
                    .Select(f => new FailureCount(f.Key.Code, f.Key.Status, f.Key.Error, f.Value)),
            ],
            Phases = new PhaseStats(
                _phases[0].Stats(),
                _phases[1].Stats(),
                _phases[2].Stats(),
                _phases[3].Stats(),
                _phases[4].Stats(),
                _phases[5].Stats()
            ),
            Checks =
            [
                .. _checks
                    .OrderBy(c => c.Key, StringComparer.Ordinal)
                    .Select(c => new CheckCount(c.Key, c.Value.Passes, c.Value.Fails)),
            ],
            Iterations = _seconds.Values.Sum(s => s.Iterations),
            DroppedIterations = _seconds.Values.Sum(s => s.Dropped),
            MaxVus = _seconds.Count == 0 ? 0 : RunSeries.Vus(_seconds).Max(),
            DataSentBytes = _sent,
            DataReceivedBytes = _received,
            Series = RunSeries.From(_seconds),
            LoadGenerator = LoadGenerators.Hardest(ends),
            K6Values = SummaryFigures.Merge(summaries),
            Source = SummaryFigures.Source(stats, own),
        };
    }

    private void AddPhases(PhaseSketches phases)
    {
        _phases[0].Add(phases.Blocked);
        _phases[1].Add(phases.Connecting);
        _phases[2].Add(phases.TlsHandshaking);
        _phases[3].Add(phases.Sending);
        _phases[4].Add(phases.Waiting);
        _phases[5].Add(phases.Receiving);
    }

    private Dictionary<string, RequestStats> By(
        Func<(string Scenario, string Group, string Endpoint), string> name,
        double seconds
    )
    {
        var totals = new SortedDictionary<string, RequestTotal>(StringComparer.Ordinal);
        foreach (var (key, requests) in _requests)
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
