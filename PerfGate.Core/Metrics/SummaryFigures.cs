using PerfGate.Core.K6Output;

namespace PerfGate.Core.Metrics;

/// <summary>What k6's own summary adds to the condensed series.</summary>
internal static class SummaryFigures
{
    private const string Duration = "http_req_duration";
    private const string AnsweredDuration = "http_req_duration{expected_response:true}";

    private static readonly string[] MergedStatistics = ["count", "rate", "passes", "fails", "value", "min", "max"];

    /// <summary>The overall figures with what the summary says exactly in place of what histograms say nearly.</summary>
    public static RequestStats Over(RequestStats stats, K6Summary summary) =>
        Agrees(stats, summary)
            ? stats with
            {
                All = Over(stats.All, summary, Duration),
                Answered = Over(stats.Answered, summary, AnsweredDuration),
            }
            : stats;

    public static string Source(RequestStats stats, K6Summary? summary) =>
        summary is null ? "merged HdrHistograms, percentiles within 0.1 %"
        : Agrees(stats, summary)
            ? "k6's own summary over all, exact; by scenario, group, endpoint and second: HdrHistograms, percentiles within 0.1 %"
        : FormattableString.Invariant(
            $"HdrHistograms, percentiles within 0.1 %; k6's own summary counts {summary.Value("http_reqs", "count") ?? 0:0} requests, the samples {stats.Requests}"
        );

    /// <summary>Values by metric and statistic. Of several summaries only what can be merged: counts, rates, extremes.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> Merge(
        IReadOnlyList<K6Summary> summaries
    ) =>
        summaries.Count == 1
            ? summaries[0].Metrics.ToDictionary(metric => metric.Key, metric => metric.Value.Values)
            : summaries
                .SelectMany(summary => summary.Metrics)
                .GroupBy(metric => metric.Key)
                .ToDictionary(
                    metric => metric.Key,
                    metric => (IReadOnlyDictionary<string, double>)MergeValues([.. metric.Select(m => m.Value.Values)])
                );

    /// <summary>k6's type of a metric, by the values that its summary gives it.</summary>
    public static string TypeOf(K6Metric metric) =>
        metric.Values.ContainsKey("avg") ? "trend"
        : metric.Values.ContainsKey("passes") ? "rate"
        : metric.Values.ContainsKey("count") ? "counter"
        : "gauge";

    private static bool Agrees(RequestStats stats, K6Summary summary) =>
        (long)(summary.Value("http_reqs", "count") ?? 0) == stats.Requests;

    private static DurationStats? Over(DurationStats? stats, K6Summary summary, string metric)
    {
        if (stats is null)
        {
            return null;
        }
        double Exact(string statistic, double otherwise) => summary.Value(metric, statistic) ?? otherwise;
        return new DurationStats(
            stats.Count,
            Exact("avg", stats.Avg),
            Exact("min", stats.Min),
            Exact("med", stats.Med),
            Exact("max", stats.Max),
            Exact("p(90)", stats.P90),
            Exact("p(95)", stats.P95),
            Exact("p(99)", stats.P99)
        );
    }

    private static Dictionary<string, double> MergeValues(IReadOnlyList<IReadOnlyDictionary<string, double>> values)
    {
        var isRate = values.Any(v => v.ContainsKey("passes"));
        var merged = new Dictionary<string, double>();
        foreach (var statistic in MergedStatistics)
        {
            var all = values.Where(v => v.ContainsKey(statistic)).Select(v => v[statistic]).ToList();
            if (all.Count > 0)
            {
                merged[statistic] = statistic switch
                {
                    "min" => all.Min(),
                    "max" => all.Max(),
                    _ => all.Sum(),
                };
            }
        }
        if (isRate)
        {
            var total = merged["passes"] + merged.GetValueOrDefault("fails");
            merged["value"] = merged["rate"] = total > 0 ? merged["passes"] / total : 0;
        }
        return merged;
    }
}
