using System.Collections;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;
using PerfGate.Core.Sensitive;

namespace PerfGate.Adapters;

/// <summary>
/// What a server takes out of what it keeps itself, without a runner in between: output that was made elsewhere, and why a run was given
/// up.
/// </summary>
internal static class ServerConcealment
{
    /// <summary>
    /// Values of its targets' secrets, what its settings name, and hosts of private networks but those that its loads may go to.
    /// </summary>
    public static Concealment Of(AdmissionRules rules) =>
        new(
            Environment
                .GetEnvironmentVariables()
                .Cast<DictionaryEntry>()
                .Where(variable =>
                    ((string)variable.Key).StartsWith(SecretReferences.Prefix, StringComparison.OrdinalIgnoreCase)
                )
                .Select(variable => variable.Value as string ?? ""),
            rules.Strip,
            (rules.Staging.Targets.Hosts ?? []).Concat(rules.Production.Targets.Hosts ?? [])
        );
}
