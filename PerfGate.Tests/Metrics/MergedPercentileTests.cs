using System.Globalization;
using PerfGate.Core.K6Output;
using PerfGate.Core.Metrics;
using PerfGate.Core.Thresholds;
using PerfGate.Tests.K6Output;

namespace PerfGate.Tests.Metrics;

/// <summary>Percentiles of merged histograms against k6's over all raw samples.</summary>
public class MergedPercentileTests
{
    private const double Bound = 0.001;

    private static readonly double[] Percentiles = [0, 50, 75, 90, 95, 99, 99.9, 100];

    public static TheoryData<string> Distributions =>
        [
            "uniform to 2 s",
            "tens of microseconds",
            "two microseconds",
            "log-normal",
            "long tail",
            "fast and slow",
            "all alike",
            "hours",
        ];

    [Theory]
    [MemberData(nameof(Distributions))]
    public void They_are_within_a_thousandth_however_many_segments_there_are(string distribution)
    {
        foreach (var segments in new[] { 1, 2, 3, 7 })
        {
            foreach (var count in new[] { 1, 2, 3, 10, 101, 5000, 40_000 })
            {
                AssertNear(distribution, segments, Samples(distribution, count, seed: count + segments));
            }
        }
    }

    [Fact]
    public void They_hold_for_segments_that_are_nothing_alike()
    {
        // One has nearly all samples, another nearly all of the slow ones.
        double[] samples =
        [
            .. Samples("tens of microseconds", 9000, 1),
            .. Samples("long tail", 900, 2),
            .. Samples("uniform to 2 s", 100, 3),
        ];
        AssertNear(
            "unlike",
            3,
            samples,
            i =>
                i < 9000 ? 0
                : i < 9900 ? 1
                : 2
        );
    }

    [Fact]
    public void Metrics_of_the_scripts_own_are_merged_by_what_their_type_asks_for()
    {
        var random = new Random(5);
        var trend = Enumerable.Range(0, 3000).Select(_ => random.NextDouble() * 250).ToList();
        var builder = new RunMetricsBuilder();
        for (var segment = 0; segment < 3; segment++)
        {
            var share = trend.Where((_, i) => i % 3 == segment);
            string[] rows =
            [
                .. share.Select(value => Row("basket_time", value)),
                .. Enumerable.Range(0, 10).Select(i => Row("good_forms", i < 7 ? 1 : 0)),
                Row("forms_sent", 5),
                Row("queue_depth", segment),
                Captures.Request("http_reqs", 100, 1),
            ];
            foreach (var record in Captures.Condense(rows))
            {
                builder.Add(segment, record);
            }
        }
        builder.AddTypes(
            new Dictionary<string, string>
            {
                ["basket_time"] = "trend",
                ["good_forms"] = "rate",
                ["forms_sent"] = "counter",
                ["queue_depth"] = "gauge",
            }
        );
        var settings = ThresholdSettings.Default with
        {
            K6 = new Dictionary<string, IReadOnlyList<string>> { ["basket_time"] = ["p(87.5)<240"] },
        };
        var values = builder.Build([], [], settings).K6Values;
        trend = [.. trend.Select(value => Math.Round(value, 6)).Order()];

        Assert.InRange(values["basket_time"]["p(87.5)"] / Exact(trend, 87.5), 1 - Bound, 1 + Bound);
        Assert.InRange(values["basket_time"]["med"] / Exact(trend, 50), 1 - Bound, 1 + Bound);
        Assert.Equal(trend.Average(), values["basket_time"]["avg"], 6);
        Assert.Equal(3000, values["basket_time"]["count"]);
        Assert.Equal(0.7, values["good_forms"]["rate"], 9);
        Assert.Equal(15, values["forms_sent"]["count"]);
        Assert.False(values.ContainsKey("queue_depth") && values["queue_depth"].ContainsKey("value"));
    }

    [Fact]
    public void Parts_of_the_requests_are_judged_over_several_segments()
    {
        var builder = new RunMetricsBuilder();
        for (var segment = 0; segment < 2; segment++)
        {
            foreach (var record in Captures.Condense(Captures.Read("v2.2.0", "points.csv.gz")))
            {
                builder.Add(segment, record);
            }
        }
        var settings = ThresholdSettings.Default with
        {
            K6 = new Dictionary<string, IReadOnlyList<string>>
            {
                ["http_req_duration{scenario:submit}"] = ["p(99)<2000"],
                ["http_req_duration{group:::gallery}"] = ["max<5000"],
                ["http_reqs{scenario:submit}"] = ["count>10"],
                ["http_req_failed{scenario:browse}"] = ["rate<0.5"],
                ["http_req_duration{status:200}"] = ["p(95)<2000"],
                ["http_req_duration{scenario:nobody}"] = ["p(95)<2000"],
                ["dropped_iterations"] = ["count<1"],
            },
        };
        var metrics = builder.Build([], [], settings);
        var submits = Captures.Rows("v2.2.0", "http_req_duration").Where(row => row[11] == "submit").ToList();
        var durations = submits.Select(row => double.Parse(row[2], CultureInfo.InvariantCulture)).ToList();

        Assert.Equal(2 * submits.Count, metrics.K6Values["http_reqs{scenario:submit}"]["count"]);
        Assert.Equal(durations.Max(), metrics.K6Values["http_req_duration{scenario:submit}"]["max"]);
        List<double> twice = [.. durations.Concat(durations).Order()];
        Assert.InRange(
            metrics.K6Values["http_req_duration{scenario:submit}"]["p(99)"] / Exact(twice, 99),
            1 - Bound,
            1 + Bound
        );
        var outcomes = ThresholdValidation
            .Validate(metrics, settings)
            .Skip(4)
            .ToDictionary(t => t.Name, t => t.Outcome);
        Assert.Equal(ThresholdOutcome.Held, outcomes["http_reqs{scenario:submit}: count>10"]);
        Assert.Equal(ThresholdOutcome.Held, outcomes["http_req_failed{scenario:browse}: rate<0.5"]);
        Assert.Equal(ThresholdOutcome.Held, outcomes["http_req_duration{group:::gallery}: max<5000"]);
        Assert.Equal(ThresholdOutcome.Held, outcomes["dropped_iterations: count<1"]);
        Assert.Equal(ThresholdOutcome.Unknown, outcomes["http_req_duration{status:200}: p(95)<2000"]);
        Assert.Equal(ThresholdOutcome.Unknown, outcomes["http_req_duration{scenario:nobody}: p(95)<2000"]);
    }

    [Fact]
    public void A_summary_of_one_of_several_segments_is_not_taken_for_the_whole()
    {
        var builder = new RunMetricsBuilder();
        for (var segment = 0; segment < 2; segment++)
        {
            foreach (var record in Captures.Condense(Captures.Read("v1.3.0", "points.csv.gz")))
            {
                builder.Add(segment, record);
            }
        }
        Assert.True(SummaryReader.TryRead(Captures.Read("v1.3.0", "summary-export.json"), out var summary, out _));
        var metrics = builder.Build([summary], []);
        Assert.Equal(metrics.Overall.Requests, metrics.K6Values["http_reqs"]["count"]);
        Assert.StartsWith("merged HdrHistograms", metrics.Source);
    }

    [Fact]
    public void A_threshold_on_p99_is_judged_though_it_puts_no_p99_into_the_summary()
    {
        var builder = new RunMetricsBuilder();
        foreach (var record in Captures.Condense(Captures.Read("v2.2.0", "points.csv.gz")))
        {
            builder.Add(0, record);
        }
        // The machine-readable summary has p90 and p95 only, whatever thresholds there are.
        Assert.True(SummaryReader.TryRead(Captures.Read("v2.2.0", "summary-machine.json"), out var summary, out _));
        Assert.Null(summary.Value("http_req_duration", "p(99)"));
        Assert.True(builder.Build([summary], []).K6Values["http_req_duration"]["p(99)"] > 0);
    }

    private static void AssertNear(string what, int segments, double[] samples, Func<int, int>? segmentOf = null)
    {
        var gatherers = Enumerable.Range(0, segments).Select(_ => new DurationGatherer()).ToArray();
        for (var i = 0; i < samples.Length; i++)
        {
            gatherers[segmentOf?.Invoke(i) ?? i % segments].Add(samples[i]);
        }
        var total = new DurationTotal();
        foreach (var gatherer in gatherers)
        {
            total.Add(gatherer.Take());
        }
        List<double> sorted = [.. samples.Order()];
        foreach (var percentile in Percentiles)
        {
            var (exact, merged) = (Exact(sorted, percentile), total.Percentile(percentile)!.Value);
            Assert.True(
                Math.Abs(merged - exact) <= Bound * exact,
                FormattableString.Invariant(
                    $"{what}, {samples.Length} samples in {segments} segments: p({percentile}) is {merged}, exactly {exact}"
                )
            );
        }
    }

    /// <summary>Durations as k6 has them: whole nanoseconds.</summary>
    private static double[] Samples(string distribution, int count, int seed)
    {
        var random = new Random(seed);
        double Normal() =>
            Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        double One() =>
            distribution switch
            {
                "uniform to 2 s" => random.NextDouble() * 2000,
                "tens of microseconds" => 0.01 + (random.NextDouble() * 0.09),
                "two microseconds" => 0.0015 + (random.NextDouble() * 0.001),
                "log-normal" => Math.Exp(3 + Normal()),
                "long tail" => 5 / Math.Pow(1 - random.NextDouble(), 1.2),
                "fast and slow" => random.Next(20) == 0 ? 900 + (Normal() * 20) : 2 + random.NextDouble(),
                "all alike" => 42.424242,
                _ => 3_000_000 + (random.NextDouble() * 600_000),
            };
        return [.. Enumerable.Range(0, count).Select(_ => Math.Min(Math.Round(One(), 6), 3_600_000))];
    }

    /// <summary>k6's percentile: linear between the samples it falls between.</summary>
    private static double Exact(List<double> sorted, double percentile)
    {
        var place = percentile / 100 * (sorted.Count - 1);
        var (below, above) = (sorted[(int)Math.Floor(place)], sorted[(int)Math.Ceiling(place)]);
        return below + ((above - below) * (place - Math.Floor(place)));
    }

    private static string Row(string metric, double value) =>
        FormattableString.Invariant($"{metric},100,{value:0.000000},,,,,,,,,,,,,,,,");
}
