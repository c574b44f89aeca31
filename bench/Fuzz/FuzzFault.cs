namespace PerfGate.Bench.Fuzz;

/// <summary>An input that broke a property.</summary>
/// <param name="Target">What was given it.</param>
/// <param name="Index">Its number: with the seed, it can be made again.</param>
/// <param name="Kind">What broke: those of one kind are told once.</param>
/// <param name="Detail">The exception, or what was answered.</param>
/// <param name="Input">The bytes.</param>
internal sealed record FuzzFault(string Target, long Index, string Kind, string Detail, byte[] Input)
{
    /// <summary>That of an exception: its type, and where in PerfGate it came from.</summary>
    public static FuzzFault Of(string target, long index, Exception thrown, byte[] input)
    {
        var place = (thrown.StackTrace ?? "")
            .Split('\n')
            .FirstOrDefault(line =>
                line.Contains("PerfGate.", StringComparison.Ordinal)
                && !line.Contains("PerfGate.Bench.", StringComparison.Ordinal)
            );
        return new FuzzFault(target, index, $"{thrown.GetType().Name} {place?.Trim()}", $"{thrown}", input);
    }
}
