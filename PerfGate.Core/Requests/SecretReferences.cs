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
            .. configuration
                .Scenarios.SelectMany(scenario => scenario.Steps)
                .SelectMany(step => step.Headers.Values.Append(step.Path).Append(step.Body ?? ""))
                .SelectMany(text => Reference().Matches(text))
                .Select(match => match.Groups[1].Value)
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>Whether every beginning of a reference is one.</summary>
    internal static bool AreWhole(string text) => Beginning().Count(text) == Reference().Count(text);

    [GeneratedRegex(@"\{\{secret:([A-Z][A-Z0-9_]{0,63})\}\}", RegexOptions.CultureInvariant)]
    private static partial Regex Reference();

    [GeneratedRegex(@"\{\{\s*secret\s*:", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Beginning();
}
