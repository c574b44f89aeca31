namespace PerfGate.Bench.Fuzz;

/// <summary>Changes to lines of JSON.</summary>
internal static class JsonLines
{
    /// <summary>Changes a line or two by JSON's grammar, or the whole as bytes.</summary>
    public static byte[] Apply(byte[] input, IReadOnlyList<byte[]> corpus, FuzzWords words, FuzzRandom random)
    {
        if (random.OneIn(3))
        {
            return ByteMutations.Apply(input, corpus, words, random);
        }
        for (var times = random.Few(3); times > 0; times--)
        {
            var (start, length) = Line(input, random.Below(input.Length + 1));
            var line = input[start..(start + length)];
            input = ByteMutations.Splice(input, start, length, JsonMutations.Apply(line, [line], words, random));
        }
        return input;
    }

    /// <summary>A slice of lines, with the first ones where a reader wants those.</summary>
    public static byte[] Slice(byte[] lines, int first, int skip, int take)
    {
        var ends = new List<int> { 0 };
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i] == (byte)'\n')
            {
                ends.Add(i + 1);
            }
        }
        int End(int line) => ends[Math.Min(line, ends.Count - 1)];
        return [.. lines[..End(first)], .. lines[End(first + skip)..End(first + skip + take)]];
    }

    private static (int Start, int Length) Line(byte[] input, int at)
    {
        var start = input.AsSpan(0, at).LastIndexOf((byte)'\n') + 1;
        var end = input.AsSpan(start).IndexOf((byte)'\n');
        return (start, end < 0 ? input.Length - start : end);
    }
}
