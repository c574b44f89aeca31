using System.Text.RegularExpressions;

namespace PerfGate.Core.Requests;

/// <summary>Text of a custom step with <c>{{name}}</c> in it.</summary>
public static partial class StepText
{
    /// <summary>Values that are always there: the number of the virtual user, and of its iteration (k6's own names).</summary>
    public static IReadOnlySet<string> BuiltInValues { get; } =
        new HashSet<string>(StringComparer.Ordinal) { "__VU", "__ITER" };

    /// <summary>Names between double braces, each once, in order. Braces around anything else are plain text.</summary>
    public static IReadOnlyList<string> References(string text) =>
        [.. Reference().Matches(text).Select(match => match.Groups[1].Value).Distinct(StringComparer.Ordinal)];

    [GeneratedRegex(@"\{\{([A-Za-z_][A-Za-z0-9_]{0,63})\}\}", RegexOptions.CultureInvariant)]
    private static partial Regex Reference();
}
