namespace PerfGate.Demo;

/// <summary>What can be turned up on the platform, so that a regression can be staged. All zero: healthy.</summary>
public sealed record Knobs
{
    /// <summary>Added to every business answer, milliseconds, 0 to 10000.</summary>
    public int LatencyMs { get; init; }

    /// <summary>Random extra on top of it, milliseconds, 0 to 10000.</summary>
    public int LatencyJitterMs { get; init; }

    /// <summary>Share of business answers that are 500, 0 to 1.</summary>
    public double ErrorRate { get; init; }

    /// <summary>Length of the dashboard's slow query, milliseconds, 0 to 60000.</summary>
    public int SlowQueryMs { get; init; }

    /// <summary>Every how many dashboards the slow query runs, 0 (never) to 1000000.</summary>
    public int SlowQueryEvery { get; init; }

    /// <summary>Memory kept for ever at each business request, bytes, 0 to 1048576; answers grow slower with it.</summary>
    public int LeakBytesPerRequest { get; init; }

    /// <summary>What is wrong with the values; empty where nothing is.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        Check("latencyMs", LatencyMs, 10_000);
        Check("latencyJitterMs", LatencyJitterMs, 10_000);
        Check("errorRate", ErrorRate, 1);
        Check("slowQueryMs", SlowQueryMs, 60_000);
        Check("slowQueryEvery", SlowQueryEvery, 1_000_000);
        Check("leakBytesPerRequest", LeakBytesPerRequest, 1_048_576);
        return problems;

        void Check(string name, double value, double highest)
        {
            if (!(value >= 0 && value <= highest))
            {
                problems.Add(FormattableString.Invariant($"{name} is {value}; allowed is 0 to {highest}."));
            }
        }
    }
}

/// <summary>Some of the knobs; those left out stay as they are.</summary>
public sealed record KnobChange(
    int? LatencyMs,
    int? LatencyJitterMs,
    double? ErrorRate,
    int? SlowQueryMs,
    int? SlowQueryEvery,
    int? LeakBytesPerRequest
)
{
    /// <summary>The knobs after the change.</summary>
    public Knobs ApplyTo(Knobs knobs) =>
        knobs with
        {
            LatencyMs = LatencyMs ?? knobs.LatencyMs,
            LatencyJitterMs = LatencyJitterMs ?? knobs.LatencyJitterMs,
            ErrorRate = ErrorRate ?? knobs.ErrorRate,
            SlowQueryMs = SlowQueryMs ?? knobs.SlowQueryMs,
            SlowQueryEvery = SlowQueryEvery ?? knobs.SlowQueryEvery,
            LeakBytesPerRequest = LeakBytesPerRequest ?? knobs.LeakBytesPerRequest,
        };
}
