using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace PerfGate.Core.K6Output;

/// <summary>
/// Takes out of engine output what may be a secret: user names, passwords and queries in URLs, bearer and basic credentials,
/// values of fields named like one.
/// </summary>
public static partial class SensitiveText
{
    private const string Stripped = "[stripped]";

    // Of this process: a runner knows the secrets of the one run it serves.
    private static volatile string[] _concealed = [];

    /// <summary>
    /// From now on takes these values, also as a URL or JSON writes them, out of every text of this process. Values shorter than
    /// four characters are not: they are everywhere.
    /// </summary>
    public static void Conceal(IEnumerable<string> values) =>
        _concealed = [
            .. values
                .Where(value => value.Length >= 4)
                .SelectMany(Written)
                .Distinct(StringComparer.Ordinal)
                .OrderByDescending(value => value.Length),
        ];

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

    /// <summary>The text without the values of <see cref="Conceal"/>, and otherwise as it is.</summary>
    public static string StripConcealed(string text)
    {
        foreach (var value in _concealed)
        {
            text = text.Replace(value, Stripped, StringComparison.Ordinal);
        }
        return text;
    }

    /// <summary>The text without them.</summary>
    public static string Strip(string text)
    {
        text = StripConcealed(text);
        if (text.Contains("://", StringComparison.Ordinal))
        {
            text = UserInfo().Replace(text, "$1");
            text = Query().Replace(text, "$1?" + Stripped);
        }
        text = Credentials().Replace(text, "$1 " + Stripped);
        return NamedSecret().Replace(text, "$1$2" + Stripped);
    }

    /// <summary>The text without them and cut to a length.</summary>
    public static string Strip(string text, int maxLength)
    {
        var stripped = Strip(text);
        return stripped.Length <= maxLength ? stripped : string.Concat(stripped.AsSpan(0, maxLength - 1), "…");
    }

    [GeneratedRegex("%[0-9A-F]{2}", RegexOptions.CultureInvariant)]
    private static partial Regex EscapedHex();

    [GeneratedRegex("%(21|27|28|29|2A)", RegexOptions.CultureInvariant)]
    private static partial Regex EscapedMark();

    [GeneratedRegex(
        @"([a-z][a-z0-9+.\-]*://)[^\s/?#@""'\\]*@",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex UserInfo();

    [GeneratedRegex(
        @"([a-z][a-z0-9+.\-]*://[^\s?#""'\\]*)[?#][^\s""'\\]*",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex Query();

    [GeneratedRegex(
        @"\b(Bearer|Basic)\s+[A-Za-z0-9\-._~+/]{4,}=*",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex Credentials();

    [GeneratedRegex(
        @"\b(password|passwd|secret|token|api[_-]?key|access[_-]?key|authorization|client[_-]?secret)(\\?[""']?\s*[:=]\s*\\?[""']?)(?!Bearer|Basic)[^\s""'\\,;&}]+",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex NamedSecret();
}
