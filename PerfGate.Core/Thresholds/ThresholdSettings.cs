namespace PerfGate.Core.Thresholds;

/// <summary>The bounds a run is held to. The four named ones always apply; k6 expressions come on top.</summary>
public sealed record ThresholdSettings
{
    /// <summary>Highest allowed average duration over answered requests, milliseconds.</summary>
    public double MaxAvgResponseTime { get; init; } = 1500;

    /// <summary>Highest allowed 95th percentile of durations over answered requests, milliseconds.</summary>
    public double MaxP95ResponseTime { get; init; } = 3000;

    /// <summary>Highest allowed share of failed requests, 0 to 1.</summary>
    public double MaxErrorRate { get; init; } = 0.01;

    /// <summary>Lowest allowed requests a second.</summary>
    public double MinThroughput { get; init; } = 50;

    /// <summary>k6 threshold expressions by metric and tag set, as k6 writes them: <c>http_req_duration{scenario:x}</c> to <c>p(99)&lt;500</c>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> K6 { get; init; } =
        new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>The defaults.</summary>
    public static ThresholdSettings Default { get; } = new();
}
