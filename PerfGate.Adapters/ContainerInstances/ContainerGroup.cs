using System.Text.Json;

namespace PerfGate.Adapters.ContainerInstances;

/// <summary>
/// A container group as Resource Manager describes it, as much as PerfGate reads. States:
/// https://learn.microsoft.com/azure/container-instances/container-state.
/// </summary>
public sealed record ContainerGroup
{
    /// <summary>How it is read.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Its name.</summary>
    public string Name { get; init; } = "";

    /// <summary>Its region.</summary>
    public string Location { get; init; } = "";

    /// <summary>Its tags.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>All else.</summary>
    public GroupProperties Properties { get; init; } = new();
}

/// <summary>A page of groups.</summary>
public sealed record ContainerGroupPage
{
    /// <summary>The groups.</summary>
    public IReadOnlyList<ContainerGroup> Value { get; init; } = [];

    /// <summary>The next page; null on the last.</summary>
    public Uri? NextLink { get; init; }
}

/// <summary>A group's properties.</summary>
public sealed record GroupProperties
{
    /// <summary>State of the last operation on it: Pending, Creating, Succeeded, Unhealthy, Repairing, Failed ...</summary>
    public string ProvisioningState { get; init; } = "";

    /// <summary>State and events of the group; null in lists, and until there is one.</summary>
    public InstanceView? InstanceView { get; init; }

    /// <summary>Its containers.</summary>
    public IReadOnlyList<GroupContainer> Containers { get; init; } = [];
}

/// <summary>A container of a group.</summary>
public sealed record GroupContainer
{
    /// <summary>Its name.</summary>
    public string Name { get; init; } = "";

    /// <summary>All else.</summary>
    public ContainerProperties Properties { get; init; } = new();
}

/// <summary>A container's properties.</summary>
public sealed record ContainerProperties
{
    /// <summary>State and events of the container; null until there is one.</summary>
    public ContainerView? InstanceView { get; init; }

    /// <summary>What it was given; null where the answer does not say.</summary>
    public ContainerResources? Resources { get; init; }
}

/// <summary>What a container was given.</summary>
/// <param name="Requests">As it was asked for.</param>
public sealed record ContainerResources(ContainerRequests? Requests);

/// <summary>Cores and memory of a container.</summary>
/// <param name="Cpu">Cores.</param>
/// <param name="MemoryInGB">Memory, GB.</param>
public sealed record ContainerRequests(double Cpu, double MemoryInGB);

/// <summary>State and events of a group.</summary>
public sealed record InstanceView
{
    /// <summary>Pending, Running, Stopped, Succeeded, Failed.</summary>
    public string? State { get; init; }

    /// <summary>What happened.</summary>
    public IReadOnlyList<GroupEvent> Events { get; init; } = [];
}

/// <summary>State and events of a container.</summary>
public sealed record ContainerView
{
    /// <summary>How often the platform started it again, which it does at times whatever the restart policy says.</summary>
    public int RestartCount { get; init; }

    /// <summary>Its state.</summary>
    public ContainerState? CurrentState { get; init; }

    /// <summary>Its state before the last restart.</summary>
    public ContainerState? PreviousState { get; init; }

    /// <summary>What happened.</summary>
    public IReadOnlyList<GroupEvent> Events { get; init; } = [];
}

/// <summary>A state of a container.</summary>
public sealed record ContainerState
{
    /// <summary>Waiting, Running, Terminated.</summary>
    public string? State { get; init; }

    /// <summary>Of one that ended.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Why: Completed, Error, OOMKilled ...</summary>
    public string? DetailStatus { get; init; }

    /// <summary>When it began, UTC.</summary>
    public DateTimeOffset? StartTime { get; init; }
}

/// <summary>An event of a group or of a container.</summary>
public sealed record GroupEvent
{
    /// <summary>Pulling, Pulled, Created, Started, Failed, BackOff, Killing, InsufficientCapacity ...</summary>
    public string? Name { get; init; }

    /// <summary>Normal or Warning.</summary>
    public string? Type { get; init; }

    /// <summary>How often it happened.</summary>
    public int Count { get; init; }

    /// <summary>A sentence.</summary>
    public string? Message { get; init; }
}
