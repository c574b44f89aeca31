namespace PerfGate.Core.K6Output;

/// <summary>How many values lie at each place of the scale: a histogram that others are added to.</summary>
internal sealed class ValueCounts
{
    private readonly long[]?[] _blocks = new long[]?[HistogramScale.Blocks];

    /// <summary>Values added.</summary>
    public long Total { get; private set; }

    /// <summary>Adds values, units.</summary>
    public void Add(long value, long count) => AddAt(HistogramScale.IndexOf(value), count);

    /// <summary>Adds values by their place on the scale.</summary>
    public void AddAt(int index, long count)
    {
        var block = _blocks[index / HistogramScale.BlockLength] ??= new long[HistogramScale.BlockLength];
        block[index % HistogramScale.BlockLength] += count;
        Total += count;
    }

    /// <summary>Adds all of another.</summary>
    public void Add(ValueCounts other)
    {
        for (var i = 0; i < _blocks.Length; i++)
        {
            if (other._blocks[i] is not { } added)
            {
                continue;
            }
            var block = _blocks[i] ??= new long[HistogramScale.BlockLength];
            for (var j = 0; j < block.Length; j++)
            {
                block[j] += added[j];
            }
        }
        Total += other.Total;
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        foreach (var block in _blocks)
        {
            block?.AsSpan().Clear();
        }
        Total = 0;
    }

    /// <summary>Places that hold values, by value, with their numbers.</summary>
    public IEnumerable<(int Index, long Count)> Held()
    {
        for (var i = 0; i < _blocks.Length; i++)
        {
            for (var j = 0; _blocks[i] is { } block && j < block.Length; j++)
            {
                if (block[j] > 0)
                {
                    yield return ((i * HistogramScale.BlockLength) + j, block[j]);
                }
            }
        }
    }

    /// <summary>
    /// The value at a rank from 0 in order of size, and the one after it (the same at the end), units: the middles of their
    /// places.
    /// </summary>
    public (double At, double After) AtRank(long rank)
    {
        var seen = 0L;
        double? at = null;
        for (var i = 0; i < _blocks.Length; i++)
        {
            if (_blocks[i] is not { } block)
            {
                continue;
            }
            for (var j = 0; j < block.Length; j++)
            {
                if (block[j] == 0)
                {
                    continue;
                }
                seen += block[j];
                if (seen <= rank)
                {
                    continue;
                }
                var middle = HistogramScale.MiddleAt((i * HistogramScale.BlockLength) + j);
                at ??= middle;
                if (seen > rank + 1)
                {
                    return (at.Value, middle);
                }
            }
        }
        return (at ?? 0, at ?? 0);
    }
}
