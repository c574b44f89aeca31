using System.Diagnostics.CodeAnalysis;

namespace PerfGate.Core.Thresholds;

/// <summary>
/// A metric, or the part of it with certain tags, as k6 writes it: <c>http_req_duration{scenario:x,method:GET}</c>.
/// </summary>
/// <param name="Metric">Metric name.</param>
/// <param name="Tags">Tag values the samples must have; empty for all samples.</param>
public sealed record K6MetricSelector(string Metric, IReadOnlyDictionary<string, string> Tags)
{
    /// <summary>Longest metric name k6 accepts.</summary>
    public const int LongestName = 128;

    /// <summary>Reads a selector; false with the problem where it is none.</summary>
    public static bool TryParse(
        string text,
        [NotNullWhen(true)] out K6MetricSelector? selector,
        [NotNullWhen(false)] out string? problem
    )
    {
        selector = null;
        var open = text.IndexOf('{', StringComparison.Ordinal);
        var name = (open < 0 ? text : text[..open]).Trim();
        if (!IsName(name))
        {
            problem =
                $"'{name}' is no metric name: a letter or underscore, then up to 127 letters, digits, underscores";
            return false;
        }
        var tags = new Dictionary<string, string>();
        if (open >= 0)
        {
            if (!text.EndsWith('}'))
            {
                problem = "the tags do not end with '}'";
                return false;
            }
            foreach (var pair in text[(open + 1)..^1].Split(',', StringSplitOptions.RemoveEmptyEntries))
            {
                // Only the first colon divides: group names (::a::b) are full of them.
                var colon = pair.IndexOf(':', StringComparison.Ordinal);
                if (colon <= 0)
                {
                    problem = $"'{pair.Trim()}' is no tag: expected name:value";
                    return false;
                }
                tags[Unquote(pair[..colon])] = Unquote(pair[(colon + 1)..]);
            }
        }
        if (open >= 0 && tags.Count == 0)
        {
            problem = "there is no tag between '{' and '}'";
            return false;
        }
        selector = new K6MetricSelector(name, tags);
        problem = null;
        return true;
    }

    private static bool IsName(string name) =>
        name.Length is > 0 and <= LongestName
        && (char.IsAsciiLetter(name[0]) || name[0] == '_')
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    private static string Unquote(string text) => text.Trim().Trim('"', '\'');
}
