using System.Text.RegularExpressions;

namespace PerfGate.Core.Sensitive;

/// <summary>Secrets that are known by their form, as those who issue them publish it: refused where they are sent, taken out where they arise.</summary>
internal static partial class LiveSecrets
{
    private static readonly (Regex Pattern, string Kind)[] Forms =
    [
        Of(@"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*", "a token (JWT)"),
        Of(
            // To the next five hyphens, however many keys begin and none ends: no beginning has to look for its end.
            @"-----BEGIN [A-Z ]*PRIVATE KEY-----(-{0,4}[A-Za-z0-9+/=\s\\,:.])*(-----END [A-Z ]*PRIVATE KEY-----)?",
            "a private key"
        ),
        Of(@"\b(AKIA|ASIA)[0-9A-Z]{16}\b", "an access key of AWS"),
        Of(@"\bAccountKey=[A-Za-z0-9+/]{40,}=*", "an account key of Azure Storage"),
        Of(@"[?&]sig=[A-Za-z0-9%+/]{30,}=*", "a shared access signature"),
        Of(@"\b(gh[opsur]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{22,})", "a token of GitHub"),
        Of(@"\bglpat-[A-Za-z0-9_-]{20,}", "a token of GitLab"),
        Of(@"\bxox[abeoprs]-[A-Za-z0-9-]{10,}", "a token of Slack"),
        Of(@"\bhooks\.slack\.com/services/[A-Za-z0-9]{6,}/[A-Za-z0-9]{6,}/[A-Za-z0-9]{16,}", "a webhook of Slack"),
        Of(@"\b[rs]k_live_[A-Za-z0-9]{16,}", "a live key of Stripe"),
        Of(@"\bwhsec_[A-Za-z0-9+/]{20,}=*", "a signing secret of a webhook"),
        Of(@"\bAIza[0-9A-Za-z_-]{35}", "a key of Google"),
        Of(@"\bya29\.[0-9A-Za-z_-]{20,}", "a token of Google"),
        Of(@"\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}", "a key of SendGrid"),
        Of(@"\bnpm_[A-Za-z0-9]{36}\b", "a token of npm"),
        Of(@"\bsk-(proj-|ant-)?[A-Za-z0-9_-]{32,}", "a key of an API"),
        Of(@"\bdop_v1_[0-9a-f]{64}\b", "a token of DigitalOcean"),
        Of(@"\bhvs\.[A-Za-z0-9_-]{24,}", "a token of Vault"),
        Of(
            @"(?i)\b(server|host|data source|accountendpoint)\s*=[^;\r\n]+;.*\b(password|pwd|accountkey|sharedaccesskey)\s*=\s*[^;{\s]{3,}",
            "a connection string with its password"
        ),
        Of(@"(?i)\b[a-z][a-z0-9+.-]*://[^/\s:@{]*:[^/\s@{]+@", "a URL with a password"),
        Of(@"(?i)^(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{20,}$", "a credential"),
    ];

    /// <summary>What kind of secret a text holds; null where none is known.</summary>
    public static string? Find(string text)
    {
        foreach (var (pattern, kind) in Forms)
        {
            if (pattern.IsMatch(text))
            {
                return kind;
            }
        }
        return HasBasic(text) ? "a credential" : null;
    }

    /// <summary>The text with something in place of each of them.</summary>
    public static string Strip(string text, string instead)
    {
        foreach (var (pattern, _) in Forms)
        {
            text = pattern.Replace(text, instead);
        }
        return text;
    }

    // However short: user:password as RFC 7617 writes it, which words after "basic" are not.
    private static bool HasBasic(string text) =>
        text.Contains("basic", StringComparison.OrdinalIgnoreCase)
        && Basic().Matches(text).Any(match => IsUserAndPassword(match.Groups[1].Value));

    private static bool IsUserAndPassword(string encoded)
    {
        var bytes = new byte[encoded.Length];
        return Convert.TryFromBase64String(encoded, bytes, out var length)
            && bytes.AsSpan(0, length).IndexOf((byte)':') > 0
            && bytes.AsSpan(0, length).IndexOfAnyInRange((byte)0, (byte)31) < 0;
    }

    [GeneratedRegex(
        @"\bBasic\s+((?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)(?![A-Za-z0-9+/=])",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex Basic();

    private static (Regex, string) Of(string pattern, string kind) => (LinearPattern.Of(pattern), kind);
}
