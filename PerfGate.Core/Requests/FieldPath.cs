using System.Globalization;
using System.Text.RegularExpressions;
using PerfGate.Core.Sensitive;

namespace PerfGate.Core.Requests;

/// <summary>
/// Paths in an input, and values of it, as errors show them and the audit trail keeps them: shortened, on one line, and without what
/// looks like a secret or personal data, which a name can hold as well as a value.
/// </summary>
public static partial class FieldPath
{
    private const int LongestShown = 60;

    // Nothing of a known form that begins within what is shown is longer, but for what is cut anyway.
    private const int LongestSearched = 4096;

    /// <summary><c>parent.name</c>, or <c>parent["odd name"]</c>.</summary>
    public static string Member(string parent, string name) =>
        !PlainName().IsMatch(name) || IsSensitive(name) ? $"{parent}[{Shown('"' + name + '"')}]"
        : parent.Length == 0 ? name
        : $"{parent}.{name}";

    /// <summary><c>parent[2]</c>.</summary>
    public static string Entry(string parent, int index) =>
        string.Create(CultureInfo.InvariantCulture, $"{parent}[{index}]");

    /// <summary>A value of the caller's.</summary>
    public static string Shown(string value)
    {
        var text = SensitiveText.Strip(value.Length <= LongestSearched ? value : value[..LongestSearched]);
        var line = string.Concat(text.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
        return line.Length <= LongestShown ? line : line[..LongestShown] + "...";
    }

    // Nothing of a known form that is a plain name is shorter; most names are.
    private static bool IsSensitive(string name) => name.Length >= 15 && SensitiveText.Strip(name) != name;

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_-]{0,63}\z", RegexOptions.CultureInvariant)]
    private static partial Regex PlainName();
}
