using System.Net;
using PerfGate.Core.Requests;

namespace PerfGate.Core.Admission;

/// <summary>
/// Which of the server's secrets the runs of an environment may refer to (<see cref="SecretReferences"/>): whoever may load staging
/// must not be able to send production's key to a host of their own. Asked twice: before a run is taken in, and when it is launched.
/// </summary>
public sealed record SecretRules
{
    /// <summary>Stands for every name.</summary>
    public const string Every = "*";

    /// <summary>
    /// Names as references have them, or <see cref="Every"/>; null (default) for every secret where the target is the machine that
    /// makes the load, whose owner has them anyway, and for none where it is another.
    /// </summary>
    public IReadOnlyList<string>? Names { get; init; }

    /// <summary>Every reference that may not be, with its place.</summary>
    /// <param name="configuration">What is asked for.</param>
    /// <param name="environment">Where.</param>
    public IReadOnlyList<FieldError> Problems(TestConfiguration configuration, TargetEnvironment environment)
    {
        var own = Names is null && IsLoopback(configuration.BaseUrl);
        var setting = $"PerfGate__Environments__{environment}__Secrets";
        var allowed =
            Names is null
                ? $"none as long as {setting} names none; every one where the target is the machine that makes the load"
            : Names.Count == 0 ? $"none ({setting})"
            : $"{string.Join(", ", Names)} ({setting})";
        return own
            ? []
            :
            [
                .. SecretReferences
                    .Places(configuration)
                    .Where(place => !Allows(place.Name))
                    .Select(place => new FieldError(
                        $"configuration.{place.Field}",
                        $"refers to the secret {place.Name}, which loads on {EnumText.Lower(environment)} may not have",
                        allowed
                    )),
            ];
    }

    private bool Allows(string name) =>
        Names is not null
        && (Names.Contains(Every, StringComparer.Ordinal) || Names.Contains(name, StringComparer.Ordinal));

    // By the address alone: what a name leads to is not known yet.
    private static bool IsLoopback(Uri target) =>
        HostRule.Normal(target) is var host
        && (
            host == "localhost"
            || (IPAddress.TryParse(host, out var address) && AddressRanges.KindOf(address) == AddressKind.Loopback)
        );
}
