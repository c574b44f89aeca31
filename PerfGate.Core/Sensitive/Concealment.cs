using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace PerfGate.Core.Sensitive;

/// <summary>What a runner knows to be nobody's business, beside what anybody would take for a secret.</summary>
public sealed partial class Concealment
{
    private const int LongestPattern = 2000;

    private readonly string[] _values;
    private readonly Regex? _pattern;
    private readonly InternalHosts? _hosts;

    /// <param name="values">
    /// Secrets, taken out also as a URL or JSON writes them. Those shorter than four characters are not: they are everywhere.
    /// </param>
    /// <param name="pattern">A regular expression of what else goes; null for nothing.</param>
    /// <param name="ownHosts">Hosts that may be told while others of private networks may not; null where all may be.</param>
    public Concealment(IEnumerable<string> values, string? pattern = null, IEnumerable<string>? ownHosts = null)
    {
        _values =
        [
            .. values
                .Where(value => value.Length >= 4)
                .SelectMany(Written)
                .Distinct(StringComparer.Ordinal)
                .OrderByDescending(value => value.Length),
        ];
        _pattern = pattern is null ? null : LinearPattern.Of(pattern);
        _hosts = ownHosts is null ? null : new InternalHosts(ownHosts);
    }

    /// <summary>Of nothing.</summary>
    public static Concealment None { get; } = new([]);

    /// <summary>What is wrong with a pattern; null where nothing is.</summary>
    public static string? Problem(string pattern)
    {
        if (pattern.Length > LongestPattern)
        {
            return FormattableString.Invariant($"has {pattern.Length} characters, more than {LongestPattern}");
        }
        try
        {
            return LinearPattern.Of(pattern).IsMatch("") ? "matches where there is nothing" : null;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return $"cannot be used: {e.Message}";
        }
    }

    /// <summary>The text without its values.</summary>
    public string StripValues(string text, string instead)
    {
        foreach (var value in _values)
        {
            text = text.Replace(value, instead, StringComparison.Ordinal);
        }
        return text;
    }

    /// <summary>The text without what its pattern finds, and without hosts of private networks.</summary>
    public string StripPatterns(string text, string instead)
    {
        text = _pattern?.Replace(text, instead) ?? text;
        return _hosts?.Strip(text, "[internal]") ?? text;
    }

    /// <summary>A value as it is, and as URLs, forms, JSON of .NET, JavaScript and Go, and Base64 write it.</summary>
    internal static IEnumerable<string> Written(string value)
    {
        var escaped = Uri.EscapeDataString(value);
        var json = JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString();
        return
        [
            value,
            escaped,
            EscapedHex().Replace(escaped, hex => hex.Value.ToLowerInvariant()),
            // JavaScript's encodeURIComponent, which the scripts use, leaves these five.
            EscapedMark().Replace(escaped, mark => Uri.UnescapeDataString(mark.Value)),
            escaped.Replace("%20", "+", StringComparison.Ordinal),
            JsonEncodedText.Encode(value).ToString(),
            json,
            json.Replace("&", "\\u0026", StringComparison.Ordinal)
                .Replace("<", "\\u003c", StringComparison.Ordinal)
                .Replace(">", "\\u003e", StringComparison.Ordinal),
            Convert.ToBase64String(Encoding.UTF8.GetBytes(value)),
        ];
    }

    [GeneratedRegex("%[0-9A-F]{2}", RegexOptions.CultureInvariant)]
    private static partial Regex EscapedHex();

    [GeneratedRegex("%(21|27|28|29|2A)", RegexOptions.CultureInvariant)]
    private static partial Regex EscapedMark();
}
