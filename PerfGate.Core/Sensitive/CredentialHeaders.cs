using System.Text.RegularExpressions;

namespace PerfGate.Core.Sensitive;

/// <summary>
/// Headers that are there to carry a credential. What stands in them need not look like one: an opaque value is as live as a token of a
/// known form.
/// </summary>
internal static partial class CredentialHeaders
{
    // Shorter values of cookies are preferences: theme=dark, lang=de-CH.
    private const int ShortCookie = 8;

    private static readonly string[] Synthetic = ["test", "demo", "dummy", "example", "fake", "sample", "synthetic"];

    /// <summary>Whether a header is one of them.</summary>
    public static bool IsOne(string name) => Names().IsMatch(name);

    /// <summary>
    /// Whether a value holds nothing but references (<c>{{secret:NAME}}</c>, <c>{{token}}</c>) beside the name of its scheme, and words
    /// that say that they are no credential; of a cookie also its names, and short values.
    /// </summary>
    public static bool IsReferred(string header, string value)
    {
        var isCookie = header.StartsWith("Cookie", StringComparison.OrdinalIgnoreCase);
        var rest = isCookie ? value : Scheme().Replace(value, "");
        return rest.Split([';', ',', ' '], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(ValueOf)
            .Select(part => Reference().Replace(part, ""))
            .All(literal =>
                literal.Length == 0
                || (isCookie && literal.Length < ShortCookie)
                || Array.Exists(Synthetic, word => literal.Contains(word, StringComparison.OrdinalIgnoreCase))
            );
    }

    // Of name=value; what ends in = is Base64.
    private static string ValueOf(string part) =>
        part.IndexOf('=', StringComparison.Ordinal) is > 0 and var at && at < part.Length - 1
            ? part[(at + 1)..].Trim('"')
            : part;

    [GeneratedRegex(
        @"^(?:(?:proxy-)?authorization|cookie2?)\z|(?:^|[-_])(?:api[-_]?key|access[-_]?key|subscription[-_]?key|functions[-_]?key|(?:auth|access|session|security|refresh|id|bearer)[-_]?token|secret|password|credentials?)\z",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex Names();

    [GeneratedRegex(@"^\s*[A-Za-z][A-Za-z0-9-]*\s+(?=\S)", RegexOptions.CultureInvariant)]
    private static partial Regex Scheme();

    [GeneratedRegex(@"\{\{[^{}]*\}\}", RegexOptions.CultureInvariant)]
    private static partial Regex Reference();
}
