using System.Numerics;
using System.Runtime.CompilerServices;

namespace PerfGate.Core.K6Output;

/// <summary>Gathers durations and makes a <see cref="DurationSketch"/> of them; used again after that.</summary>
internal sealed class DurationGatherer
{
    private const double UnitsPerMillisecond = 1e6;

    // Durations lie close together: a few of the blocks are ever made, and stay for the next second.
    private readonly int[]?[] _blocks = new int[]?[HistogramScale.Blocks];
    private double _sum;
    private double _min = double.MaxValue;
    private double _max = double.MinValue;
    private long _touched;

    public long Count { get; private set; }

    /// <summary>Adds a duration. One beyond an hour counts as an hour in percentiles, one below 0 as 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(double milliseconds)
    {
        Count++;
        _sum += milliseconds;
        if (milliseconds < _min)
        {
            _min = milliseconds;
        }
        if (milliseconds > _max)
        {
            _max = milliseconds;
        }
        var units = milliseconds * UnitsPerMillisecond;
        var index = HistogramScale.IndexOf(
            units is >= 0 and < HistogramScale.Highest ? (long)Math.Round(units)
            : units > 0 ? HistogramScale.Highest
            : 0
        );
        var block = _blocks[index / HistogramScale.BlockLength] ?? Make(index / HistogramScale.BlockLength);
        block[index % HistogramScale.BlockLength]++;
        _touched |= 1L << (index / HistogramScale.BlockLength);
    }

    /// <summary>The sketch of what was added since the last one.</summary>
    public DurationSketch Take()
    {
        if (Count == 0)
        {
            return DurationSketch.Empty;
        }
        var sketch = new DurationSketch(Count, _sum, _min, _max, SketchPayload.Write(_blocks, _touched));
        for (var touched = _touched; touched != 0; touched &= touched - 1)
        {
            _blocks[BitOperations.TrailingZeroCount(touched)].AsSpan().Clear();
        }
        (Count, _sum, _min, _max, _touched) = (0, 0, double.MaxValue, double.MinValue, 0);
        return sketch;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int[] Make(int block) => _blocks[block] = new int[HistogramScale.BlockLength];
}
