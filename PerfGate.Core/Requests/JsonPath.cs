using System.Globalization;
using System.Text.RegularExpressions;

namespace PerfGate.Core.Requests;

/// <summary>
/// The part of JSON path (RFC 9535) that names one value: <c>$</c>, <c>.name</c>, <c>['any name']</c>, <c>[0]</c>. No wildcards,
/// slices or filters.
/// </summary>
public static partial class JsonPath
{
    /// <summary>Reads a path as member names (string) and positions (int), from the root on.</summary>
    public static bool TryParse(string text, out IReadOnlyList<object> keys)
    {
        keys = [];
        var match = Whole().Match(text);
        if (!match.Success)
        {
            return false;
        }
        keys =
        [
            .. match
                .Groups["key"]
                .Captures.Select(key =>
                    key.Value[0] switch
                    {
                        '.' => key.Value[1..],
                        '[' when key.Value[1] == '\'' => key.Value[2..^2],
                        _ => (object)int.Parse(key.Value[1..^1], CultureInfo.InvariantCulture),
                    }
                ),
        ];
        return true;
    }

    [GeneratedRegex(
        @"^\$(?<key>\.[A-Za-z_][A-Za-z0-9_-]*|\[[0-9]{1,6}\]|\['[^'\\]+'\])*\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Whole();
}
