using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using PerfGate.Adapters.Runs;
using PerfGate.Core;
using PerfGate.Core.Runners;
using PerfGate.Core.Sensitive;

namespace PerfGate.Adapters.ContainerInstances;

/// <summary>
/// Runs each runner in a container group of its own. What matters is in Azure: the group's name follows from run and segment, so
/// that any server finds the groups that another one made; what is kept here only spares questions.
/// </summary>
public sealed partial class ContainerGroupLauncher(
    ContainerGroupsClient groups,
    ContainerInstanceOptions options,
    TimeProvider time,
    ILogger<ContainerGroupLauncher> log
) : IRunnerLauncher
{
    // Longer is not waited for a deletion: what stays is an orphan, and swept.
    private static readonly TimeSpan DeletePatience = TimeSpan.FromSeconds(20);

    private const int LogLines = 20;
    private const int LongestLog = 1500;

    private readonly ConcurrentDictionary<(Guid Run, int Segment), Known> _known = new();

    /// <inheritdoc />
    // A group that is asked for twice is one group.
    public bool StartsOnce => true;

    /// <inheritdoc />
    public async Task<RunError?> StartAsync(RunnerOrder order, CancellationToken cancellation)
    {
        if (order.Artifacts.IsFile)
        {
            return new RunError.RunnerNotStarted(
                "its artifacts are in a folder, which a container cannot reach; runners in containers need a blob service"
            );
        }
        var begun = time.GetTimestamp();
        var known = KnownOf(order.RunId, order.Segment);
        known.Last = null;
        var (found, answer) = await FindAsync(order.RunId, order.Segment, known, Left, cancellation);
        if (found is null && !answer.IsAbsent)
        {
            return GroupFailure.OfAnswer(answer, options.Regions[0].Name, options);
        }
        // One of an earlier attempt is on its way out: its name is free when it is gone, and until then it is waited for.
        if (found is null || ContainerGroupDefinition.AttemptOf(found) < order.Attempt)
        {
            return await PlaceAsync(order, 0, known, Left, cancellation);
        }
        if (Read(found, known) is not { Presence: RunnerPresence.Gone, Error: { } error } || !error.IsOfRegion)
        {
            return null;
        }
        if (known.Region + 1 == options.Regions.Count)
        {
            return InAllRegions(error);
        }
        var refused = await PlaceAsync(order, known.Region + 1, known, Left, cancellation);
        if (refused is null)
        {
            // Afterwards: the failed one says how far the search has come, to whoever has to go on with it.
            await DeleteAsync(found.Name, cancellation);
        }
        return refused;

        // One patience for all that a start asks, in however many regions: a function has no more than ten minutes.
        TimeSpan Left() => options.Patience - time.GetElapsedTime(begun);
    }

    /// <inheritdoc />
    public async Task<RunnerState> LookAsync(Guid runId, int segment, CancellationToken cancellation)
    {
        var known = KnownOf(runId, segment);
        // One that is gone is looked for anew: another server may have started the next.
        var last = known.Last is { Presence: not RunnerPresence.Gone } there ? there : null;
        if (last is not null && time.GetElapsedTime(known.LookedAt) < known.Wait)
        {
            return last;
        }
        var (found, answer) = await FindAsync(runId, segment, known, static () => TimeSpan.Zero, cancellation);
        var wait = answer.RetryAfter is { } asked && asked > options.LookInterval ? asked : options.LookInterval;
        (known.LookedAt, known.Wait) = (time.GetTimestamp(), wait);
        if (found is null && !answer.IsAbsent)
        {
            // Whether it lives cannot be known now. Its artifacts may tell, and every run has a deadline.
            LogAway(runId, segment, answer.Detail);
            return last ?? new RunnerState(RunnerPresence.Starting, null, GroupFailure.Clean(answer.Detail));
        }
        return known.Last = found is null
            ? Deleted(runId, segment, known)
            : await WithLogAsync(found, Read(found, known), cancellation);
    }

    /// <inheritdoc />
    public async Task EndAsync(Guid runId, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
        {
            // The server stops, and the run goes on without it: another server, or this one later, looks after it.
            return;
        }
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var ((run, segment), known) in _known)
        {
            if (run == runId)
            {
                names.UnionWith(known.Asked.Select(region => ContainerGroupDefinition.NameOf(run, segment, region)));
                _known.TryRemove((run, segment), out _);
            }
        }
        try
        {
            var (listed, last) = await groups.ListAsync(DeletePatience, cancellation);
            if (!last.IsSuccess)
            {
                LogNotListed(runId, last.Detail);
            }
            names.UnionWith(
                listed.Where(group => ContainerGroupDefinition.RunOf(group) == runId).Select(group => group.Name)
            );
            await Task.WhenAll(names.Select(name => DeleteAsync(name, cancellation)));
        }
        catch (Exception surprise) when (surprise is JsonException or InvalidOperationException)
        {
            LogNotDeleted(runId.ToString(), surprise.Message);
        }
    }

    /// <inheritdoc />
    public async Task EndSegmentAsync(Guid runId, int segment, CancellationToken cancellation)
    {
        _known.TryRemove((runId, segment), out _);
        // Absent ones are deleted at no cost; another server may have asked for it in any region.
        await Task.WhenAll(
            Enumerable
                .Range(0, options.Regions.Count)
                .Select(region => DeleteAsync(ContainerGroupDefinition.NameOf(runId, segment, region), cancellation))
        );
    }

    /// <inheritdoc />
    // Nobody tells when a container ends.
    public Task DelayUnlessEndedAsync(Guid runId, TimeSpan delay, CancellationToken cancellation) =>
        Task.Delay(delay, time, cancellation);

    /// <summary>What a runner printed, as long as its group is there; for people. Null where nothing.</summary>
    public Task<string?> ReadLogAsync(Guid runId, int segment, CancellationToken cancellation) =>
        groups.ReadLogAsync(
            ContainerGroupDefinition.NameOf(runId, segment, _known.GetValueOrDefault((runId, segment))?.Region ?? 0),
            int.MaxValue,
            cancellation
        );

    /// <summary>Asks for the group: in a region, or the next that takes it.</summary>
    private async Task<RunError?> PlaceAsync(
        RunnerOrder order,
        int first,
        Known known,
        Func<TimeSpan> patience,
        CancellationToken cancellation
    )
    {
        RunError? error = null;
        for (var region = first; region < options.Regions.Count; region++)
        {
            var place = options.Regions[region];
            known.Region = region;
            // Before it is asked for: an answer may be lost, and the group be there nevertheless.
            known.Asked.Add(region);
            var answer = await groups.PutAsync(
                ContainerGroupDefinition.NameOf(order.RunId, order.Segment, region),
                ContainerGroupDefinition.Of(order, place, options, time.GetUtcNow()),
                patience(),
                cancellation
            );
            if (answer.IsSuccess)
            {
                known.IsPlaced = true;
                (known.Seen, known.SeenAt, known.AgeThen) = (
                    FormattableString.Invariant(
                        $"{ContainerGroupDefinition.NameOf(order.RunId, order.Segment, region)} {order.Attempt}"
                    ),
                    time.GetTimestamp(),
                    TimeSpan.Zero
                );
                known.Last = new RunnerState(RunnerPresence.Starting, null, null);
                known.Wait = TimeSpan.Zero;
                return null;
            }
            error = GroupFailure.OfAnswer(answer, place.Name, options);
            if (!error.IsOfRegion)
            {
                return error;
            }
            LogRegionRefused(order.RunId, order.Segment, place.Name, answer.Detail);
        }
        return InAllRegions(error);
    }

    /// <summary>
    /// The segment's group: the one known as long as it is well, else the one of the latest attempt in the last region that has one.
    /// </summary>
    private async Task<(ContainerGroup? Group, ArmAnswer Answer)> FindAsync(
        Guid runId,
        int segment,
        Known known,
        Func<TimeSpan> patience,
        CancellationToken cancellation
    )
    {
        if (known.IsPlaced)
        {
            var (group, answer) = await GetAsync(known.Region);
            if (!answer.IsAbsent && (group is null || Read(group, known).Presence != RunnerPresence.Gone))
            {
                return (group, answer);
            }
        }
        // Another server may have asked for it, in any region; one that was given up may not be wholly deleted yet.
        ContainerGroup? latest = null;
        for (var region = options.Regions.Count - 1; ; region--)
        {
            var (group, answer) = await GetAsync(region);
            if (!answer.IsSuccess && !answer.IsAbsent)
            {
                return (null, answer);
            }
            if (
                group is not null
                && (
                    latest is null
                    || ContainerGroupDefinition.AttemptOf(group) > ContainerGroupDefinition.AttemptOf(latest)
                )
            )
            {
                (latest, known.Region, known.IsPlaced) = (group, region, true);
            }
            if (region == 0)
            {
                return (latest, answer);
            }
        }

        async Task<(ContainerGroup? Group, ArmAnswer Answer)> GetAsync(int region)
        {
            var name = ContainerGroupDefinition.NameOf(runId, segment, region);
            var answer = await groups.GetAsync(name, patience(), cancellation);
            return answer is { IsSuccess: true, Body: { } body }
                ? (body.Deserialize<ContainerGroup>(ContainerGroup.Json), answer)
                : (null, answer);
        }
    }

    private RunnerState Read(ContainerGroup group, Known known)
    {
        var seen = FormattableString.Invariant($"{group.Name} {ContainerGroupDefinition.AttemptOf(group)}");
        if (known.Seen != seen)
        {
            // From here on by the steady clock: one that is set does not make a start late.
            var age = ContainerGroupDefinition.CreatedOf(group) is { } created
                ? time.GetUtcNow() - created
                : TimeSpan.Zero;
            (known.Seen, known.SeenAt) = (seen, time.GetTimestamp());
            known.AgeThen = age > TimeSpan.Zero ? age : TimeSpan.Zero;
        }
        return GroupReading.Of(group, known.AgeThen + time.GetElapsedTime(known.SeenAt), options);
    }

    // The sentence is made with the record: another name of regions needs another record.
    private RunError? InAllRegions(RunError? error)
    {
        var regions = string.Join(", ", options.Regions.Select(region => region.Name));
        return error switch
        {
            RunError.NoRunnerCapacity capacity => new RunError.NoRunnerCapacity(regions, capacity.Detail),
            RunError.RunnerQuotaReached quota => new RunError.RunnerQuotaReached(regions, quota.Detail),
            _ => error,
        };
    }

    private static RunnerState Deleted(Guid runId, int segment, Known known)
    {
        var name = ContainerGroupDefinition.NameOf(runId, segment, known.Region);
        return new RunnerState(
            RunnerPresence.Gone,
            new RunError.RunnerDeleted(name),
            known.Last?.LastWords ?? $"its group {name} is not there"
        );
    }

    /// <summary>Of a container that failed, what it printed last: it is gone with the group.</summary>
    private async Task<RunnerState> WithLogAsync(
        ContainerGroup group,
        RunnerState state,
        CancellationToken cancellation
    )
    {
        if (state is not { Presence: RunnerPresence.Gone, Error: RunError.RunnerExited or RunError.RunnerOutOfMemory })
        {
            return state;
        }
        var printed = await groups.ReadLogAsync(group.Name, LogLines, cancellation);
        return string.IsNullOrWhiteSpace(printed)
            ? state
            : state with
            {
                LastWords = $"{state.LastWords}; it printed: {SensitiveText.Strip(printed.Trim(), LongestLog)}",
            };
    }

    private async Task DeleteAsync(string name, CancellationToken cancellation)
    {
        var answer = await groups.DeleteAsync(name, DeletePatience, cancellation);
        if (answer is { IsSuccess: false, IsAbsent: false })
        {
            LogNotDeleted(name, answer.Detail);
        }
    }

    private Known KnownOf(Guid runId, int segment) => _known.GetOrAdd((runId, segment), static _ => new Known());

    [LoggerMessage(LogLevel.Warning, "Run {Run}, segment {Segment}: region {Region} has no room: {Detail}")]
    private partial void LogRegionRefused(Guid run, int segment, string region, string detail);

    [LoggerMessage(LogLevel.Warning, "Run {Run}, segment {Segment}: its group could not be looked at: {Detail}")]
    private partial void LogAway(Guid run, int segment, string detail);

    [LoggerMessage(LogLevel.Warning, "Run {Run}: its groups could not be listed, and are left to the sweep: {Detail}")]
    private partial void LogNotListed(Guid run, string detail);

    [LoggerMessage(LogLevel.Warning, "Group {Group} could not be deleted, and is left to the sweep: {Detail}")]
    private partial void LogNotDeleted(string group, string detail);

    private sealed class Known
    {
        public int Region { get; set; }

        /// <summary>Whether the group was accepted or seen in that region.</summary>
        public bool IsPlaced { get; set; }

        public ConcurrentBag<int> Asked { get; } = [];

        public RunnerState? Last { get; set; }

        /// <summary>The group whose age is known.</summary>
        public string? Seen { get; set; }

        /// <summary>When its age was known, by the steady clock.</summary>
        public long SeenAt { get; set; }

        /// <summary>How long ago it had been asked for then.</summary>
        public TimeSpan AgeThen { get; set; }

        /// <summary>When it was last looked at, by the steady clock.</summary>
        public long LookedAt { get; set; }

        /// <summary>How long after that it is not looked at.</summary>
        public TimeSpan Wait { get; set; }
    }
}
