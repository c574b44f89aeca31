namespace PerfGate.K6.Summary;

/// <summary>
/// Metrics by name, submetrics after the metric they are part of; characters in the order of Unicode collation, which k6 sorts
/// by: punctuation, digits, letters, and case only where nothing else differs.
/// </summary>
internal sealed class MetricNameOrder : IComparer<string>
{
    // Order of the printable ASCII characters in the root collation.
    private const string Collation = "_-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$0123456789abcdefghijklmnopqrstuvwxyz";

    public int Compare(string? x, string? y)
    {
        var ((firstName, firstTags), (secondName, secondTags)) = (Split(x), Split(y));
        var result = Collate(firstName, secondName);
        return result != 0 ? result : Collate(firstTags, secondTags);
    }

    private static (string Name, string Tags) Split(string? name)
    {
        var text = name ?? "";
        var open = text.IndexOf('{', StringComparison.Ordinal);
        return open < 0 ? (text, "") : (text[..open], text[open..]);
    }

    private static int Collate(string first, string second)
    {
        for (var at = 0; at < Math.Min(first.Length, second.Length); at++)
        {
            var result = Rank(first[at]).CompareTo(Rank(second[at]));
            if (result != 0)
            {
                return result;
            }
        }
        var length = first.Length.CompareTo(second.Length);
        // Lower case before upper case.
        return length != 0 ? length : -string.CompareOrdinal(first, second);
    }

    private static int Rank(char letter)
    {
        var rank = Collation.IndexOf(char.ToLowerInvariant(letter), StringComparison.Ordinal);
        return rank >= 0 ? rank
            : letter <= ' ' ? -1
            : Collation.Length + letter;
    }
}
