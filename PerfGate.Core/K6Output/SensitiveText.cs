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
                .SelectMany(value =>
                    new[]
                    {
                        value,
                        Uri.EscapeDataString(value),
                        JsonEncodedText.Encode(value).ToString(),
                        JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString(),
                        Convert.ToBase64String(Encoding.UTF8.GetBytes(value)),
                    }
                )
                .Distinct(StringComparer.Ordinal)
                .OrderByDescending(value => value.Length),
        ];

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
