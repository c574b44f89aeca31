using PerfGate.Core.Thresholds;
using PerfGate.K6.Options;

namespace PerfGate.K6.Metrics;

/// <summary>One threshold of a test and how it stands.</summary>
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

    /// <summary>Reads the thresholds, and has the engine watch the parts of metrics they are about.</summary>
    /// <exception cref="ScriptException">
    /// An expression cannot be read, its metric is unknown, or the metric's type has no such aggregation.
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
                    $"invalid threshold defined on {name}; reason: no metric name '{selector.Metric}' found"
                );
            if (selector.Tags.Count > 0)
            {
                engine.Watch(metric, selector, name);
            }
            _thresholds.AddRange(list.Select(options => Read(metric, name, options)));
        }
    }

    /// <summary>All of them, as last evaluated.</summary>
    public IReadOnlyList<WatchedThreshold> Thresholds => _thresholds;

    /// <summary>
    /// Evaluates all; true where one that aborts the test is crossed. Without samples a threshold holds, but for those on
    /// counters, as in k6.
    /// </summary>
    /// <param name="elapsed">Since the test began.</param>
    public bool Evaluate(TimeSpan elapsed) =>
        _engine.Read(sinks =>
        {
            var byName = sinks.ToDictionary(entry => entry.Name, entry => entry.Sink);
            var abort = false;
            foreach (var threshold in _thresholds)
            {
                var sink = byName.GetValueOrDefault(threshold.MetricName) ?? new Sink(threshold.Metric);
                threshold.Crossed =
                    (sink.Count > 0 || threshold.Metric.Type == MetricType.Counter)
                    && !threshold.Expression.Holds(
                        sink.Statistic(threshold.Expression.Statistic, elapsed.TotalSeconds) ?? double.NaN
                    );
                abort |=
                    threshold.Crossed && threshold.Options.AbortOnFail && elapsed >= threshold.Options.DelayAbortEval;
            }
            return abort;
        });

    private static WatchedThreshold Read(Metric metric, string name, ThresholdOptions options)
    {
        if (!K6ThresholdExpression.TryParse(options.Expression, out var expression, out var problem))
        {
            throw new ScriptException($"threshold '{options.Expression}' on {name}: {problem}");
        }
        return new Sink(metric).Statistic(expression.Statistic, 1) is null
            ? throw new ScriptException(
                $"threshold '{options.Expression}' on {name}: a {metric.Type.ToString().ToLowerInvariant()} has no '{expression.Statistic}'"
            )
            : new WatchedThreshold(metric, name, options, expression);
    }
}
