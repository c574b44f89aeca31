using PerfGate.Adapters.Runs;
using PerfGate.Core;

namespace PerfGate.Adapters.ContainerInstances;

/// <summary>What a group's states and events say of its runner.</summary>
internal static class GroupReading
{
    // The service tries to pull an image again for half an hour; a name that is wrong stays wrong.
    private const int PullFailuresToBelieve = 3;

    /// <summary>The runner's state.</summary>
    /// <param name="group">The group as read.</param>
    /// <param name="waited">How long ago it was asked for.</param>
    /// <param name="options">How long a start may take.</param>
    public static RunnerState Of(ContainerGroup group, TimeSpan waited, ContainerInstanceOptions options)
    {
        var container = group.Properties.Containers is [var only, ..] ? only.Properties.InstanceView : null;
        var events = EventsOf(group);
        var words = LastWords(group, container, events);
        // Restarted by the platform after it failed: the second runner makes no load, so that the first one's end counts.
        var ended =
            container?.PreviousState is { State: "Terminated", ExitCode: not (0 or null) } failed ? failed
            : container?.CurrentState is { State: "Terminated" } now ? now
            : null;
        var memoryGb = group.Properties.Containers is [{ Properties.Resources.Requests: { } given }, ..]
            ? given.MemoryInGB
            : options.MemoryGb;
        var why = ended is null ? null : GroupFailure.OfExit(ended, memoryGb);
        if (group.Properties.InstanceView?.State == "Stopped" && why is not RunError.RunnerOutOfMemory)
        {
            return Gone(new RunError.RunnerStopped(group.Name));
        }
        if (ended is not null || group.Properties.InstanceView?.State == "Succeeded")
        {
            return Gone(why);
        }
        if (container?.CurrentState is { State: "Running" })
        {
            return new RunnerState(RunnerPresence.Running, null, words);
        }
        if (group.Properties.ProvisioningState == "Failed" || group.Properties.InstanceView?.State == "Failed")
        {
            return Gone(GroupFailure.OfEvents(events, group.Location, options) ?? new RunError.RunnerNotStarted(words));
        }
        var pullFailures = events.Where(one => GroupFailure.IsPullFailure(one.Message ?? "")).Sum(one => one.Count);
        if (pullFailures >= PullFailuresToBelieve)
        {
            return Gone(GroupFailure.OfEvents(events, group.Location, options));
        }
        if (waited > options.StartTimeout)
        {
            return Gone(
                GroupFailure.OfEvents(events, group.Location, options)
                    ?? new RunError.RunnerNeverStarted(options.StartTimeout, words)
            );
        }
        return new RunnerState(RunnerPresence.Starting, null, words);

        RunnerState Gone(RunError? error) => new(RunnerPresence.Gone, error, words);
    }

    private static GroupEvent[] EventsOf(ContainerGroup group) =>
        [
            .. group.Properties.InstanceView?.Events ?? [],
            .. group.Properties.Containers.SelectMany(container => container.Properties.InstanceView?.Events ?? []),
        ];

    private static string LastWords(ContainerGroup group, ContainerView? container, GroupEvent[] events)
    {
        var parts = new List<string>
        {
            $"its group {group.Name} in {group.Location} is {Known(group.Properties.InstanceView?.State)}",
            $"provisioning {Known(group.Properties.ProvisioningState)}",
        };
        if (container?.CurrentState is { } state)
        {
            var exit = state.ExitCode is { } code ? FormattableString.Invariant($" with exit code {code}") : "";
            var why = string.IsNullOrEmpty(state.DetailStatus) ? "" : $" ({state.DetailStatus})";
            parts.Add($"its container {Known(state.State)}{exit}{why}");
        }
        if (events.LastOrDefault() is { Message: { Length: > 0 } message })
        {
            parts.Add($"the last event was: {message}");
        }
        return GroupFailure.Clean(string.Join("; ", parts));
    }

    private static string Known(string? state) => string.IsNullOrEmpty(state) ? "unknown" : state;
}
