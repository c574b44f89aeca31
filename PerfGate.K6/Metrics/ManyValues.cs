namespace PerfGate.K6.Metrics;

/// <summary>
/// Values by how many lie near each other, so that a test of hours takes no more room than one of minutes: each doubling has 4096
/// places of equal width, whose middles are within 0.013 % of what is in them. Zero is told exactly.
/// </summary>
internal sealed class ManyValues
{
    private const int PlaceBits = 12;
    private const int Places = 1 << PlaceBits;
    private const int MantissaBits = 52;

    // By exponent, negative numbers' mirrored; sorted, since percentiles go through them in order of size.
    private readonly SortedDictionary<int, long[]> _doublings = [];

    /// <summary>Values added.</summary>
    public long Count { get; private set; }

    /// <summary>Adds a value, which is a number.</summary>
    public void Add(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(Math.Abs(value));
        var place = (int)(bits >> (MantissaBits - PlaceBits)) & (Places - 1);
        // 1 and up, so that the sign tells them apart; 0 has one of its own.
        var doubling = value == 0 ? 0 : ((int)(bits >> MantissaBits) + 1) * (value < 0 ? -1 : 1);
        if (!_doublings.TryGetValue(doubling, out var counts))
        {
            _doublings.Add(doubling, counts = new long[doubling == 0 ? 1 : Places]);
        }
        counts[doubling == 0 ? 0 : place]++;
        Count++;
    }

    /// <summary>The value at a rank from 0 in order of size, and the one after it (the same at the end).</summary>
    public (double At, double After) AtRank(long rank)
    {
        var seen = 0L;
        double? at = null;
        foreach (var (doubling, counts) in _doublings)
        {
            for (var i = 0; i < counts.Length; i++)
            {
                var place = doubling < 0 ? counts.Length - 1 - i : i;
                seen += counts[place];
                if (seen <= rank || counts[place] == 0)
                {
                    continue;
                }
                var middle = Middle(doubling, place);
                at ??= middle;
                if (seen > rank + 1)
                {
                    return (at.Value, middle);
                }
            }
        }
        return (at ?? 0, at ?? 0);
    }

    private static double Middle(int doubling, int place)
    {
        if (doubling == 0)
        {
            return 0;
        }
        var exponent = (long)Math.Abs(doubling) - 1;
        var mantissa = ((long)place << (MantissaBits - PlaceBits)) + (1L << (MantissaBits - PlaceBits - 1));
        var middle = BitConverter.Int64BitsToDouble((exponent << MantissaBits) | mantissa);
        return doubling < 0 ? -middle : middle;
    }
}
