using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using PerfGate.Adapters.ContainerInstances;
using PerfGate.Adapters.Runs;
using PerfGate.Core.Runners;
using PerfGate.Tests.Postgres;
using PerfGate.Tests.Runs;
using PerfGate.Tests.Support;
using PerfGate.Tests.Support.LoopbackArm;

namespace PerfGate.Tests.ContainerInstances;

/// <summary>Groups that nobody needs go: at the end of their run, and by the sweep where that did not happen.</summary>
public sealed class OrphanSweepTests(PostgresFixture postgres)
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task The_end_of_a_run_deletes_all_its_groups_and_no_others_also_from_another_server()
    {
        await using var containers = await LaunchedContainers.StartAsync();
        containers.Arm.Fates["westeurope"] = GroupFate.NeverStarts;
        var other = containers.Order with { RunId = Guid.NewGuid() };
        await containers.Launcher.StartAsync(other, None);
        for (var segment = 0; segment < 5; segment++)
        {
            await containers.Launcher.StartAsync(containers.Order with { Segment = segment, Segments = 5 }, None);
        }

        await containers.CreateLauncher().EndAsync(containers.Order.RunId, None);
        await containers.CreateLauncher().EndAsync(containers.Order.RunId, None);

        Assert.Equal($"perfgate-{other.RunId:N}-0", Assert.Single(containers.Arm.Groups).Name);
    }

    [Fact]
    public async Task A_group_that_cannot_be_deleted_does_not_fail_the_run_and_is_left_to_the_sweep()
    {
        await using var containers = await LaunchedContainers.StartAsync();
        containers.Arm.Fates["westeurope"] = GroupFate.NeverStarts;
        await containers.Launcher.StartAsync(containers.Order, None);
        containers.Arm.IsDown = true;

        var ending = EndAsync();
        await containers.TurningTheClockAsync(ending, TimeSpan.FromSeconds(5));

        containers.Arm.IsDown = false;
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var report = await SweepOf(containers, runs).SweepAsync(None);
        Assert.Equal(containers.Arm.Requests.Count(request => request.StartsWith("DELETE")), report.Deleted.Count);
        Assert.Empty(containers.Arm.Groups);

        async Task<bool> EndAsync()
        {
            await containers.Launcher.EndAsync(containers.Order.RunId, None);
            return true;
        }
    }

    [Fact]
    public async Task A_server_that_stops_leaves_the_groups_of_its_runs_to_work_on()
    {
        await using var containers = await LaunchedContainers.StartAsync();
        containers.Arm.Fates["westeurope"] = GroupFate.NeverStarts;
        await containers.Launcher.StartAsync(containers.Order, None);

        await containers.Launcher.EndAsync(containers.Order.RunId, new CancellationToken(canceled: true));

        Assert.Single(containers.Arm.Groups);
    }

    [Fact]
    public async Task Groups_of_runs_that_are_over_or_unknown_or_of_a_time_long_past_are_swept_and_nobody_elses()
    {
        await using var containers = await LaunchedContainers.StartAsync();
        await using var runs = await StoredRuns.CreateAsync(postgres);
        containers.Arm.Fates["westeurope"] = GroupFate.NeverStarts;
        var running = await runs.StartAsync();
        var expired = await StartPlannedAsync(runs);
        await HoldSlotSinceAsync(runs, expired, "2 hours");
        var over = await runs.EndAsync();
        var unknown = Guid.NewGuid();
        var strangers = Guid.NewGuid();
        foreach (var run in new[] { running, over, unknown })
        {
            await containers.Launcher.StartAsync(containers.Order with { RunId = run }, None);
        }
        var longAgo = containers.Time.GetUtcNow() - TimeSpan.FromHours(1);
        await containers.Launcher.StartAsync(containers.Order with { RunId = expired, Deadline = longAgo }, None);
        var mine = containers.Options;
        containers.Options = mine with { Owner = "another-installation" };
        await containers.CreateLauncher().StartAsync(containers.Order with { RunId = strangers }, None);
        containers.Options = mine;

        var report = await SweepOf(containers, runs).SweepAsync(None);
        var again = await SweepOf(containers, runs).SweepAsync(None);

        Assert.Equal(Names(over, unknown, expired), report.Deleted.Order());
        Assert.Equal((1, 0), (report.Kept, report.Failed.Count));
        Assert.Equal(Names(running, strangers), containers.Arm.Groups.Select(group => group.Name).Order());
        Assert.Empty(again.Deleted);
    }

    [Fact]
    public async Task A_clock_that_is_hours_ahead_takes_no_group_from_a_run_that_goes_on_by_the_databases_clock()
    {
        await using var containers = await LaunchedContainers.StartAsync();
        await using var runs = await StoredRuns.CreateAsync(postgres);
        containers.Arm.Fates["westeurope"] = GroupFate.NeverStarts;
        var running = await StartPlannedAsync(runs);
        var overdue = await StartPlannedAsync(runs);
        var over = await runs.EndAsync();
        var unknown = Guid.NewGuid();
        foreach (var run in new[] { running, overdue, over, unknown })
        {
            await containers.Launcher.StartAsync(containers.Order with { RunId = run }, None);
        }
        await HoldSlotSinceAsync(runs, overdue, "9 hours");

        var report = await SweepOf(containers, runs, TimeSpan.FromHours(5)).SweepAsync(None);

        Assert.Equal(Names(overdue, over, unknown), report.Deleted.Order());
        Assert.Equal((1, 0), (report.Kept, report.Failed.Count));
        Assert.Equal(Names(running), containers.Arm.Groups.Select(group => group.Name));
    }

    [Fact]
    public async Task A_group_whose_server_was_hours_behind_when_it_asked_for_it_is_not_taken_from_its_run()
    {
        await using var containers = await LaunchedContainers.StartAsync();
        await using var runs = await StoredRuns.CreateAsync(postgres);
        containers.Arm.Fates["westeurope"] = GroupFate.NeverStarts;
        var running = await StartPlannedAsync(runs);
        var behind = containers.Order.Deadline - TimeSpan.FromHours(5);
        await containers.Launcher.StartAsync(containers.Order with { RunId = running, Deadline = behind }, None);

        var report = await SweepOf(containers, runs).SweepAsync(None);

        Assert.Empty(report.Deleted);
        Assert.Single(containers.Arm.Groups);
    }

    [Fact]
    public async Task A_databases_clock_that_is_ahead_takes_no_group_before_its_expiry()
    {
        await using var containers = await LaunchedContainers.StartAsync();
        await using var runs = await StoredRuns.CreateAsync(postgres);
        containers.Arm.Fates["westeurope"] = GroupFate.NeverStarts;
        var running = await StartPlannedAsync(runs);
        await containers.Launcher.StartAsync(containers.Order with { RunId = running }, None);
        await HoldSlotSinceAsync(runs, running, "9 hours");

        var report = await SweepOf(containers, runs).SweepAsync(None);

        Assert.Equal((0, 1), (report.Deleted.Count, report.Kept));
    }

    [Fact]
    public async Task A_sweep_that_is_refused_says_so_and_goes_on()
    {
        await using var containers = await LaunchedContainers.StartAsync();
        await using var runs = await StoredRuns.CreateAsync(postgres);
        containers.Arm.Fates["westeurope"] = GroupFate.NeverStarts;
        await containers.Launcher.StartAsync(containers.Order, None);
        await containers.Launcher.StartAsync(containers.Order with { RunId = Guid.NewGuid() }, None);
        containers.Arm.AnswerNext("DELETE", new CannedAnswer(403, "AuthorizationFailed"));

        var report = await SweepOf(containers, runs).SweepAsync(None);

        Assert.Single(report.Deleted);
        Assert.Contains("AuthorizationFailed", Assert.Single(report.Failed));
    }

    /// <summary>A sweep by a server whose clock is ahead.</summary>
    private static OrphanSweep SweepOf(LaunchedContainers containers, StoredRuns runs, TimeSpan ahead = default) =>
        new(
            containers.Client,
            runs.Store,
            containers.Options,
            new FakeTimeProvider(containers.Time.GetUtcNow() + ahead),
            NullLogger<OrphanSweep>.Instance
        );

    private static async Task<Guid> StartPlannedAsync(StoredRuns runs)
    {
        var run = await runs.StartAsync();
        await runs.Store.SavePlanAsync(run, SampleGrounds.Plan(), None);
        return run;
    }

    /// <summary>As if the run had got its slot so long ago, by the database's clock.</summary>
    private static async Task HoldSlotSinceAsync(StoredRuns runs, Guid run, string ago)
    {
        await using var command = runs.Database.CreateCommand(
            "UPDATE performance_test_runs SET slot_taken_at = slot_taken_at - $2::interval WHERE id = $1"
        );
        command.Parameters.AddWithValue(run);
        command.Parameters.AddWithValue(ago);
        Assert.Equal(1, await command.ExecuteNonQueryAsync(None));
    }

    private static IEnumerable<string> Names(params Guid[] runs) => runs.Select(run => $"perfgate-{run:N}-0").Order();
}
