using PerfGate.Core.Thresholds;
using PerfGate.K6.Options;

namespace PerfGate.K6.Metrics;

/// <summary>One threshold of a test and how it stands.</summary>
/// <param name="Metric">The metric, or the one it is part of.</param>
/// <param name="MetricName">Name of the metric or submetric, as summaries show it.</param>
/// <param name="Options">As the script wrote it.</param>
/// <param name="Expression">Parsed.</param>
public sealed record WatchedThreshold(
    Metric Metric,
    string MetricName,
    ThresholdOptions Options,
    K6ThresholdExpression Expression
)
{
    /// <summary>Whether it was crossed when last evaluated.</summary>
    public bool Crossed { get; set; }
}

/// <summary>A test's thresholds, evaluated against the sinks as k6 does: every two seconds, and at the end.</summary>
public sealed class ThresholdWatch
{
    /// <summary>How often k6 evaluates.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly MetricEngine _engine;
    private readonly List<WatchedThreshold> _thresholds = [];

    /// <summary>
    /// Reads the thresholds, and has the engine watch the parts of metrics they are about, and the durations of expected
    /// responses, which k6 always shows.
    /// </summary>
    /// <exception cref="ScriptException">
    /// An expression cannot be read, its metric is unknown, or the metric's type has no such aggregation (k6's exit code
    /// <see cref="ExitCodes.InvalidConfig"/>).
    /// </exception>
    public ThresholdWatch(
        IReadOnlyDictionary<string, IReadOnlyList<ThresholdOptions>> thresholds,
        MetricRegistry registry,
        MetricEngine engine
    )
    {
        _engine = engine;
        foreach (var (name, list) in thresholds)
        {
            if (!K6MetricSelector.TryParse(name, out var selector, out var problem))
            {
                throw new ScriptException($"threshold on '{name}': {problem}");
            }
            var metric =
                registry.Find(selector.Metric)
                ?? throw new ScriptException(
                    $"invalid threshold defined on {name}; reason: no metric name \"{name}\" found"
                );
            engine.Watch(metric);
            var watched = selector.Tags.Count > 0 ? engine.Watch(metric, selector, NameOf(name)) : metric.Name;
            _thresholds.AddRange(list.Select(options => Read(metric, name, watched, options)));
        }
        if (registry.Find("http_req_duration") is { } duration)
        {
            var expected = new Dictionary<string, string> { ["expected_response"] = "true" };
            engine.Watch(
                duration,
                new K6MetricSelector(duration.Name, expected),
                "http_req_duration{expected_response:true}"
            );
        }
    }

    /// <summary>All of them, as last evaluated.</summary>
    public IReadOnlyList<WatchedThreshold> Thresholds => _thresholds;

    /// <summary>Metrics and submetrics with a crossed threshold, sorted: k6 names them when it exits with 99.</summary>
    public IReadOnlyList<string> CrossedMetrics =>
        [
            .. _thresholds
                .Where(threshold => threshold.Crossed)
                .Select(threshold => threshold.MetricName)
                .Distinct()
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>
    /// Evaluates, while the test runs, those that have samples; true where one that aborts the test is crossed and its delay is
    /// over.
    /// </summary>
    /// <param name="elapsed">Since the test began.</param>
    public bool Evaluate(TimeSpan elapsed) => Evaluate(elapsed, isEnd: false);

    /// <summary>
    /// Evaluates all when the last sample is in. Without samples a threshold on a rate holds, and all others see 0, as in k6.
    /// </summary>
    /// <param name="elapsed">How long the test took.</param>
    public void Finish(TimeSpan elapsed) => Evaluate(elapsed, isEnd: true);

    private bool Evaluate(TimeSpan elapsed, bool isEnd) =>
        _engine.Read(sinks =>
        {
            var byName = sinks.ToDictionary(entry => entry.Name, entry => entry.Sink);
            var abort = false;
            foreach (var threshold in _thresholds)
            {
                var sink = byName[threshold.MetricName];
                if (sink.Count == 0 && (!isEnd || sink.Metric.Type == MetricType.Rate))
                {
                    continue;
                }
                var (expression, options) = (threshold.Expression, threshold.Options);
                threshold.Crossed = !expression.Holds(
                    sink.Statistic(expression.Statistic, elapsed.TotalSeconds) ?? double.NaN
                );
                var isDelayOver = options.DelayAbortEval == TimeSpan.Zero || options.DelayAbortEval < elapsed;
                abort |= threshold.Crossed && options.AbortOnFail && isDelayOver;
            }
            return abort;
        });

    // k6 trims what is between the braces.
    private static string NameOf(string name)
    {
        var open = name.IndexOf('{', StringComparison.Ordinal);
        return $"{name[..open]}{{{name[(open + 1)..^1].Trim()}}}";
    }

    private static WatchedThreshold Read(Metric metric, string name, string watched, ThresholdOptions options)
    {
        if (!K6ThresholdExpression.TryParse(options.Expression, out var expression, out var problem))
        {
            throw new ScriptException(
                $"failed parsing threshold expression \"{options.Expression}\" on {name}; reason: {problem}"
            );
        }
        var aggregation = expression.Percentile is null ? expression.Statistic : "p";
        var supported = AggregationsOf(metric.Type);
        return supported.Contains(aggregation)
            ? new WatchedThreshold(metric, watched, options, expression)
            : throw new ScriptException(
                $"invalid threshold \"{options.Expression}\" applied on metric {name}; reason: unsupported aggregation method {aggregation} on metric of type {metric.Type.ToString().ToLowerInvariant()}. supported aggregation methods for this metric are: {string.Join(", ", supported)}"
            );
    }

    // Fewer than summaries show: k6 has no threshold on the count of a trend or the maximum of a gauge.
    private static string[] AggregationsOf(MetricType type) =>
        type switch
        {
            MetricType.Counter => ["count", "rate"],
            MetricType.Gauge => ["value"],
            MetricType.Rate => ["rate"],
            _ => ["avg", "min", "max", "med", "p"],
        };
}
