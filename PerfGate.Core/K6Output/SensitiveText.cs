using System.Text.RegularExpressions;

namespace PerfGate.Core.K6Output;

/// <summary>
/// Takes out of engine output what may be a secret: user names, passwords and queries in URLs, bearer and basic credentials,
/// values of fields named like one.
/// </summary>
public static partial class SensitiveText
{
    private const string Stripped = "[stripped]";

    /// <summary>The text without them.</summary>
    public static string Strip(string text)
    {
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
