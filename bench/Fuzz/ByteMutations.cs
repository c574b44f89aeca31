using System.Buffers;

namespace PerfGate.Bench.Fuzz;

/// <summary>Changes to bytes that know nothing of their meaning, but for the words they put in.</summary>
internal static class ByteMutations
{
    private const int LongestRun = 70_000;

    private static readonly SearchValues<byte> OfNumbers = SearchValues.Create("0123456789.+-eE"u8);

    private static ReadOnlySpan<byte> Telling => "\0\n\r\t \"\\{}[],:;=-+.0eE\x7f"u8;

    /// <summary>Applies a few of them.</summary>
    public static byte[] Apply(byte[] input, IReadOnlyList<byte[]> corpus, FuzzWords words, FuzzRandom random)
    {
        for (var times = random.Few(6); times > 0; times--)
        {
            input = ApplyOne(input, corpus, words, random);
        }
        return input;
    }

    private static byte[] ApplyOne(byte[] input, IReadOnlyList<byte[]> corpus, FuzzWords words, FuzzRandom random)
    {
        var at = random.Below(input.Length + 1);
        switch (random.Below(16))
        {
            case 0 or 1:
                return Change(input, at, b => (byte)(b ^ (1 << random.Below(8))));
            case 2:
                return Change(input, at, _ => (byte)random.Next());
            case 3:
                return Change(input, at, _ => Telling[random.Below(Telling.Length)]);
            case 4:
                return Splice(input, at, 0, Noise(random));
            case 5:
                return Splice(input, at, random.Few(16), []);
            case 6:
                return Splice(input, at, random.Below(input.Length - at + 1), []);
            case 7 or 8:
                return Splice(input, at, random.OneIn(2) ? 0 : random.Few(8), words.Pick(random));
            case 9:
                return ReplaceDigits(input, at, random.Pick(FuzzWords.Numbers));
            case 10:
                return Splice(input, at, 0, random.Pick(FuzzWords.Traps));
            case 11:
                return Repeat(input, at, random);
            case 12:
                // The end of another.
                var other = random.Pick(corpus);
                return [.. input[..at], .. other[random.Below(other.Length + 1)..]];
            case 13:
                return LineEnds(input, at, random);
            case 14:
                return Nest(input, at, random);
            default:
                var (from, to) = (Math.Min(at, input.Length), random.Below(input.Length + 1));
                return from < to
                    ? [.. input[..from], .. input[to..], .. input[from..to]]
                    : [.. input[..to], .. input[to..from], .. input[to..from], .. input[from..]];
        }
    }

    /// <summary>Puts something in the place of something else.</summary>
    public static byte[] Splice(ReadOnlySpan<byte> input, int at, int remove, ReadOnlySpan<byte> insert)
    {
        remove = Math.Clamp(remove, 0, input.Length - at);
        var output = new byte[input.Length - remove + insert.Length];
        input[..at].CopyTo(output);
        insert.CopyTo(output.AsSpan(at));
        input[(at + remove)..].CopyTo(output.AsSpan(at + insert.Length));
        return output;
    }

    private static byte[] Change(byte[] input, int at, Func<byte, byte> change)
    {
        if (at >= input.Length)
        {
            return input;
        }
        var output = input.ToArray();
        output[at] = change(output[at]);
        return output;
    }

    private static byte[] Noise(FuzzRandom random)
    {
        var noise = new byte[random.Few(16)];
        foreach (ref var one in noise.AsSpan())
        {
            one = (byte)random.Next();
        }
        return noise;
    }

    private static byte[] ReplaceDigits(byte[] input, int at, byte[] number)
    {
        var start = input.AsSpan(at).IndexOfAnyInRange((byte)'0', (byte)'9');
        if (start < 0)
        {
            return Splice(input, at, 0, number);
        }
        start += at;
        var length = input.AsSpan(start).IndexOfAnyExcept(OfNumbers);
        return Splice(input, start, length < 0 ? input.Length - start : length, number);
    }

    /// <summary>A piece again and again: seldom very often, since long inputs cost their time.</summary>
    private static byte[] Repeat(byte[] input, int at, FuzzRandom random)
    {
        var piece = input.AsSpan(at, Math.Min(random.Few(12), input.Length - at)).ToArray();
        if (piece.Length == 0)
        {
            piece = [(byte)random.Next()];
        }
        var times = random.Few(random.OneIn(40) ? LongestRun / piece.Length : 200);
        var run = new byte[piece.Length * times];
        for (var i = 0; i < run.Length; i++)
        {
            run[i] = piece[i % piece.Length];
        }
        return Splice(input, at, 0, run);
    }

    private static byte[] LineEnds(byte[] input, int at, FuzzRandom random)
    {
        var end = input.AsSpan(at).IndexOf((byte)'\n');
        if (end < 0)
        {
            return Splice(input, at, 0, "\r\n"u8);
        }
        return random.Below(3) switch
        {
            0 => Splice(input, at + end, 1, "\r\n"u8),
            1 => Splice(input, at + end, 1, "\r"u8),
            _ => Splice(input, at + end, 1, []),
        };
    }

    private static byte[] Nest(byte[] input, int at, FuzzRandom random)
    {
        var depth = random.Few(random.OneIn(20) ? 20_000 : 300);
        var isArray = random.OneIn(2);
        var open = isArray ? "["u8 : "{\"a\":"u8;
        var close = isArray ? "]"u8 : "}"u8;
        var nest = new List<byte>((open.Length + close.Length) * depth);
        for (var i = 0; i < depth; i++)
        {
            nest.AddRange(open);
        }
        nest.Add((byte)'1');
        for (var i = 0; i < depth && !random.OneIn(10_000); i++)
        {
            nest.AddRange(close);
        }
        return Splice(input, at, 0, [.. nest]);
    }
}
