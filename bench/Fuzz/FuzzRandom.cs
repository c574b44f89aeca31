namespace PerfGate.Bench.Fuzz;

/// <summary>
/// Chance that is the same on every machine and release of .NET: SplitMix64 (Steele, Lea, Flood 2014). Each input has its own,
/// so that any one of a million can be made again alone.
/// </summary>
internal sealed class FuzzRandom
{
    private ulong _state;

    private FuzzRandom(ulong state) => _state = state;

    /// <summary>That of one input.</summary>
    /// <param name="seed">Of the whole.</param>
    /// <param name="target">Name of what is given the input.</param>
    /// <param name="index">Number of the input, from 0.</param>
    public static FuzzRandom Of(int seed, string target, long index)
    {
        // FNV-1a: names differ, and so do their inputs.
        var hash = 14_695_981_039_346_656_037UL;
        foreach (var letter in target)
        {
            hash = (hash ^ letter) * 1_099_511_628_211UL;
        }
        var random = new FuzzRandom(hash ^ ((ulong)(uint)seed << 32));
        random._state += random.Next() + ((ulong)index * 0xD1B5_4A32_D192_ED03UL);
        random.Next();
        return random;
    }

    /// <summary>64 bits.</summary>
    public ulong Next()
    {
        var z = _state += 0x9E37_79B9_7F4A_7C15UL;
        z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EBUL;
        return z ^ (z >> 31);
    }

    /// <summary>From 0 up to a number, that one excluded; 0 where there is no such number.</summary>
    public int Below(int end) => end <= 0 ? 0 : (int)(Next() % (uint)end);

    /// <summary>True once in so many times.</summary>
    public bool OneIn(int times) => Below(times) == 0;

    /// <summary>One of them.</summary>
    public T Pick<T>(IReadOnlyList<T> items) => items[Below(items.Count)];

    /// <summary>A number from 1, the small ones far more often.</summary>
    public int Few(int most) => 1 + Below(1 + Below(most));
}
