using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using PerfGate.K6.Metrics;
using PerfGate.K6.Options;
using PerfGate.K6.Summary;

namespace PerfGate.Tests.K6;

/// <summary>
/// One run of k6 v2.2.0 with <c>Fixtures/k6/replay/replay.js</c>: its samples (<c>--out csv</c>, times in nanoseconds), put
/// through the embedded engine's metrics. What k6 printed, exported and gave to handleSummary in that run is what must come out.
/// </summary>
internal sealed class Replay
{
    private static readonly string[] Fixed = ["metric_name", "timestamp", "metric_value", "extra_tags", "metadata"];

    public MetricEngine Engine { get; } = new();
    public ThresholdWatch Thresholds { get; }
    public TestOptions Options { get; }
    public TimeSpan Elapsed { get; }
    public IReadOnlyList<Sample> Samples { get; }
    public JsonObject HandleSummary { get; } = JsonNode.Parse(Text("handle-summary.json"))!.AsObject();
    public SummaryData Data => new(Engine, Thresholds, Options, Elapsed);

    public Replay()
    {
        var registry = RegistryOfTheScript();
        Options = OptionsReader.Read(OptionsOfTheScript());
        Thresholds = new ThresholdWatch(Options.Thresholds, registry, Engine);
        Elapsed = TimeSpan.FromMilliseconds(HandleSummary["state"]!["testRunDurationMs"]!.GetValue<double>());
        var rows = Rows();
        Samples = [.. rows.Skip(1).Select(row => Read(rows[0], row, registry))];
        Engine.Add(Samples.ToArray());
        Thresholds.Finish(Elapsed);
    }

    public static string Text(string file) => File.ReadAllText(Fixture(file));

    /// <summary>The rows of the CSV as fields; the first is the header.</summary>
    public static IReadOnlyList<string[]> Rows() => [.. Lines().Select(Fields)];

    /// <summary>The lines of the CSV as k6 wrote them.</summary>
    public static IReadOnlyList<string> Lines()
    {
        using var packed = new GZipStream(File.OpenRead(Fixture("points.csv.gz")), CompressionMode.Decompress);
        using var text = new StreamReader(packed);
        return text.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static string Fixture(string file) =>
        Path.Combine(AppContext.BaseDirectory, "Fixtures", "k6", "replay", file);

    private static MetricRegistry RegistryOfTheScript()
    {
        var registry = new MetricRegistry();
        _ = new BuiltInMetrics(registry);
        registry.GetOrAdd("basket_time", MetricType.Trend, MetricContains.Time);
        registry.GetOrAdd("basket_items", MetricType.Trend);
        registry.GetOrAdd("forms_sent", MetricType.Counter);
        registry.GetOrAdd("photo_bytes", MetricType.Counter);
        registry.GetOrAdd("good_forms", MetricType.Rate);
        registry.GetOrAdd("queue_depth", MetricType.Gauge);
        registry.GetOrAdd("never_counted", MetricType.Counter);
        registry.GetOrAdd("never_timed", MetricType.Trend, MetricContains.Time);
        registry.GetOrAdd("never_rated", MetricType.Rate);
        registry.GetOrAdd("never_gauged", MetricType.Gauge);
        registry.GetOrAdd("untouched", MetricType.Trend);
        return registry;
    }

    // The thresholds and statistics of replay.js.
    private static JsonObject OptionsOfTheScript() =>
        JsonNode
            .Parse(
                """
                {
                  "thresholds": {
                    "http_req_duration": ["avg<1500", "p(95) < 3000", "p(99.9)<0.0001"],
                    "http_req_duration{expected_response:true}": ["max<5000"],
                    "http_req_duration{scenario:submit}": ["p(99)<2000", "med<=1000"],
                    "http_req_duration{group:::gallery}": ["min>=0"],
                    "http_req_duration{scenario:nobody}": ["avg<1"],
                    "http_req_duration{scenario:nowhere}": ["avg>1"],
                    "http_req_failed": ["rate<0.01"],
                    "http_reqs": ["rate>1", "count>100000"],
                    "checks": ["rate>0.99"],
                    "checks{group:::forms::rsvp}": ["rate>0.1"],
                    "never_counted": ["count<1", "rate>5"],
                    "never_timed": ["p(95)<10", "avg>5"],
                    "never_rated": ["rate>0.5"],
                    "never_gauged": ["value>1"],
                    "queue_depth": ["value<100"],
                    "iterations": ["count>=1"],
                    "dropped_iterations": ["count==0"]
                  },
                  "summaryTrendStats": ["avg", "min", "med", "max", "p(90)", "p(95)", "p(99)", "count"]
                }
                """
            )!
            .AsObject();

    private static Sample Read(string[] header, string[] row, MetricRegistry registry)
    {
        // An empty column is an absent tag, but for the group, which is empty outside of groups.
        var tags = header
            .Zip(row)
            .Where(field => !Fixed.Contains(field.First) && (field.Second.Length > 0 || field.First == "group"))
            .Aggregate(TagSet.Empty, (set, field) => set.With(field.First, field.Second));
        // The values of this run's own tags hold an = but no &.
        var extra = row[Array.IndexOf(header, "extra_tags")]
            .Replace("read & write", "read + write", StringComparison.Ordinal);
        foreach (var pair in extra.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            var value = pair[(equals + 1)..].Replace("read + write", "read & write", StringComparison.Ordinal);
            tags = tags.With(pair[..equals], value);
        }
        return new Sample(
            registry.Find(row[0])!,
            tags,
            double.Parse(row[2], CultureInfo.InvariantCulture),
            long.Parse(row[1], CultureInfo.InvariantCulture) / 1000
        );
    }

    private static string[] Fields(string line)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        var quoted = false;
        for (var at = 0; at < line.Length; at++)
        {
            if (line[at] == '"')
            {
                var isLiteral = quoted && at + 1 < line.Length && line[at + 1] == '"';
                field.Append(isLiteral ? "\"" : "");
                quoted = isLiteral == quoted;
                at += isLiteral ? 1 : 0;
            }
            else if (line[at] == ',' && !quoted)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else
            {
                field.Append(line[at]);
            }
        }
        fields.Add(field.ToString());
        return [.. fields];
    }
}
