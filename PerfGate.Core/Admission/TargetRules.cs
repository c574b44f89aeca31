using System.Globalization;
using System.Net;
using System.Text.Json.Serialization;
using PerfGate.Core.Requests;

namespace PerfGate.Core.Admission;

/// <summary>
/// Where the loads of an environment may go. Asked twice: of the URL, before a run is taken in, and of every address that its
/// name leads to, right before the load begins, where it begins.
/// </summary>
public sealed record TargetRules
{
    /// <summary>
    /// Hosts: <c>shop.example</c>, <c>*.shop.example</c> (what is below it, not itself), either with a <c>:port</c>; null for any,
    /// empty for none.
    /// </summary>
    public IReadOnlyList<string>? Hosts { get; init; }

    /// <summary>Whether addresses of private networks may be loaded (<see cref="AddressKind.Private"/>).</summary>
    public bool AllowPrivate { get; init; }

    /// <summary>Whether the machine that makes the load may load itself.</summary>
    public bool AllowLoopback { get; init; }

    /// <summary>Anything but addresses that are never a target: for a machine whose owner can reach them anyway.</summary>
    public static TargetRules Any { get; } = new() { AllowPrivate = true, AllowLoopback = true };

    /// <summary>Nothing: for a service that nobody has told yet what it may load.</summary>
    public static TargetRules Nothing { get; } = new() { Hosts = [] };

    /// <summary>Networks that a load engine must not connect to, whatever leads there: CIDR.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Forbidden => AddressRanges.Networks(kind => !Allows(kind));

    /// <summary>Whether a host rule can be used.</summary>
    public static bool IsHostRule(string text) => HostRule.TryParse(text, out _);

    /// <summary>A usable host rule as it is compared: lower case, in ASCII, an IPv6 address in brackets.</summary>
    public static string NormalRule(string text) => HostRule.TryParse(text, out var rule) ? rule.Text : "";

    /// <summary>What is wrong with a target; null where nothing is, as far as it can be told without asking for its addresses.</summary>
    public string? Problem(Uri url)
    {
        var host = HostRule.Normal(url);
        if (IPAddress.TryParse(host, out var address) && Problem(address) is { } problem)
        {
            return problem;
        }
        return Hosts is null || Hosts.Any(text => HostRule.TryParse(text, out var rule) && rule.Matches(host, url.Port))
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"goes to {host}:{url.Port}, which is not on the list");
    }

    /// <summary>What is wrong with an address; null where nothing is.</summary>
    public string? Problem(IPAddress address)
    {
        var kind = AddressRanges.KindOf(address);
        return Allows(kind)
            ? null
            : kind switch
            {
                AddressKind.Never =>
                    $"goes to {address}, which is never a target: link-local, of a cloud's own services, or for many",
                AddressKind.Private => $"goes to {address}, in a private network",
                _ => $"goes to {address}, the machine that makes the load",
            };
    }

    /// <summary>The same as a problem of a request.</summary>
    /// <param name="configuration">What is asked for.</param>
    /// <param name="environment">Where.</param>
    public FieldError? Problem(TestConfiguration configuration, TargetEnvironment environment)
    {
        if (Problem(configuration.BaseUrl) is not { } problem)
        {
            return null;
        }
        var setting = $"PerfGate__Environments__{environment}__";
        var allowed =
            Hosts is null ? $"any host that is no such address ({setting}AllowPrivate and {setting}AllowLoopback)"
            : Hosts.Count == 0 ? $"nothing as long as {setting}Targets names no host"
            : $"{string.Join(", ", Hosts)} ({setting}Targets)";
        return new FieldError("configuration.baseUrl", problem, allowed);
    }

    private bool Allows(AddressKind kind) =>
        kind switch
        {
            AddressKind.Public => true,
            AddressKind.Private => AllowPrivate,
            AddressKind.Loopback => AllowLoopback,
            _ => false,
        };
}
