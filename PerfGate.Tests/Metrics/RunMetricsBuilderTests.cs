using PerfGate.Core.K6Output;
using PerfGate.Core.Metrics;
using PerfGate.Core.Runners;
using PerfGate.Tests.K6Output;
using static PerfGate.Tests.K6Output.Captures;

namespace PerfGate.Tests.Metrics;

public class RunMetricsBuilderTests
{
    [Fact]
    public void Percentiles_of_segments_come_from_the_union_and_are_not_averaged()
    {
        // 900 fast requests here, 100 slow ones there: the mean of the two p95 would be about 505 ms.
        var fast = Enumerable.Range(0, 900).Select(_ => 10d).ToList();
        var slow = Enumerable.Range(0, 100).Select(_ => 1000d).ToList();
        var builder = new RunMetricsBuilder();
        Add(builder, 0, Durations(100, fast));
        Add(builder, 1, Durations(100, slow));
        var answered = builder.Build([], []).Overall.Answered;

        Assert.NotNull(answered);
        Assert.Equal(1000, answered.Count);
        Assert.Equal(109, answered.Avg, 6);
        Assert.InRange(answered.Med, 10, 10.01);
        // Between the 900th of 10 ms and the 901st of 1 s, as k6 has it.
        Assert.InRange(answered.P90 / 109, 0.999, 1.001);
        Assert.InRange(answered.P95, 999, 1000);
        Assert.Equal((10, 1000), (answered.Min, answered.Max));
    }

    [Fact]
    public void Percentiles_are_within_a_thousandth_of_the_true_ones()
    {
        var random = new Random(7);
        var durations = Enumerable.Range(0, 5000).Select(_ => Math.Exp(random.NextDouble() * 9)).ToList();
        var builder = new RunMetricsBuilder();
        for (var segment = 0; segment < 4; segment++)
        {
            Add(builder, segment, Durations(100 + segment, [.. durations.Where((_, i) => i % 4 == segment)]));
        }
        var stats = builder.Build([], []).Overall.Answered!;
        var sorted = durations.Order().ToList();
        Assert.All(
            new[] { (50, stats.Med), (90, stats.P90), (95, stats.P95), (99, stats.P99) },
            p => Assert.InRange(p.Item2 / Exact(sorted, p.Item1), 0.999, 1.001)
        );
    }

    [Fact]
    public void Vus_are_added_over_segments_and_not_over_records_of_the_same_second()
    {
        var builder = new RunMetricsBuilder();
        builder.Add(0, new SecondRecord { Second = 100, Vus = 5 });
        builder.Add(0, new SecondRecord { Second = 100, Vus = 4 });
        builder.Add(1, new SecondRecord { Second = 100, Vus = 3 });
        builder.Add(1, new SecondRecord { Second = 102, Vus = 7 });
        var metrics = builder.Build([], []);
        Assert.Equal([(100L, 8), (102L, 12)], metrics.Series.Select(point => (point.Second, point.Vus)));
        Assert.Equal(12, metrics.MaxVus);
    }

    [Fact]
    public void Seconds_without_a_sample_have_no_point_and_count_for_the_length()
    {
        var builder = new RunMetricsBuilder();
        Add(builder, 0, Durations(100, [10]));
        Add(builder, 0, Durations(103, [10]));
        var metrics = builder.Build([], []);
        Assert.Equal([(100L, 1L), (103, 1)], metrics.Series.Select(point => (point.Second, point.Requests)));
        Assert.InRange(metrics.Series[1].P95Ms!.Value, 9.99, 10.01);
        Assert.Equal(4, metrics.DurationSeconds);
        Assert.Equal(0.5, metrics.Overall.ThroughputRps);
    }

    [Fact]
    public void A_dead_target_has_no_answered_durations()
    {
        var builder = new RunMetricsBuilder();
        Add(
            builder,
            0,
            [
                Request("http_reqs", 100, 1, false, error: "dial: connection refused", code: "1212", status: 0),
                Request("http_req_duration", 100, 0, false, error: "dial: connection refused", code: "1212", status: 0),
                Request("http_req_failed", 100, 1, false, error: "dial: connection refused", code: "1212", status: 0),
            ]
        );
        var metrics = builder.Build([], []);
        Assert.Null(metrics.Overall.Answered);
        Assert.Equal(1, metrics.Overall.All?.Count);
        Assert.Equal(1, metrics.Overall.ErrorRate);
        Assert.Equal([new FailureCount("1212", 0, "dial: connection refused", 1)], metrics.Failures);
        Assert.Null(metrics.Series[0].P95Ms);
    }

    [Fact]
    public void A_single_segments_own_summary_has_the_last_word_where_it_counts_the_same()
    {
        var builder = new RunMetricsBuilder();
        Add(builder, 0, Durations(100, [10, 20]));
        var metrics = builder.Build([Summary(2)], [End(0.4, 1000)]);
        Assert.Equal(19.25, metrics.Overall.Answered?.P95);
        Assert.StartsWith("k6's own summary", metrics.Source);
        Assert.Equal(19.25, metrics.K6Values["http_req_duration{expected_response:true}"]["p(95)"]);
        Assert.Equal(0.5, metrics.DurationSeconds, 9);
        Assert.Equal(4, metrics.Overall.ThroughputRps, 9);
    }

    [Fact]
    public void A_summary_that_counts_otherwise_is_named_and_not_used()
    {
        var builder = new RunMetricsBuilder();
        Add(builder, 0, Durations(100, [10, 20]));
        var metrics = builder.Build([Summary(3)], []);
        Assert.NotEqual(19.25, metrics.Overall.Answered?.P95);
        Assert.Contains("counts 3 requests, the samples 2", metrics.Source);
    }

    [Fact]
    public void Summaries_of_several_segments_are_merged_where_that_is_exact()
    {
        var builder = new RunMetricsBuilder();
        Add(builder, 0, Durations(100, [10, 20]));
        Add(builder, 1, Durations(100, [10, 20, 30]));
        var metrics = builder.Build([Summary(2), Summary(3)], [End(0.4, 1000), End(0.9, 10)]);
        Assert.Equal(5, metrics.K6Values["http_reqs"]["count"]);
        // Not of the two p(95), but of all samples.
        Assert.InRange(metrics.K6Values["http_req_duration{expected_response:true}"]["p(95)"], 27.9, 28.1);
        Assert.Equal(0.9, metrics.LoadGenerator?.MachineCpuMax);
        Assert.Equal(1000, metrics.LoadGenerator?.EngineMemoryMaxBytes);
        Assert.StartsWith("merged HdrHistograms", metrics.Source);
    }

    [Fact]
    public void Requests_are_split_by_scenario_group_and_endpoint()
    {
        var builder = new RunMetricsBuilder();
        builder.AddSeries(0, Condense(Read("v2.2.0", "points.csv.gz")).SelectMany(SecondRecordJson.Write).ToArray());
        var metrics = builder.Build([], []);
        Assert.Equal(["browse", "submit"], metrics.ByScenario.Keys.Order());
        Assert.Equal(["forms::rsvp", "gallery"], metrics.ByGroup.Keys.Order());
        Assert.Equal(["GET /gallery", "GET refused", "POST /forms"], metrics.ByEndpoint.Keys.Order());
        Assert.Equal(metrics.Overall.Requests, metrics.ByEndpoint.Values.Sum(endpoint => endpoint.Requests));
        Assert.Equal(metrics.Overall.Requests, metrics.Phases.Waiting?.Count);
    }

    /// <summary>k6's percentile: linear between the samples it falls between.</summary>
    private static double Exact(List<double> sorted, double percentile)
    {
        var place = percentile / 100 * (sorted.Count - 1);
        var (below, above) = (sorted[(int)Math.Floor(place)], sorted[(int)Math.Ceiling(place)]);
        return below + ((above - below) * (place - Math.Floor(place)));
    }

    private static string[] Durations(long second, IReadOnlyList<double> durations) =>
        [
            .. durations.SelectMany(ms =>
                new[] { Request("http_reqs", second, 1), Request("http_req_duration", second, ms) }
            ),
        ];

    private static void Add(RunMetricsBuilder builder, int segment, string[] rows)
    {
        foreach (var record in Condense(rows))
        {
            builder.Add(segment, record);
        }
    }

    private static K6Summary Summary(double requests) =>
        new(
            new Dictionary<string, K6Metric>
            {
                ["http_reqs"] = Metric(("count", requests), ("rate", 4)),
                ["http_req_duration{expected_response:true}"] = Metric(("p(95)", 19.25), ("max", 20)),
            },
            [],
            [],
            requests / 4
        );

    private static K6Metric Metric(params (string Name, double Value)[] values) =>
        new(values.ToDictionary(v => v.Name, v => v.Value), new Dictionary<string, bool>());

    private static RunnerEnd End(double cpu, long memory) =>
        new()
        {
            Engine = "k6 v2.2.0",
            Cause = RunnerEndCause.Finished,
            EndedAt = DateTimeOffset.UnixEpoch,
            LoadGenerator = new LoadGeneratorStats(2, cpu, cpu, cpu, cpu, memory, 0.1, false),
        };
}
