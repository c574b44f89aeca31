using System.Text.RegularExpressions;

namespace PerfGate.Core.Requests;

/// <summary>
/// References to secrets of a target, <c>{{secret:NAME}}</c> in a step's path, headers or body. The value is the environment
/// variable <c>PERFGATE_SECRET_NAME</c> of the server, or on Azure a setting of the app (a Key Vault reference); it goes to the
/// runner and the load engine alone, and is in no request, script, table, artifact or answer.
/// </summary>
public static partial class SecretReferences
{
    /// <summary>How the variables are named.</summary>
    public const string Prefix = "PERFGATE_SECRET_";

    /// <summary>What a reference looks like, for an error.</summary>
    internal const string Form =
        "{{secret:NAME}}, NAME a capital letter, then up to 63 capital letters, digits or underscores";

    /// <summary>Names of the secrets that a configuration refers to, each once, sorted.</summary>
    public static IReadOnlyList<string> Of(TestConfiguration configuration) =>
        [
            .. Places(configuration)
                .Select(place => place.Name)
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>Where a configuration refers to which secret: fields as errors name them, below the configuration.</summary>
    internal static IEnumerable<(string Field, string Name)> Places(TestConfiguration configuration) =>
        configuration
            .Scenarios.SelectMany(
                (scenario, i) =>
                    scenario.Steps.Select(
                        (step, j) => (Path: FieldPath.Entry($"{FieldPath.Entry("scenarios", i)}.steps", j), Step: step)
                    )
            )
            .SelectMany(one => Texts(one.Path, one.Step))
            .SelectMany(one => Named(one.Text).Select(name => (one.Field, name)));

    private static IEnumerable<(string Field, string Text)> Texts(string path, ScenarioStep step) =>
        [
            ($"{path}.path", step.Path),
            .. step.Headers.Select(header => (FieldPath.Member($"{path}.headers", header.Key), header.Value)),
            ($"{path}.body", step.Body ?? ""),
        ];

    private static IEnumerable<string> Named(string text) =>
        Reference().Matches(text).Select(match => match.Groups[1].Value).Distinct(StringComparer.Ordinal);

    /// <summary>Whether a text can be the name of a secret.</summary>
    public static bool IsName(string text)
    {
        var reference = $"{{{{secret:{text}}}}}";
        return Reference().Match(reference).Length == reference.Length;
    }

    /// <summary>Whether every beginning of a reference is one.</summary>
    internal static bool AreWhole(string text) => Beginning().Count(text) == Reference().Count(text);

    [GeneratedRegex(@"\{\{secret:([A-Z][A-Z0-9_]{0,63})\}\}", RegexOptions.CultureInvariant)]
    private static partial Regex Reference();

    [GeneratedRegex(@"\{\{\s*secret\s*:", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Beginning();
}
