using System.Globalization;
using System.Text.RegularExpressions;

namespace PerfGate.Core.Requests;

/// <summary>Paths in an input, and values of it, as errors show them.</summary>
internal static partial class FieldPath
{
    private const int LongestShown = 60;

    /// <summary><c>parent.name</c>, or <c>parent["odd name"]</c>.</summary>
    public static string Member(string parent, string name) =>
        !PlainName().IsMatch(name) ? $"{parent}[{Shown('"' + name + '"')}]"
        : parent.Length == 0 ? name
        : $"{parent}.{name}";

    /// <summary><c>parent[2]</c>.</summary>
    public static string Entry(string parent, int index) =>
        string.Create(CultureInfo.InvariantCulture, $"{parent}[{index}]");

    /// <summary>A value of the caller's, shortened and on one line.</summary>
    public static string Shown(string value)
    {
        var line = string.Concat(value.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
        return line.Length <= LongestShown ? line : line[..LongestShown] + "...";
    }

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_-]{0,63}\z", RegexOptions.CultureInvariant)]
    private static partial Regex PlainName();
}
