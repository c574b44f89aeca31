using System.Text.Json;
using System.Text.RegularExpressions;

namespace PerfGate.Core.Requests;

/// <summary>
/// Finds in a configuration what looks like real personal data or a live secret: it is stored, shown to whoever may read, and
/// stands in scripts and reports. Says where and what kind, never what.
/// </summary>
internal static class SensitiveContent
{
    private const string Synthetic =
        "synthetic data, e-mail addresses at example.com or below .example or .test (RFC 2606)";
    private const string Referred = "a reference to a secret that the runner knows: {{secret:NAME}}";

    // Linear in the text, whatever is sent.
    private const RegexOptions Linear = RegexOptions.CultureInvariant | RegexOptions.NonBacktracking;

    private static readonly (Regex Pattern, string Kind)[] Secrets =
    [
        Of(@"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*", "a token (JWT)"),
        Of(@"-----BEGIN [A-Z ]*PRIVATE KEY-----", "a private key"),
        Of(@"\b(AKIA|ASIA)[0-9A-Z]{16}\b", "an access key of AWS"),
        Of(@"\bAccountKey=[A-Za-z0-9+/]{40,}", "an account key of Azure Storage"),
        Of(@"[?&]sig=[A-Za-z0-9%+/]{30,}", "a shared access signature"),
        Of(@"\b(gh[opsur]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{22,})", "a token of GitHub"),
        Of(@"\bglpat-[A-Za-z0-9_-]{20,}", "a token of GitLab"),
        Of(@"\bxox[abeoprs]-[A-Za-z0-9-]{10,}", "a token of Slack"),
        Of(@"\b[rs]k_live_[A-Za-z0-9]{16,}", "a live key of Stripe"),
        Of(@"\bAIza[0-9A-Za-z_-]{35}", "a key of Google"),
        Of(@"\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}", "a key of SendGrid"),
        Of(@"\bnpm_[A-Za-z0-9]{36}\b", "a token of npm"),
        Of(@"\bsk-(proj-|ant-)?[A-Za-z0-9_-]{32,}", "a key of an API"),
        Of(
            @"(?i)\b(server|host|data source|accountendpoint)\s*=[^;]+;.*\b(password|pwd|accountkey|sharedaccesskey)\s*=\s*[^;{\s]{3,}",
            "a connection string with its password"
        ),
        Of(@"(?i)\b[a-z][a-z0-9+.-]*://[^/\s:@{]+:[^/\s@{]+@", "a URL with a password"),
        Of(@"(?i)^(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{20,}$", "a credential"),
    ];

    /// <summary>Notes an error for each text of a value, at any depth, that holds such a thing.</summary>
    /// <param name="value">Any JSON.</param>
    /// <param name="path">Where it stands in the input.</param>
    /// <param name="errors">Where errors are noted.</param>
    public static void Refuse(JsonElement value, string path, ErrorList errors)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                {
                    if (Find(member.Name) is var (nameKind, nameAllowed))
                    {
                        // Not the member's own path, nor what is below it: they would repeat the name.
                        errors.Add(
                            new FieldError(path, $"has a member whose name looks like it holds {nameKind}", nameAllowed)
                        );
                        continue;
                    }
                    Refuse(member.Value, FieldPath.Member(path, member.Name), errors);
                }
                break;
            case JsonValueKind.Array:
                var index = 0;
                foreach (var entry in value.EnumerateArray())
                {
                    Refuse(entry, FieldPath.Entry(path, index++), errors);
                }
                break;
            case JsonValueKind.String when Find(value.GetString()!) is var (kind, allowed):
                errors.Add(new FieldError(path, $"looks like it holds {kind}", allowed));
                break;
            case JsonValueKind.Number when PersonalNumbers.IsCard(value.GetRawText()):
                errors.Add(new FieldError(path, "looks like it holds the number of a payment card", Synthetic));
                break;
        }
    }

    private static (string Kind, string Allowed)? Find(string text)
    {
        // Nothing that is looked for is shorter.
        if (text.Length < 6)
        {
            return null;
        }
        foreach (var (pattern, kind) in Secrets)
        {
            if (pattern.IsMatch(text))
            {
                return (kind, Referred);
            }
        }
        return PersonalNumbers.HasRealAddress(text) ? ("an e-mail address of a real domain", Synthetic)
            : PersonalNumbers.HasCard(text) ? ("the number of a payment card", Synthetic)
            : PersonalNumbers.HasIban(text) ? ("the number of a bank account (IBAN)", Synthetic)
            : null;
    }

    private static (Regex, string) Of(string pattern, string kind) => (new Regex(pattern, Linear), kind);
}
