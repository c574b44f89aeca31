using System.Buffers;
using System.Text.RegularExpressions;

namespace PerfGate.Core.Sensitive;

/// <summary>
/// Takes out of engine output what may be a secret or personal: user names, passwords and queries in URLs, credentials, cookies,
/// values of fields named like one, keys and tokens of a known form, real e-mail addresses, card and account numbers. Rather a word too
/// many than a secret: what is taken out is said to be.
/// </summary>
public static partial class SensitiveText
{
    /// <summary>
    /// Longest time, milliseconds, that one pattern that may go back in a text may take for it. All of them are bounded: a time that is
    /// used up is a fault of a pattern.
    /// </summary>
    internal const int Patience = 10_000;

    private const string Stripped = "[stripped]";

    private const int LeastWindow = 2048;

    // Card and account numbers and keys of unknown form are shorter until they are known by their length.
    private const int LongestRest = 64;

    // None of these is within a secret of a known form, nor within what stands before an @ in a URL.
    private static readonly SearchValues<char> Breaks = SearchValues.Create(" \t\r\n\"'\\");

    // A scheme before it would be looked for from every letter of a long word.
    private static readonly Regex UserInfo = LinearPattern.Of(@"://[^\s/?#@""'\\]*@");

    private static readonly Regex Query = LinearPattern.Of(@"://[^\s?#""'\\]*[?#][^\s""'\\]*");

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

    /// <summary>
    /// The text without them, and without what somebody else knows. Where that takes longer than the patterns may, nothing of
    /// the text is told.
    /// </summary>
    public static string Strip(string text, Concealment concealment)
    {
        try
        {
            return StripAll(concealment.StripValues(text, Stripped), concealment);
        }
        catch (RegexMatchTimeoutException)
        {
            return Stripped;
        }
    }

    /// <summary>
    /// The text without them and cut to a length. Of a text much longer than that only its beginning is looked at, so that the
    /// work does not depend on who wrote it.
    /// </summary>
    public static string Strip(string text, int maxLength)
    {
        var concealment = _here.Value ?? _concealment;
        // Values first: a cut within one of them would leave a part that nobody knows again.
        var known = concealment.StripValues(text, Stripped);
        var window = Math.Max(2 * maxLength, LeastWindow);
        if (known.Length <= window)
        {
            return Cut(Strip(known, concealment), maxLength, wasCut: false);
        }
        var end = known.AsSpan(window / 2, window / 2).LastIndexOfAny(Breaks);
        var stripped = Strip(known[..(end < 0 ? window : (window / 2) + end)], concealment);
        // What the cut may have left of a secret is at the end, behind the last that was known.
        var settled = stripped.LastIndexOf(Stripped, StringComparison.Ordinal);
        var rest = Math.Max(stripped.Length - LongestRest, settled < 0 ? 0 : settled + Stripped.Length);
        return Cut(stripped[..rest], maxLength, wasCut: true);
    }

    private static string Cut(string text, int maxLength, bool wasCut) =>
        text.Length > maxLength || (wasCut && text.Length == maxLength)
            ? string.Concat(text.AsSpan(0, maxLength - 1), "…")
        : wasCut ? text + "…"
        : text;

    private static string StripAll(string text, Concealment concealment)
    {
        if (text.Contains("://", StringComparison.Ordinal))
        {
            // First, so that the host stays to be read.
            text = UserInfo.Replace(text, "://");
        }
        text = LiveSecrets.Strip(text, Stripped);
        text = Cookies().Replace(text, "$1" + Stripped);
        text = Challenged().Replace(text, "$1 " + Stripped);
        text = Credentials().Replace(text, "$1 " + Stripped);
        text = QuotedSecret().Replace(text, "$1$2" + Stripped);
        text = NamedSecret().Replace(text, "$1$2" + Stripped);
        if (text.Contains("://", StringComparison.Ordinal))
        {
            text = Query.Replace(
                text,
                url => $"{url.Value.AsSpan(0, url.Value.AsSpan().IndexOfAny('?', '#'))}?{Stripped}"
            );
        }
        text = BareQuery().Replace(text, "?" + Stripped);
        text = Encoded().Replace(text, Stripped);
        text = PersonalNumbers.Strip(text, Stripped);
        return concealment.StripPatterns(text, Stripped);
    }

    // Of a URL without a host, as redirects have it.
    [GeneratedRegex(
        @"\?(?=[\w.~%\[\]-]+=)[^\s""'\\<>]*",
        RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: Patience
    )]
    private static partial Regex BareQuery();

    // To the end of the line or of the quote: a cookie has many parts, and its attributes are of no use.
    [GeneratedRegex(
        @"\b((?:set-)?cookie2?(?:\\*[""'])?\s*[:=]\s*\[?(?:\\*[""'])?)(?!\[{0,2}stripped)[^\s""'\\\]][^""'\\\]\r\n]*",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: Patience
    )]
    private static partial Regex Cookies();

    // Schemes whose parameters follow, to the end of the line.
    [GeneratedRegex(
        @"\b(Digest(?=\s+\w+=)|AWS4-HMAC-SHA256|SharedKey(?:Lite)?(?=\s+\S+:)|Negotiate|NTLM|OAuth(?=\s+\w+=))\s+[^\r\n]{4,}",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: Patience
    )]
    private static partial Regex Challenged();

    [GeneratedRegex(
        @"\b(Bearer|Basic)\s+[A-Za-z0-9\-._~+/]{4,}=*",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: Patience
    )]
    private static partial Regex Credentials();

    // A member of JSON, also of JSON within a string, or an assignment in quotes: the value goes to its quote. What stands before the
    // word in its name is left alone: it would be looked for from each of its letters.
    [GeneratedRegex(
        @"((?:passw|pwd|passphrase|secret|token|credential|authorization|authentication|api[_-]?key|(?:access|account|private|shared|client|master|encryption|signing)[_-]?key|session|csrf|xsrf|nonce|otp|signature|connection[_-]?string|card[_-]?number|cvv|cvc|iban)[a-z0-9_-]{0,20})((?:\\*[""'])?\s*[:=]\s*\\*[""'])(?!\[stripped|(?:Bearer|Basic) \[stripped)(?:[^""'\\\r\n]|\\[^""'])+",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: Patience
    )]
    private static partial Regex QuotedSecret();

    // Without quotes: of a word that may stand before a colon in prose only what is no prose, an assignment.
    [GeneratedRegex(
        @"((?:passwor[dt]s?|passwd|pwd|passphrase|secret|token|api[_-]?key|authorization|(?:access|account|private|shared|client)[_-]?key)|(?:session(?:[_-]?id)?|sid|csrf|xsrf|nonce|otp|sig|signature|code|state)(?=\s*=))((?:\\*[""'])?\s*[:=]\s*)(?!\[stripped|Bearer|Basic|Digest|AWS4|SharedKey|Negotiate|NTLM|OAuth)[^\s""'\\,;&}\])]+",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: Patience
    )]
    private static partial Regex NamedSecret();

    // Keys of forty and more characters in Base64 or hex, whatever they are called: longer than names, hashes of files and UUIDs.
    [GeneratedRegex(
        @"(?<![\w+/=-])(?:[A-Za-z0-9+/]{40,}={1,2}|(?=[A-Za-z+]*\d)(?=[a-z0-9+]*[A-Z])[A-Za-z0-9+]{40,})(?![\w+/=-])",
        RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: Patience
    )]
    private static partial Regex Encoded();
}
