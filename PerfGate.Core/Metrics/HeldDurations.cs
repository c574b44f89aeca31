using PerfGate.Core.K6Output;

namespace PerfGate.Core.Metrics;

/// <summary>
/// The durations of one second of a segment, added up over its endpoints, in as little room as they take: places of the scale with
/// their counts. A long run has tens of thousands of seconds, each with dozens of endpoints.
/// </summary>
internal sealed class HeldDurations
{
    private readonly int[] _places;
    private readonly int[] _counts;

    /// <summary>Takes what a total holds.</summary>
    /// <param name="total">With at least one duration.</param>
    public HeldDurations(DurationTotal total)
    {
        (Count, SumMs, MinMs, MaxMs) = (total.Count, total.Sum, total.Min, total.Max);
        var held = total.Held().ToArray();
        _places = [.. held.Select(one => one.Index)];
        _counts = [.. held.Select(one => (int)Math.Min(one.Count, int.MaxValue))];
    }

    /// <summary>Durations.</summary>
    public long Count { get; }

    /// <summary>Their sum, milliseconds.</summary>
    public double SumMs { get; }

    /// <summary>The least, milliseconds.</summary>
    public double MinMs { get; }

    /// <summary>The greatest, milliseconds.</summary>
    public double MaxMs { get; }

    /// <summary>Adds them to a histogram.</summary>
    public void AddTo(ValueCounts target)
    {
        for (var i = 0; i < _places.Length; i++)
        {
            target.AddAt(_places[i], _counts[i]);
        }
    }
}
