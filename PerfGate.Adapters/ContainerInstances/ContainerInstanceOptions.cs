using Azure.ResourceManager;
using PerfGate.Core.Requests;

namespace PerfGate.Adapters.ContainerInstances;

/// <summary>A region where runners may run.</summary>
/// <param name="Name">As ARM writes it: <c>westeurope</c>.</param>
/// <param name="SubnetId">Resource id of a subnet there that is delegated to container groups; null for none.</param>
public sealed record ContainerRegion(string Name, string? SubnetId = null)
{
    /// <summary>The same for environments whose runners have a subnet of their own.</summary>
    public IReadOnlyDictionary<TargetEnvironment, string> SubnetIds { get; init; } =
        new Dictionary<TargetEnvironment, string>();

    /// <summary>The subnet of an environment's runners; null for none.</summary>
    public string? SubnetOf(TargetEnvironment? environment) =>
        environment is { } one && SubnetIds.TryGetValue(one, out var own) ? own : SubnetId;
}

/// <summary>How runners run as container groups. Each property is the setting <c>PerfGate__Containers__*</c> of that name.</summary>
public sealed record ContainerInstanceOptions
{
    /// <summary>Most cores of a container group, where its region has such: the service's own limit.</summary>
    public const double MostCpu = 31;

    /// <summary>Most memory of a container group, GB: the service's own limit.</summary>
    public const double MostMemoryGb = 240;

    /// <summary>Subscription of the container groups.</summary>
    public required string SubscriptionId { get; init; }

    /// <summary>Resource group of the container groups; it must be there.</summary>
    public required string ResourceGroup { get; init; }

    /// <summary>Regions in order of preference: the next one is taken where one has no capacity or quota left.</summary>
    public required IReadOnlyList<ContainerRegion> Regions { get; init; }

    /// <summary>The runner image, with registry and tag or digest: <c>perfgate.azurecr.io/runner:1.2.0</c>.</summary>
    public required string Image { get; init; }

    /// <summary>
    /// Resource id of the user-assigned identity that the groups have, and that pulls the image; null pulls it anonymously.
    /// (Container groups cannot pull with a system-assigned identity.)
    /// </summary>
    public string? IdentityId { get; init; }

    /// <summary>Cores of a runner whose request does not say, 1 to 31 (the service's own limit); default 2.</summary>
    public double Cpu { get; init; } = 2;

    /// <summary>Memory of a runner whose request does not say, GB, 1 to 240 (the service's own limit), in steps of 0.1; default 4.</summary>
    public double MemoryGb { get; init; } = 4;

    /// <summary>
    /// Tag by which an installation knows its own groups; default <c>perfgate</c>. Two installations that share a resource
    /// group must have different ones, or each sweeps the other's groups.
    /// </summary>
    public string Owner { get; init; } = "perfgate";

    /// <summary>A container that does not run so long after its group was asked for is given up; default 10 minutes.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// How long a start waits for a Resource Manager that is away or asks to be left alone, in all regions together; default 3
    /// minutes, 10 s to 6 minutes: a function that starts a runner, and ends the others where it cannot, has ten.
    /// </summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>A group is looked at no more often than this; default 5 s.</summary>
    public TimeSpan LookInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Resource Manager's endpoint; default the public cloud's. A loopback endpoint is sent no token.</summary>
    public Uri Endpoint { get; init; } = ArmEnvironment.AzurePublicCloud.Endpoint;

    /// <summary>Whom tokens are for; default the public cloud's Resource Manager.</summary>
    public string Audience { get; init; } = ArmEnvironment.AzurePublicCloud.Audience;

    /// <summary>
    /// Environment variables of runners beside their order, as secure values; none by default. They are no setting of their own:
    /// where telemetry goes is told to runners so.
    /// </summary>
    public IReadOnlyDictionary<string, string> RunnerEnvironment { get; init; } = new Dictionary<string, string>();

    /// <summary>The registry's server: the image's first part; null where the image names none.</summary>
    public string? RegistryServer =>
        Image.Split('/') is [var server, _, ..] && server.AsSpan().ContainsAny('.', ':') ? server : null;
}
