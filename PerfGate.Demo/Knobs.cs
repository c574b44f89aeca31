using System.Text.Json.Serialization;

namespace PerfGate.Demo;

/// <summary>What can be turned up on the platform, so that a regression can be staged. All zero: healthy.</summary>
public sealed record Knobs
{
    /// <summary>Added to every business answer, milliseconds, 0 to 10000.</summary>
    public double LatencyMs { get; init; }

    /// <summary>Random extra on top of it, milliseconds, 0 to 10000, evenly spread.</summary>
    public double LatencyJitterMs { get; init; }

    /// <summary>Share of business answers that are 500, 0 to 1.</summary>
    public double ErrorRate { get; init; }

    /// <summary>Length of the dashboard's slow query, milliseconds, 0 to 60000.</summary>
    public double SlowQueryMs { get; init; }

    /// <summary>Every how many dashboards the slow query runs, whole, 0 (never) to 1000000.</summary>
    public double SlowQueryEvery { get; init; }

    /// <summary>Memory kept at each business request, whole bytes, 0 to 1048576; answers grow slower with it.</summary>
    public double LeakBytesPerRequest { get; init; }

    /// <summary>What is wrong with the values; empty where nothing is.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        Check("latencyMs", LatencyMs, 10_000);
        Check("latencyJitterMs", LatencyJitterMs, 10_000);
        Check("errorRate", ErrorRate, 1);
        Check("slowQueryMs", SlowQueryMs, 60_000);
        Check("slowQueryEvery", SlowQueryEvery, 1_000_000, whole: true);
        Check("leakBytesPerRequest", LeakBytesPerRequest, 1_048_576, whole: true);
        return problems;

        void Check(string name, double value, double highest, bool whole = false)
        {
            // Written so that NaN, which is below and above nothing, is refused.
            if (!(value >= 0 && value <= highest) || (whole && value != Math.Floor(value)))
            {
                var kind = whole ? "a whole number from " : "";
                problems.Add(FormattableString.Invariant($"{name} is {value}; allowed is {kind}0 to {highest}."));
            }
        }
    }
}

/// <summary>Some of the knobs; those left out stay as they are. A name that is no knob is refused.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record KnobChange(
    double? LatencyMs,
    double? LatencyJitterMs,
    double? ErrorRate,
    double? SlowQueryMs,
    double? SlowQueryEvery,
    double? LeakBytesPerRequest
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
