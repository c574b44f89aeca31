using System.Text.RegularExpressions;

namespace PerfGate.Core.Sensitive;

/// <summary>
/// Takes out of engine output what may be a secret or personal: user names, passwords and queries in URLs, credentials, cookies,
/// values of fields named like one, keys and tokens of a known form, real e-mail addresses, card and account numbers. Rather a word too
/// many than a secret: what is taken out is said to be.
/// </summary>
public static partial class SensitiveText
{
    private const string Stripped = "[stripped]";

    // Of this process: a runner knows the secrets of the one run it serves.
    private static volatile Concealment _concealment = Concealment.None;

    // Of what goes on at the moment in a process that does many things.
    private static readonly AsyncLocal<Concealment?> _here = new();

    /// <summary>From now on takes this out of every text of this process as well.</summary>
    public static void Conceal(Concealment concealment) => _concealment = concealment;

    /// <summary>
    /// Takes this out instead, of the texts of an asynchronous method and of all that it awaits, until that method ends.
    /// </summary>
    public static void ConcealHere(Concealment concealment) => _here.Value = concealment;

    /// <summary>The text without them.</summary>
    public static string Strip(string text) => Strip(text, _here.Value ?? _concealment);

    /// <summary>The text without them, and without what somebody else knows.</summary>
    public static string Strip(string text, Concealment concealment)
    {
        text = concealment.StripValues(text, Stripped);
        if (text.Contains("://", StringComparison.Ordinal))
        {
            // First, so that the host stays to be read.
            text = UserInfo().Replace(text, "$1");
        }
        text = LiveSecrets.Strip(text, Stripped);
        text = Cookies().Replace(text, "$1" + Stripped);
        text = Challenged().Replace(text, "$1 " + Stripped);
        text = Credentials().Replace(text, "$1 " + Stripped);
        text = QuotedSecret().Replace(text, "$1$2" + Stripped);
        text = NamedSecret().Replace(text, "$1$2" + Stripped);
        if (text.Contains("://", StringComparison.Ordinal))
        {
            text = Query().Replace(text, "$1?" + Stripped);
        }
        text = BareQuery().Replace(text, "?" + Stripped);
        text = Encoded().Replace(text, Stripped);
        text = PersonalNumbers.Strip(text, Stripped);
        return concealment.StripPatterns(text, Stripped);
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

    // Of a URL without a host, as redirects have it.
    [GeneratedRegex(@"\?(?=[\w.~%\[\]-]+=)[^\s""'\\<>]*", RegexOptions.CultureInvariant)]
    private static partial Regex BareQuery();

    // To the end of the line or of the quote: a cookie has many parts, and its attributes are of no use.
    [GeneratedRegex(
        @"\b((?:set-)?cookie2?(?:\\*[""'])?\s*[:=]\s*\[?(?:\\*[""'])?)(?!\[{0,2}stripped)[^\s""'\\\]][^""'\\\]\r\n]*",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex Cookies();

    // Schemes whose parameters follow, to the end of the line.
    [GeneratedRegex(
        @"\b(Digest(?=\s+\w+=)|AWS4-HMAC-SHA256|SharedKey(?:Lite)?(?=\s+\S+:)|Negotiate|NTLM|OAuth(?=\s+\w+=))\s+[^\r\n]{4,}",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex Challenged();

    [GeneratedRegex(
        @"\b(Bearer|Basic)\s+[A-Za-z0-9\-._~+/]{4,}=*",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex Credentials();

    // A member of JSON, also of JSON within a string, or an assignment in quotes: the value goes to its quote.
    [GeneratedRegex(
        @"\b([a-z0-9_.-]{0,40}(?:passw|pwd|passphrase|secret|token|credential|authorization|authentication|api[_-]?key|(?:access|account|private|shared|client|master|encryption|signing)[_-]?key|session|csrf|xsrf|nonce|otp|signature|connection[_-]?string|card[_-]?number|cvv|cvc|iban)[a-z0-9_-]{0,20})((?:\\*[""'])?\s*[:=]\s*\\*[""'])(?!\[stripped|(?:Bearer|Basic) \[stripped)(?:[^""'\\\r\n]|\\[^""'])+",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex QuotedSecret();

    // Without quotes: of a word that may stand before a colon in prose only what is no prose, an assignment.
    [GeneratedRegex(
        @"\b([a-z0-9_.-]{0,40}(?:passwor[dt]s?|passwd|pwd|passphrase|secret|token|api[_-]?key|authorization|(?:access|account|private|shared|client)[_-]?key)|[a-z0-9_.-]{0,40}(?:session(?:[_-]?id)?|sid|csrf|xsrf|nonce|otp|sig|signature|code|state)(?=\s*=))((?:\\*[""'])?\s*[:=]\s*)(?!\[stripped|Bearer|Basic|Digest|AWS4|SharedKey|Negotiate|NTLM|OAuth)[^\s""'\\,;&}\])]+",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex NamedSecret();

    // Keys of forty and more characters in Base64 or hex, whatever they are called: longer than names, hashes of files and UUIDs.
    [GeneratedRegex(
        @"(?<![\w+/=-])(?:[A-Za-z0-9+/]{40,}={1,2}|(?=[A-Za-z+]*\d)(?=[a-z0-9+]*[A-Z])[A-Za-z0-9+]{40,})(?![\w+/=-])",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Encoded();
}
