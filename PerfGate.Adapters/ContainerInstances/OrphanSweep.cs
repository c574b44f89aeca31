using Microsoft.Extensions.Logging;
using PerfGate.Adapters.Postgres;
using PerfGate.Adapters.Runs;
using PerfGate.Core.Runs;

namespace PerfGate.Adapters.ContainerInstances;

/// <summary>What a sweep did.</summary>
/// <param name="Deleted">Names of groups that were asked to go.</param>
/// <param name="Kept">Groups of this installation whose run goes on.</param>
/// <param name="Failed">Groups that could not be deleted, or a list that could not be read: the next sweep tries again.</param>
public sealed record SweepReport(IReadOnlyList<string> Deleted, int Kept, IReadOnlyList<string> Failed);

/// <summary>
/// Deletes container groups that nobody needs: of this installation (by tag), and their run is over or unknown, or their time is
/// over. An orchestration that is terminated runs no cleanup of its own. Of a run that goes on a group's time is over only where this
/// server's clock and the database's agree: one of them may have been set.
/// </summary>
public sealed partial class OrphanSweep(
    ContainerGroupsClient groups,
    RunStore runs,
    ContainerInstanceOptions options,
    TimeProvider time,
    ILogger<OrphanSweep> log
)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly SegmentTimes _times = new(options);

    /// <summary>Sweeps once. Safe at any time, by several servers at once.</summary>
    /// <exception cref="Npgsql.NpgsqlException">The database is away: nothing is deleted on a guess.</exception>
    public async Task<SweepReport> SweepAsync(CancellationToken cancellation)
    {
        var (listed, last) = await groups.ListAsync(Patience, cancellation);
        List<string> deleted = [];
        List<string> failed = last.IsSuccess ? [] : [$"the list of groups: {GroupFailure.Clean(last.Detail)}"];
        var kept = 0;
        foreach (var group in listed)
        {
            if (group.Tags.GetValueOrDefault(ContainerGroupDefinition.OwnerTag) != options.Owner)
            {
                continue;
            }
            if (!await IsOrphanAsync(group, cancellation))
            {
                kept++;
                continue;
            }
            var answer = await groups.DeleteAsync(group.Name, Patience, cancellation);
            if (answer.IsSuccess || answer.IsAbsent)
            {
                LogSwept(group.Name, ContainerGroupDefinition.RunOf(group));
                deleted.Add(group.Name);
            }
            else
            {
                failed.Add($"{group.Name}: {GroupFailure.Clean(answer.Detail)}");
            }
        }
        return new SweepReport(deleted, kept, failed);
    }

    private async Task<bool> IsOrphanAsync(ContainerGroup group, CancellationToken cancellation)
    {
        if (
            ContainerGroupDefinition.RunOf(group) is not { } runId
            || await runs.FindAsync(runId, cancellation) is not { Status: RunStatus.Queued or RunStatus.Running } run
            || ContainerGroupDefinition.ExpiryOf(group) is not { } expiry
        )
        {
            return true;
        }
        return expiry < time.GetUtcNow() && await IsOverdueAsync(run, cancellation);
    }

    // The tag is of the clock of whichever server asked for the group, and is compared with this one's.
    private async Task<bool> IsOverdueAsync(RunRow run, CancellationToken cancellation) =>
        run.Plan is null
        || await runs.SlotHeldForAsync(run.Id, cancellation) is not { } held
        || held > _times.Allowed(run) + ContainerGroupDefinition.ExpiryAllowance;

    [LoggerMessage(LogLevel.Warning, "Swept the orphaned container group {Group} of run {Run}")]
    private partial void LogSwept(string group, Guid? run);
}
