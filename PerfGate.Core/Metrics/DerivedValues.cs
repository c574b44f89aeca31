using System.Globalization;
using PerfGate.Core.K6Output;
using PerfGate.Core.Requests;
using PerfGate.Core.Thresholds;

namespace PerfGate.Core.Metrics;

/// <summary>
/// Values that k6's summary would have, made from the records: for segments whose summaries cannot be merged (a percentile of
/// several is none of the whole), for samples that came without a summary, and for statistics that a summary leaves out (a
/// threshold on p(99) does not put p(99) into it).
/// </summary>
internal sealed class DerivedValues(
    RecordTotals totals,
    double seconds,
    IReadOnlyDictionary<string, string> types,
    ThresholdSettings settings
)
{
    // Percentiles know values up to an hour of milliseconds.
    private const double Highest = 3_600_000;

    private readonly SortedSet<double> _percentiles =
    [
        90,
        95,
        99,
        .. settings
            .K6.Values.SelectMany(expressions => expressions)
            .Select(text =>
                K6ThresholdExpression.TryParse(text, out var expression, out _) ? expression.Percentile : null
            )
            .OfType<double>(),
    ];

    /// <summary>The values given, with those that they lack and the records tell.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> AddTo(
        IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> values
    )
    {
        var all = values.ToDictionary(metric => metric.Key, metric => new Dictionary<string, double>(metric.Value));
        foreach (var (metric, derived) in All())
        {
            if (!all.TryGetValue(metric, out var known))
            {
                all.Add(metric, known = []);
            }
            foreach (var (statistic, value) in derived)
            {
                known.TryAdd(statistic, value);
            }
        }
        return all.ToDictionary(metric => metric.Key, IReadOnlyDictionary<string, double> (metric) => metric.Value);
    }

    private IEnumerable<(string Metric, IEnumerable<(string Statistic, double Value)> Values)> All()
    {
        foreach (var metric in new[] { "http_req_duration", "http_reqs", "http_req_failed" })
        {
            yield return (metric, OfRequests(metric, new Dictionary<string, string>()));
        }
        yield return (
            "http_req_duration{expected_response:true}",
            OfRequests("http_req_duration", new Dictionary<string, string> { ["expected_response"] = "true" })
        );
        foreach (var text in settings.K6.Keys)
        {
            if (K6MetricSelector.TryParse(text, out var selector, out _) && selector.Tags.Count > 0)
            {
                yield return (text, OfRequests(selector.Metric, selector.Tags));
            }
        }
        foreach (var (metric, durations) in totals.Phases)
        {
            yield return (metric, Trend(durations));
        }
        yield return ("checks", Rate(totals.CheckPasses, totals.CheckPasses + totals.CheckFails));
        yield return ("iterations", Counter(totals.Iterations));
        // k6 tells of drops only where there are any.
        yield return ("dropped_iterations", totals.Iterations > 0 ? Counted(totals.Dropped) : Counter(totals.Dropped));
        yield return ("data_sent", Counter(totals.DataSent));
        yield return ("data_received", Counter(totals.DataReceived));
        foreach (var (metric, own) in totals.Custom)
        {
            yield return (
                metric,
                OfType(types.GetValueOrDefault(metric, K6Metrics.Types.GetValueOrDefault(metric, "")), own)
            );
        }
    }

    /// <summary>Of the requests with these tags; nothing where records do not tell them apart by one of these.</summary>
    private IEnumerable<(string, double)> OfRequests(string metric, IReadOnlyDictionary<string, string> tags)
    {
        if (tags.Keys.Any(tag => tag is not ("scenario" or "group" or "expected_response")))
        {
            return [];
        }
        var total = new RequestTotal();
        foreach (var (key, requests) in totals.Requests)
        {
            if (
                (!tags.TryGetValue("scenario", out var scenario) || scenario == key.Scenario)
                && (!tags.TryGetValue("group", out var group) || Group(group) == key.Group)
            )
            {
                total.Add(requests);
            }
        }
        var expected = tags.GetValueOrDefault("expected_response");
        switch (metric)
        {
            case "http_req_duration":
                var durations = new DurationTotal();
                if (expected is null or "true")
                {
                    durations.Add(total.Answered);
                }
                if (expected is null or "false")
                {
                    durations.Add(total.Unexpected);
                }
                return Trend(durations);
            case "http_reqs" when expected is null:
                return Counter(total.Requests);
            case "http_req_failed" when expected is null:
                return Rate(total.Failed, total.Requests);
            default:
                return [];
        }
    }

    private static string Group(string path) => path.StartsWith("::", StringComparison.Ordinal) ? path[2..] : path;

    private IEnumerable<(string, double)> OfType(string type, CustomTotal own) =>
        type switch
        {
            "counter" => Counter(own.Values.Sum),
            "rate" => Rate(own.NotZero, own.Values.Count),
            // The last of several segments' values is nobody's.
            "gauge" => [],
            // A type that nobody told: whoever asks for a percentile knows that it is a trend.
            _ => Trend(own.Values),
        };

    private IEnumerable<(string, double)> Counter(double count) => count == 0 ? [] : Counted(count);

    private IEnumerable<(string, double)> Counted(double count) =>
        seconds > 0 ? [("count", count), ("rate", count / seconds)] : [("count", count)];

    private static IEnumerable<(string, double)> Rate(long matches, long all) =>
        all == 0
            ? []
            :
            [
                ("passes", matches),
                ("fails", all - matches),
                ("rate", (double)matches / all),
                ("value", (double)matches / all),
            ];

    private IEnumerable<(string, double)> Trend(DurationTotal total)
    {
        if (total.Stats() is not { } stats)
        {
            yield break;
        }
        yield return ("count", stats.Count);
        yield return ("avg", stats.Avg);
        yield return ("min", stats.Min);
        yield return ("max", stats.Max);
        if (stats.Min < 0 || stats.Max > Highest)
        {
            yield break;
        }
        yield return ("med", stats.Med);
        foreach (var percentile in _percentiles)
        {
            yield return (
                string.Create(CultureInfo.InvariantCulture, $"p({percentile})"),
                total.Percentile(percentile)!.Value
            );
        }
    }
}
