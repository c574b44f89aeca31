using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using PerfGate.Core.Requests;
using PerfGate.Core.Runners;

namespace PerfGate.Adapters.ContainerInstances;

/// <summary>How a runner's container group is named and defined.</summary>
public static class ContainerGroupDefinition
{
    /// <summary>Name of the one container of a group.</summary>
    public const string Container = "runner";

    /// <summary>Tag: id of the run.</summary>
    public const string RunTag = "perfgate-run";

    /// <summary>Tag: the segment.</summary>
    public const string SegmentTag = "perfgate-segment";

    /// <summary>Tag: which start of the segment it is, from 0.</summary>
    public const string AttemptTag = "perfgate-attempt";

    /// <summary>Tag: which installation made it.</summary>
    public const string OwnerTag = "perfgate-owner";

    /// <summary>Tag: when it was asked for, UTC.</summary>
    public const string CreatedTag = "perfgate-created";

    /// <summary>
    /// Tag: after this time it is an orphan, UTC; where its run goes on, only if the database's clock says so too.
    /// </summary>
    public const string ExpiryTag = "perfgate-expiry";

    /// <summary>Over the order's deadline: a runner that stops its engine late, and the upload of what it measured.</summary>
    public static readonly TimeSpan ExpiryAllowance = TimeSpan.FromMinutes(30);

    /// <summary>
    /// Name of a segment's group in one of the regions. Another region has another name, since a group cannot move and its
    /// name is free only when it is wholly deleted.
    /// </summary>
    public static string NameOf(Guid runId, int segment, int region) =>
        region == 0
            ? FormattableString.Invariant($"perfgate-{runId:N}-{segment}")
            : FormattableString.Invariant($"perfgate-{runId:N}-{segment}-r{region}");

    /// <summary>The definition that is sent. The order is a secure value: no reading of the group shows it.</summary>
    public static BinaryData Of(
        RunnerOrder order,
        ContainerRegion region,
        ContainerInstanceOptions options,
        DateTimeOffset created
    )
    {
        // There is no parent process in a container.
        var text = JsonSerializer.Serialize(order with { ParentPid = null }, RunJson.Options);
        var properties = new JsonObject
        {
            ["osType"] = "Linux",
            ["sku"] = "Standard",
            ["restartPolicy"] = "Never",
            ["containers"] = new JsonArray(
                new JsonObject
                {
                    ["name"] = Container,
                    ["properties"] = new JsonObject
                    {
                        ["image"] = options.Image,
                        ["resources"] = new JsonObject
                        {
                            ["requests"] = new JsonObject
                            {
                                ["cpu"] = order.Size?.Cpu ?? options.Cpu,
                                ["memoryInGB"] = order.Size?.MemoryGb ?? options.MemoryGb,
                            },
                        },
                        ["environmentVariables"] = new JsonArray([
                            Secure(RunnerOrder.Variable, text),
                            .. options.RunnerEnvironment.Select(variable => Secure(variable.Key, variable.Value)),
                            .. order
                                .Secrets.Select(name => SecretReferences.Prefix + name)
                                .Select(name => (Name: name, Value: Environment.GetEnvironmentVariable(name)))
                                // What is absent the runner tells.
                                .Where(secret => secret.Value is { Length: > 0 })
                                .Select(secret => Secure(secret.Name, secret.Value!)),
                        ]),
                    },
                }
            ),
        };
        if (region.SubnetOf(order.Environment) is { } subnet)
        {
            properties["subnetIds"] = new JsonArray(new JsonObject { ["id"] = subnet });
        }
        if (options is { IdentityId: { } puller, RegistryServer: { } server })
        {
            properties["imageRegistryCredentials"] = new JsonArray(
                new JsonObject { ["server"] = server, ["identity"] = puller }
            );
        }
        var group = new JsonObject
        {
            ["location"] = region.Name,
            ["tags"] = new JsonObject
            {
                [RunTag] = order.RunId.ToString(),
                [SegmentTag] = order.Segment.ToString(CultureInfo.InvariantCulture),
                [AttemptTag] = order.Attempt.ToString(CultureInfo.InvariantCulture),
                [OwnerTag] = options.Owner,
                [CreatedTag] = Time(created),
                [ExpiryTag] = Time(order.Deadline + ExpiryAllowance),
            },
            ["properties"] = properties,
        };
        if (options.IdentityId is { } identity)
        {
            group["identity"] = new JsonObject
            {
                ["type"] = "UserAssigned",
                ["userAssignedIdentities"] = new JsonObject { [identity] = new JsonObject() },
            };
        }
        return new BinaryData(group.ToJsonString());
    }

    /// <summary>The run a group belongs to; null where it does not say.</summary>
    public static Guid? RunOf(ContainerGroup group) =>
        Guid.TryParse(group.Tags.GetValueOrDefault(RunTag), out var run) ? run : null;

    /// <summary>Which start of its segment a group is, from 0; 0 where it does not say.</summary>
    public static int AttemptOf(ContainerGroup group) =>
        int.TryParse(
            group.Tags.GetValueOrDefault(AttemptTag),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var attempt
        )
            ? attempt
            : 0;

    /// <summary>When a group was asked for; null where it does not say.</summary>
    public static DateTimeOffset? CreatedOf(ContainerGroup group) => TimeOf(group, CreatedTag);

    /// <summary>When a group becomes an orphan; null where it does not say.</summary>
    public static DateTimeOffset? ExpiryOf(ContainerGroup group) => TimeOf(group, ExpiryTag);

    private static JsonObject Secure(string name, string value) => new() { ["name"] = name, ["secureValue"] = value };

    private static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private static DateTimeOffset? TimeOf(ContainerGroup group, string tag) =>
        DateTimeOffset.TryParse(
            group.Tags.GetValueOrDefault(tag),
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var time
        )
            ? time
            : null;
}
