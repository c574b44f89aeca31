using HdrHistogram;
using HdrHistogram.Utilities;

namespace PerfGate.Core.K6Output;

/// <summary>
/// Durations in little room: exact count, sum, least and greatest, and an HdrHistogram of microseconds (3 significant digits,
/// up to an hour) in that library's own compressed encoding. Sketches are merged by adding; a percentile of the merge is
/// within 0.1 % of the true one.
/// </summary>
/// <param name="Count">Durations.</param>
/// <param name="SumMs">Their sum, milliseconds.</param>
/// <param name="MinMs">The least, milliseconds; 0 where there is none.</param>
/// <param name="MaxMs">The greatest, milliseconds.</param>
/// <param name="Histogram">HdrHistogram V2 compressed payload; empty where there is none.</param>
public sealed record DurationSketch(
    long Count,
    double SumMs,
    double MinMs,
    double MaxMs,
    ReadOnlyMemory<byte> Histogram
)
{
    /// <summary>Largest duration the histogram tells apart, microseconds; longer ones count as this.</summary>
    public const long HighestMicroseconds = 3_600_000_000;

    /// <summary>Significant digits of the histogram.</summary>
    public const int Digits = 3;

    /// <summary>No durations.</summary>
    public static DurationSketch Empty { get; } = new(0, 0, 0, 0, ReadOnlyMemory<byte>.Empty);

    /// <summary>Adds the histogram to another.</summary>
    /// <exception cref="FormatException">The payload is not an HdrHistogram.</exception>
    public void AddTo(HistogramBase target)
    {
        if (Histogram.IsEmpty)
        {
            return;
        }
        SketchPayload.AddTo(Histogram, target);
    }
}

/// <summary>Gathers durations and makes a <see cref="DurationSketch"/> of them; used again after that.</summary>
internal sealed class DurationGatherer
{
    private readonly IntHistogram _histogram = new(DurationSketch.HighestMicroseconds, DurationSketch.Digits);
    private double _sum;
    private double _min = double.MaxValue;
    private double _max;

    public long Count { get; private set; }

    public void Add(double milliseconds)
    {
        Count++;
        _sum += milliseconds;
        _min = Math.Min(_min, milliseconds);
        _max = Math.Max(_max, milliseconds);
        var microseconds = (long)Math.Round(milliseconds * 1000);
        _histogram.RecordValue(Math.Clamp(microseconds, 0, DurationSketch.HighestMicroseconds));
    }

    public DurationSketch Take()
    {
        if (Count == 0)
        {
            return DurationSketch.Empty;
        }
        var buffer = ByteBuffer.Allocate(_histogram.GetNeededByteBufferCapacity());
        var length = _histogram.EncodeIntoCompressedByteBuffer(buffer);
        var bytes = new byte[length];
        buffer.Position = 0;
        for (var i = 0; i < length; i++)
        {
            bytes[i] = buffer.Get();
        }
        var sketch = new DurationSketch(Count, _sum, _min, _max, bytes);
        _histogram.Reset();
        (Count, _sum, _min, _max) = (0, 0, double.MaxValue, 0);
        return sketch;
    }
}
