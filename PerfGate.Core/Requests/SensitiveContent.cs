using System.Text.Json;
using PerfGate.Core.Sensitive;

namespace PerfGate.Core.Requests;

/// <summary>
/// Finds in a configuration, and in other texts that are kept, what looks like real personal data or a live secret: it is stored, shown
/// to whoever may read, and stands in scripts and reports. Says where and what kind, never what.
/// </summary>
public static class SensitiveContent
{
    private const string Synthetic =
        "synthetic data, e-mail addresses at example.com or below .example or .test (RFC 2606)";
    private const string Referred = "a reference to a secret that the runner knows: {{secret:NAME}}";

    /// <summary>Notes an error for each text of a value, at any depth, that holds such a thing.</summary>
    /// <param name="value">Any JSON.</param>
    /// <param name="path">Where it stands in the input.</param>
    /// <param name="errors">Where errors are noted.</param>
    internal static void Refuse(JsonElement value, string path, ErrorList errors) => Refuse(value, () => path, errors);

    private static void Refuse(JsonElement value, Func<string> path, ErrorList errors)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                {
                    if (Find(member.Name) is var (nameKind, nameAllowed))
                    {
                        // Not the member's own path, nor what is below it: they would repeat the name.
                        errors.Add(path, $"has a member whose name looks like it holds {nameKind}", nameAllowed);
                        continue;
                    }
                    Refuse(member.Value, () => FieldPath.Member(path(), member.Name), errors);
                }
                break;
            case JsonValueKind.Array:
                var index = 0;
                foreach (var entry in value.EnumerateArray())
                {
                    var place = index++;
                    Refuse(entry, () => FieldPath.Entry(path(), place), errors);
                }
                break;
            case JsonValueKind.String when Find(value.GetString()!) is var (kind, allowed):
                errors.Add(path, $"looks like it holds {kind}", allowed);
                break;
            case JsonValueKind.Number when PersonalNumbers.IsCard(value.GetRawText()):
                errors.Add(path, "looks like it holds the number of a payment card", Synthetic);
                break;
        }
    }

    /// <summary>The same of a text alone, which is kept as it is; null where it holds no such thing.</summary>
    /// <param name="text">The text.</param>
    /// <param name="field">Where it stands in the input.</param>
    public static FieldError? Problem(string text, string field) =>
        Find(text) is var (kind, allowed) ? new FieldError(field, $"looks like it holds {kind}", allowed) : null;

    /// <summary>
    /// What is wrong with a step's header that carries a credential: it has its secret by reference alone, since no form tells an opaque
    /// one from a name. Null where nothing is.
    /// </summary>
    internal static FieldError? Problem(string header, string value, string field) =>
        CredentialHeaders.IsOne(header) && Find(value) is null && !CredentialHeaders.IsReferred(header, value)
            ? new FieldError(
                field,
                "carries a credential in the open",
                "{{secret:NAME}} for a secret that the runner knows, {{name}} for a value captured before, or one that says that it is none (test, demo, dummy, example, fake, sample)"
            )
            : null;

    private static (string Kind, string Allowed)? Find(string text)
    {
        // Nothing that is looked for is shorter.
        if (text.Length < 6)
        {
            return null;
        }
        foreach (var form in WrittenForms.Of(text))
        {
            if (FindIn(form) is { } found)
            {
                return found;
            }
        }
        return null;
    }

    private static (string Kind, string Allowed)? FindIn(string text) =>
        LiveSecrets.Find(text) is { } kind ? (kind, Referred)
        : PersonalNumbers.HasRealAddress(text) ? ("an e-mail address of a real domain", Synthetic)
        : PersonalNumbers.HasCard(text) ? ("the number of a payment card", Synthetic)
        : PersonalNumbers.HasIban(text) ? ("the number of a bank account (IBAN)", Synthetic)
        : null;
}
