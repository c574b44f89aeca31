namespace PerfGate.Core.K6Output;

/// <summary>
/// Durations in little room: exact count, sum, least and greatest, and an HdrHistogram of nanoseconds (3 significant digits,
/// up to an hour) in that library's own compressed encoding. Sketches are merged by adding; a percentile of the merge is
/// within 0.1 % of that of all samples.
/// </summary>
/// <param name="Count">Durations.</param>
/// <param name="SumMs">Their sum, milliseconds.</param>
/// <param name="MinMs">The least, milliseconds; 0 where there is none.</param>
/// <param name="MaxMs">The greatest, milliseconds.</param>
/// <param name="Histogram">
/// HdrHistogram V2 compressed payload; empty where there is none. One whose highest trackable value is an hour of microseconds
/// is of the first version, and of microseconds.
/// </param>
public sealed record DurationSketch(
    long Count,
    double SumMs,
    double MinMs,
    double MaxMs,
    ReadOnlyMemory<byte> Histogram
)
{
    /// <summary>No durations.</summary>
    public static DurationSketch Empty { get; } = new(0, 0, 0, 0, ReadOnlyMemory<byte>.Empty);

    /// <summary>Adds the histogram to another.</summary>
    /// <exception cref="FormatException">The payload is not an HdrHistogram.</exception>
    internal void AddTo(ValueCounts target)
    {
        if (!Histogram.IsEmpty)
        {
            SketchPayload.AddTo(Histogram, target);
        }
    }
}
