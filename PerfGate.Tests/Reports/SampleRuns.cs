using PerfGate.Core.Baselines;
using PerfGate.Core.Metrics;
using PerfGate.Core.Requests;
using PerfGate.Core.Runs;
using PerfGate.Core.Scripts;
using PerfGate.Core.Thresholds;

namespace PerfGate.Tests.Reports;

/// <summary>Runs as they look after each verdict, with figures of a plausible size.</summary>
internal static class SampleRuns
{
    private static readonly DateTimeOffset Start = new(2026, 3, 14, 9, 26, 53, TimeSpan.Zero);

    public static RunResult Passed(int seconds = 120) =>
        Create(
            Verdict.Passed,
            [
                new Reason(
                    "within-bounds",
                    "All 5 thresholds held over 61,204 answered requests, and no metric is worse than in the 12 accepted runs before."
                ),
            ],
            Metrics(seconds, slowness: 1, errors: 0.0004),
            p95: 182.4,
            past: ComparisonOutcome.Unchanged
        );

    public static RunResult Failed() =>
        Create(
            Verdict.Failed,
            [
                new Reason(
                    "threshold-crossed",
                    "The 95th percentile of response times was 3,412 ms; the bound is 3,000 ms."
                ),
                new Reason("threshold-crossed", "3.1 % of requests failed; the bound is 1 %."),
                new Reason("regression", "The average response time rose by 412 % against the accepted past."),
            ],
            Metrics(120, slowness: 19, errors: 0.031),
            p95: 3412,
            past: ComparisonOutcome.Regressed
        );

    public static RunResult Inconclusive()
    {
        var metrics = Metrics(20, slowness: 2, errors: 0) with
        {
            DroppedIterations = 4312,
            LoadGenerator = new LoadGeneratorStats(2, 0.97, 1, 0.83, 0.91, 812_000_000, 0.71, false),
        };
        var result = Create(
            Verdict.Inconclusive,
            [
                new Reason(
                    "load-generator-saturated",
                    "The load generator's processor was 100 % busy for ten seconds: what it measured is its own tiredness. Use more segments or a larger machine."
                ),
                new Reason("dropped-iterations", "4,312 iterations could not be started for want of a free VU."),
            ],
            metrics,
            p95: 301,
            past: ComparisonOutcome.Unchanged
        );
        return result with
        {
            Thresholds =
            [
                .. result.Thresholds.Select(one =>
                    one with
                    {
                        Measured = null,
                        Outcome = ThresholdOutcome.Unknown,
                        Sentence = "Nothing trustworthy was measured.",
                    }
                ),
            ],
            Baseline = new BaselineComparison(
                BaselineState.None,
                0,
                null,
                [],
                "There is no baseline for this test yet."
            ),
        };
    }

    public static RunResult Error() =>
        Create(
            Verdict.Error,
            [new Reason("runner-not-started", "The load runner could not be started: no load engine was found.")],
            null,
            p95: 0,
            past: ComparisonOutcome.Unchanged
        ) with
        {
            Status = RunStatus.Failed,
            StartedAt = null,
            Engine = null,
            Thresholds = [],
            Baseline = null,
        };

    private static RunResult Create(
        Verdict verdict,
        IReadOnlyList<Reason> reasons,
        RunMetrics? metrics,
        double p95,
        ComparisonOutcome past
    )
    {
        var target = new Uri("https://staging.wedding.example/");
        var configuration = new TestConfiguration
        {
            BaseUrl = target,
            ArrivalRate = 120,
            Duration = TimeSpan.FromMinutes(2),
            Tags = new Dictionary<string, string> { ["build"] = "4711", ["branch"] = "main" },
        };
        return new RunResult
        {
            RunId = Guid.Parse("3f2c8a52-0d3e-4a52-9c39-1f5d1c1f0e11"),
            Request = new RunRequest(TestType.Load, configuration, TargetEnvironment.Staging),
            Plan = new LoadPlan(
                TestType.Load,
                target,
                [Scenario("supplier-dashboard", 2), Scenario("photo-gallery", 1)],
                TimeSpan.FromMinutes(2),
                TimeSpan.FromSeconds(30),
                160
            ),
            Status = RunStatus.Completed,
            Verdict = new RunVerdict(verdict, reasons),
            CreatedAt = Start.AddSeconds(-4),
            StartedAt = Start,
            EndedAt = Start.AddSeconds(121),
            Engine = "k6 v2.2.0",
            Metrics = metrics,
            Thresholds = Thresholds(p95, metrics?.Overall.ErrorRate ?? 0),
            Baseline = Baseline(p95, past),
        };
    }

    private static PlannedScenario Scenario(string name, double weight) =>
        new(
            name,
            "ramping-arrival-rate",
            0,
            [
                new Stage(TimeSpan.FromSeconds(20), 60),
                new Stage(TimeSpan.FromSeconds(85), 60),
                new Stage(TimeSpan.FromSeconds(15), 0),
            ],
            20,
            80,
            new ScenarioConfiguration { Name = name, Weight = weight }
        );

    private static List<ThresholdResult> Thresholds(double p95, double errors) =>
        [
            Rule("maxAvgResponseTime", "<=", 1500, p95 / 2.4, "ms", "Average response time of answered requests."),
            Rule("maxP95ResponseTime", "<=", 3000, p95, "ms", "95th percentile of answered requests."),
            Rule("maxErrorRate", "<=", 0.01, errors, "share", "Share of requests that failed."),
            Rule("minThroughput", ">=", 50, 118.7, "requests/s", "Requests a second over the whole load."),
            Rule("http_req_duration{scenario:photo-gallery}: p(99)<5000", "<", 5000, p95 * 1.3, "ms", "k6 threshold."),
        ];

    private static ThresholdResult Rule(
        string name,
        string comparison,
        double bound,
        double measured,
        string unit,
        string sentence
    )
    {
        var held = comparison == ">=" ? measured >= bound : measured <= bound;
        var outcome = held ? ThresholdOutcome.Held : ThresholdOutcome.Crossed;
        return new ThresholdResult(name, comparison, bound, measured, unit, outcome, sentence);
    }

    private static BaselineComparison Baseline(double p95, ComparisonOutcome past) =>
        new(
            BaselineState.Established,
            12,
            Start.AddDays(-9),
            [
                Metric("avg_response_time_ms", 74.1, p95 / 2.4, 92, past),
                Metric("p95_response_time_ms", 179.0, p95, 214, past),
                Metric("error_rate", 0.0003, 0.0004, 0.002, ComparisonOutcome.Unchanged),
                Metric("throughput_rps", 109.2, 118.7, 97, ComparisonOutcome.Improved),
            ],
            "Compared with 12 accepted runs of the same test."
        );

    private static MetricComparison Metric(
        string name,
        double baseline,
        double current,
        double bound,
        ComparisonOutcome outcome
    ) =>
        new(
            name,
            baseline,
            current,
            (current - baseline) / baseline * 100,
            bound,
            outcome == ComparisonOutcome.Regressed ? 0.998 : 0.21,
            outcome
        );

    private static RunMetrics Metrics(int seconds, double slowness, double errors)
    {
        var requests = (long)(118.7 * seconds);
        return new RunMetrics
        {
            DurationSeconds = seconds,
            Overall = Stats(requests, errors, 76 * slowness, seconds),
            ByScenario = new Dictionary<string, RequestStats>
            {
                ["supplier-dashboard"] = Stats(requests * 2 / 3, errors, 61 * slowness, seconds),
                ["photo-gallery"] = Stats(requests / 3, errors / 2, 104 * slowness, seconds),
            },
            ByEndpoint = new Dictionary<string, RequestStats>
            {
                ["POST /api/suppliers/login"] = Stats(requests / 6, 0, 88 * slowness, seconds),
                ["GET /api/suppliers/dashboard"] = Stats(requests / 2, errors * 1.6, 52 * slowness, seconds),
                ["GET /api/gallery/{id}/photos"] = Stats(requests / 4, 0, 71 * slowness, seconds),
                ["GET /images/{name}"] = Stats(requests / 12, errors, 143 * slowness, seconds),
            },
            Failures =
                errors == 0
                    ? []
                    :
                    [
                        new FailureCount("1500", 503, "", (long)(requests * errors * 0.8) + 1),
                        new FailureCount("1050", 0, "request timeout", (long)(requests * errors * 0.2) + 1),
                    ],
            Phases = new PhaseStats(
                Duration(requests, 0.4),
                Duration(requests, 1.1),
                Duration(requests, 2.6),
                Duration(requests, 0.2),
                Duration(requests, 68 * slowness),
                Duration(requests, 6.3)
            ),
            Checks =
            [
                new CheckCount("dashboard lists bookings", requests / 2, (long)(requests * errors)),
                new CheckCount("login answers 200", requests / 6, 0),
            ],
            Iterations = requests / 3,
            MaxVus = 47,
            DataSentBytes = 4_812_345,
            DataReceivedBytes = 187_456_000,
            Series = Series(seconds, slowness, errors),
            LoadGenerator = new LoadGeneratorStats(2, 0.31, 0.46, 0.18, 0.24, 312_000_000, 0.42, true),
            Source = "Percentiles come from k6's own summary",
        };
    }

    private static List<SeriesPoint> Series(int seconds, double slowness, double errors)
    {
        var points = new List<SeriesPoint>(seconds);
        for (var second = 0; second < seconds; second++)
        {
            var ramp = Math.Min(1, Math.Min((second + 1) / (seconds / 6d), (seconds - second) / (seconds / 8d)));
            var wave = 1 + (0.12 * Math.Sin(second / 3d)) + (0.07 * Math.Sin(second * 1.7));
            var requests = (long)(142 * ramp * wave);
            var median = 61 * slowness * wave * (0.7 + (0.3 * ramp));
            points.Add(
                new SeriesPoint(
                    Start.ToUnixTimeSeconds() + second,
                    (int)Math.Ceiling(47 * ramp),
                    requests,
                    (long)(requests * errors * (second % 7 == 0 ? 3 : 0.6)),
                    0,
                    median,
                    median * 2.3,
                    median * (second % 31 == 17 ? 6.5 : 3.4)
                )
            );
        }
        return points;
    }

    private static RequestStats Stats(long requests, double errors, double average, int seconds) =>
        new(
            requests,
            (long)(requests * errors),
            (double)requests / seconds,
            Duration(requests, average),
            Duration((long)(requests * (1 - errors)), average)
        );

    private static DurationStats Duration(long count, double average) =>
        new(count, average, average * 0.2, average * 0.8, average * 9.3, average * 1.9, average * 2.4, average * 3.7);
}
