using System.Diagnostics.CodeAnalysis;
using PerfGate.Core.K6Output;

namespace PerfGate.Core.Metrics;

/// <summary>What a summary alone tells of a run: totals, no seconds, no parts.</summary>
public static class SummaryMetrics
{
    private const string AnsweredDuration = "http_req_duration{expected_response:true}";
    private static readonly string[] Needed = ["avg", "min", "med", "max", "p(90)", "p(95)"];

    /// <summary>The metrics; false with the problem where the summary lacks what a judgement needs.</summary>
    public static bool TryMake(
        K6Summary summary,
        [NotNullWhen(true)] out RunMetrics? metrics,
        [NotNullWhen(false)] out string? problem
    )
    {
        metrics = null;
        var requests = (long)(summary.Value("http_reqs", "count") ?? 0);
        // http_req_failed counts failures as passes: it is the rate of failing.
        var failed = (long)(summary.Value("http_req_failed", "passes") ?? 0);
        var answered = requests - failed;
        var seconds = summary.DurationSeconds ?? 0;
        // Where nothing failed, all were answered; otherwise refused ones at 0 ms are among them.
        var answeredMetric =
            summary.Metrics.ContainsKey(AnsweredDuration) || failed > 0 ? AnsweredDuration : "http_req_duration";
        problem =
            requests > 0 && failed > requests ? "its http_req_failed counts more requests than http_reqs"
            : requests > 0 && !summary.Metrics.ContainsKey("http_req_failed") ? "it has no http_req_failed"
            : requests > 0 && seconds <= 0 ? "it does not tell how long the run lasted"
            : answered > 0 && Lacks(summary, answeredMetric) is { } lacking
                ? $"it has no {lacking} of {answeredMetric}: name it in summaryTrendStats"
            : null;
        if (problem is not null)
        {
            return false;
        }
        metrics = new RunMetrics
        {
            DurationSeconds = seconds,
            Overall = new RequestStats(
                requests,
                failed,
                seconds > 0 ? requests / seconds : 0,
                requests > 0 && Lacks(summary, "http_req_duration") is null
                    ? Stats(summary, "http_req_duration", requests)
                    : null,
                answered > 0 ? Stats(summary, answeredMetric, answered) : null
            ),
            Phases = new PhaseStats(
                Phase(summary, "http_req_blocked", requests),
                Phase(summary, "http_req_connecting", requests),
                Phase(summary, "http_req_tls_handshaking", requests),
                Phase(summary, "http_req_sending", requests),
                Phase(summary, "http_req_waiting", requests),
                Phase(summary, "http_req_receiving", requests)
            ),
            Checks = summary.Checks,
            Iterations = (long)(summary.Value("iterations", "count") ?? 0),
            // Absent where nothing was dropped.
            DroppedIterations = (long)(summary.Value("dropped_iterations", "count") ?? 0),
            MaxVus = (int)(summary.Value("vus", "max") ?? summary.Value("vus", "value") ?? 0),
            DataSentBytes = summary.Value("data_sent", "count") ?? 0,
            DataReceivedBytes = summary.Value("data_received", "count") ?? 0,
            K6Values = WithAbsentDrops(SummaryFigures.Merge([summary])),
            Source = Source(summary, answeredMetric),
        };
        return true;
    }

    private static string Source(K6Summary summary, string metric) =>
        summary.Value(metric, "p(99)") is null && summary.Metrics.ContainsKey(metric)
            ? "k6's own summary, exact; it has no p(99), in whose place the slowest stands; no figures by second and endpoint"
            : "k6's own summary, exact; no figures by second and endpoint";

    private static string? Lacks(K6Summary summary, string metric) =>
        Array.Find(Needed, statistic => summary.Value(metric, statistic) is null);

    private static DurationStats? Phase(K6Summary summary, string metric, long count) =>
        count > 0 && Lacks(summary, metric) is null ? Stats(summary, metric, count) : null;

    private static DurationStats Stats(K6Summary summary, string metric, long count)
    {
        double Of(string statistic) => summary.Value(metric, statistic)!.Value;
        return new DurationStats(
            (long)(summary.Value(metric, "count") ?? count),
            Of("avg"),
            Of("min"),
            Of("med"),
            Of("max"),
            Of("p(90)"),
            Of("p(95)"),
            summary.Value(metric, "p(99)") ?? Of("max")
        );
    }

    /// <summary>A bound on drops holds where k6 leaves the metric out for want of any.</summary>
    private static IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> WithAbsentDrops(
        IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> values
    ) =>
        values.ContainsKey("dropped_iterations") || !values.ContainsKey("iterations")
            ? values
            : new Dictionary<string, IReadOnlyDictionary<string, double>>(values)
            {
                ["dropped_iterations"] = new Dictionary<string, double> { ["count"] = 0, ["rate"] = 0 },
            };
}
