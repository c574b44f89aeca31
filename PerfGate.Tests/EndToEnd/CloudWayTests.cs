using PerfGate.Adapters.ContainerInstances;
using PerfGate.Core.Runs;
using PerfGate.Tests.Faults;
using PerfGate.Tests.Support;
using PerfGate.Tests.Support.LoopbackArm;

namespace PerfGate.Tests.EndToEnd;

/// <summary>The server with its runners in container groups of a Resource Manager on loopback, and its artifacts in Azurite.</summary>
public sealed class CloudFixture(PostgresFixture postgres, AzuriteFixture azurite) : GateFixture(postgres)
{
    public LoopbackArmServer Arm { get; private set; } = null!;

    protected override async Task<string?> BlobsAsync() => await azurite.ConnectionStringAsync();

    protected override async Task<ContainerInstanceOptions?> ContainersAsync()
    {
        Arm = await LoopbackArmServer.StartAsync();
        return new ContainerInstanceOptions
        {
            SubscriptionId = LoopbackArmServer.Subscription,
            ResourceGroup = LoopbackArmServer.ResourceGroup,
            Regions = [new ContainerRegion("westeurope"), new ContainerRegion("northeurope")],
            Image = "perfgate.azurecr.io/runner:1.2.0",
            Endpoint = Arm.Endpoint,
            LookInterval = TimeSpan.FromSeconds(1),
        };
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Arm.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}

/// <summary>The whole cloud way over the wire: HTTP request, spine, PUT of a container group, runner, blobs, verdict.</summary>
public sealed class CloudWayTests(CloudFixture gate) : IClassFixture<CloudFixture>
{
    [Fact]
    public async Task A_healthy_platform_passes_by_a_runner_in_a_container_and_no_group_is_left()
    {
        gate.Arm.Fates.Clear();
        await using var platform = await GateFixture.StartPlatformAsync();

        var run = await gate.RunToVerdictAsync("load", Load(platform.Urls.First(), seconds: 6));

        Assert.True(run.Verdict == Verdict.Passed, Reasons(run));
        Assert.Contains("DELETE " + $"perfgate-{run.TestId:N}-0", gate.Arm.Requests);
        Assert.DoesNotContain(gate.Arm.Groups, group => group.Name.Contains(run.TestId.ToString("N")));
        var report = await gate.Gate.GetReportAsync(run.TestId, TestContext.Current.CancellationToken);
        Assert.Contains(run.TestId.ToString(), report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_region_without_room_costs_a_moment_and_nothing_else()
    {
        gate.Arm.Fates.Clear();
        gate.Arm.Fates["westeurope"] = GroupFate.FailsForCapacity;
        await using var platform = await GateFixture.StartPlatformAsync();

        var run = await gate.RunAsync("load", Load(platform.Urls.First(), seconds: 6));

        Loads.AssertWell(run);
        Assert.Contains($"PUT perfgate-{run.TestId:N}-0-r1", gate.Arm.Requests);
    }

    [Fact]
    public async Task A_resource_manager_that_is_down_while_the_load_runs_does_no_harm()
    {
        gate.Arm.Fates.Clear();
        await using var platform = await GateFixture.StartPlatformAsync();
        var accepted = await ExecuteAsync(Load(platform.Urls.First(), seconds: 8));
        var group = await RunningAsync(accepted);

        gate.Arm.IsDown = true;
        await Eventually.TrueAsync(() => !group.IsRunning, "the runner ends");
        gate.Arm.IsDown = false;

        var run = await gate.EndAsync(accepted);
        Loads.AssertWell(run);
    }

    [Fact]
    public async Task A_runner_that_dies_under_load_leaves_no_verdict_and_the_platforms_own_reason()
    {
        gate.Arm.Fates.Clear();
        await using var platform = await GateFixture.StartPlatformAsync();
        var accepted = await ExecuteAsync(Load(platform.Urls.First(), seconds: 60));
        var group = await RunningAsync(accepted);
        await UnderLoadAsync(accepted);
        await group.KillAsync("OOMKilled");

        var run = await gate.EndAsync(accepted);

        Assert.True((run.Status, run.Verdict) == (RunStatus.Completed, Verdict.Inconclusive), Reasons(run));
        Assert.Equal("runner-out-of-memory", run.Reasons[0].Code);
        Assert.Contains("load is not made twice", run.Reasons[0].Sentence, StringComparison.Ordinal);
        Assert.True(run.Results!.Metrics!.Overall.Requests > 0);
        Assert.Single(gate.Arm.Requests, request => request == $"PUT perfgate-{accepted:N}-0");
    }

    [Fact]
    public async Task A_group_deleted_behind_our_back_under_load_leaves_no_verdict_and_says_so()
    {
        gate.Arm.Fates.Clear();
        await using var platform = await GateFixture.StartPlatformAsync();
        var accepted = await ExecuteAsync(Load(platform.Urls.First(), seconds: 60));
        var group = await RunningAsync(accepted);
        await UnderLoadAsync(accepted);
        await gate.Arm.DeleteBehindTheBackAsync(group);

        var run = await gate.EndAsync(accepted);

        Assert.True((run.Status, run.Verdict) == (RunStatus.Completed, Verdict.Inconclusive), Reasons(run));
        Assert.Equal("runner-deleted", run.Reasons[0].Code);
    }

    [Fact]
    public async Task A_runner_that_dies_before_its_load_begins_is_asked_for_once_more_and_the_run_passes()
    {
        gate.Arm.Fates.Clear();
        await using var platform = await GateFixture.StartPlatformAsync();
        gate.Arm.DeletionTime = TimeSpan.FromSeconds(3);
        var accepted = await ExecuteAsync(Load(platform.Urls.First(), seconds: 6));
        await (await RunningAsync(accepted)).KillAsync("Error");

        var run = await gate.EndAsync(accepted);

        gate.Arm.DeletionTime = TimeSpan.Zero;
        Loads.AssertWell(run);
        Assert.Contains(run.Reasons, reason => reason.Code == "segment-retried");
        Assert.True(gate.Arm.Requests.Count(request => request == $"PUT perfgate-{accepted:N}-0") > 1);
    }

    [Fact]
    public async Task A_runner_that_dies_twice_before_its_load_begins_is_an_error_and_not_asked_for_again()
    {
        gate.Arm.Fates.Clear();
        var accepted = await ExecuteAsync(Load("http://127.0.0.1:9", seconds: 6));
        var first = await RunningAsync(accepted);
        await first.KillAsync("Error");
        LoopbackGroup? second = null;
        await Eventually.TrueAsync(
            () =>
                (
                    second = gate.Arm.Groups.FirstOrDefault(one =>
                        one != first && one.Name == $"perfgate-{accepted:N}-0" && one.IsRunning
                    )
                )
                    is not null,
            "it is asked for once more"
        );
        await second!.KillAsync("Error");

        var run = await gate.EndAsync(accepted);

        Assert.True((run.Status, run.Verdict) == (RunStatus.Failed, Verdict.Error), Reasons(run));
        Assert.Equal("runner-exited", run.Reasons[0].Code);
        Assert.Contains(run.Reasons, reason => reason.Code == "segment-retried");
        Assert.Equal(2, gate.Arm.Requests.Count(request => request == $"PUT perfgate-{accepted:N}-0"));
    }

    [Fact]
    public async Task A_cancelled_run_stops_its_runner_and_leaves_no_group()
    {
        gate.Arm.Fates.Clear();
        await using var platform = await GateFixture.StartPlatformAsync();
        var accepted = await ExecuteAsync(Load(platform.Urls.First(), seconds: 60));
        var group = await RunningAsync(accepted);

        await gate.Gate.CancelAsync(accepted, TestContext.Current.CancellationToken);
        var run = await gate.EndAsync(accepted);

        Assert.Equal(RunStatus.Cancelled, run.Status);
        await Eventually.TrueAsync(() => !gate.Arm.Groups.Contains(group), "the group is gone");
        Assert.False(group.IsRunning);
    }

    [Theory]
    [InlineData(GroupFate.RefusedForImage, "image-not-pulled")]
    [InlineData(GroupFate.PullFails, "image-not-pulled")]
    [InlineData(GroupFate.RefusedForQuota, "runner-quota-reached")]
    public async Task A_runner_that_cannot_be_had_is_an_error_with_its_own_code(GroupFate fate, string code)
    {
        gate.Arm.Fates["westeurope"] = gate.Arm.Fates["northeurope"] = fate;

        var run = await gate.RunAsync("load", Load("http://127.0.0.1:9", seconds: 6));

        Assert.Equal((RunStatus.Failed, Verdict.Error), (run.Status, run.Verdict));
        Assert.Contains(run.Reasons, reason => reason.Code == code);
        Assert.DoesNotContain(gate.Arm.Groups, group => group.Name.Contains(run.TestId.ToString("N")));
    }

    [Fact]
    public async Task Two_segments_are_two_groups_measured_as_one()
    {
        gate.Arm.Fates.Clear();
        await using var platform = await GateFixture.StartPlatformAsync();

        var run = await gate.RunAsync("load", Load(platform.Urls.First(), seconds: 6, segments: 2));

        Loads.AssertWell(run);
        foreach (var segment in new[] { 0, 1 })
        {
            Assert.Single(gate.Arm.Requests, request => request == $"PUT perfgate-{run.TestId:N}-{segment}");
            Assert.Contains($"DELETE perfgate-{run.TestId:N}-{segment}", gate.Arm.Requests);
        }
        Assert.DoesNotContain(gate.Arm.Groups, group => group.Name.Contains(run.TestId.ToString("N")));
    }

    [Fact]
    public async Task A_group_that_dies_before_the_load_begins_is_asked_for_once_more()
    {
        gate.Arm.Fates.Clear();
        await using var platform = await GateFixture.StartPlatformAsync();
        var accepted = await ExecuteAsync(Load(platform.Urls.First(), seconds: 6, segments: 2));
        await (await RunningAsync(accepted, segment: 1)).KillAsync("Error");

        var run = await gate.EndAsync(accepted);

        Loads.AssertWell(run);
        Assert.Contains(run.Reasons, reason => reason.Code == "segment-retried");
        Assert.Equal(2, gate.Arm.Requests.Count(request => request == $"PUT perfgate-{accepted:N}-1"));
        Assert.Single(gate.Arm.Requests, request => request == $"PUT perfgate-{accepted:N}-0");
    }

    [Fact]
    public async Task A_group_that_dies_under_load_leaves_the_run_inconclusive_and_no_group()
    {
        gate.Arm.Fates.Clear();
        await using var platform = await GateFixture.StartPlatformAsync();
        var accepted = await ExecuteAsync(Load(platform.Urls.First(), seconds: 60, segments: 2));
        var group = await RunningAsync(accepted, segment: 1);
        await UnderLoadAsync(accepted);
        await group.KillAsync("OOMKilled");

        var run = await gate.EndAsync(accepted);

        Assert.True(run.Verdict == Verdict.Inconclusive, Reasons(run));
        Assert.Equal("segment-lost", run.Reasons[0].Code);
        Assert.Contains("memory", run.Reasons[0].Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain(gate.Arm.Groups, left => left.Name.Contains(accepted.ToString("N")));
    }

    private static object Load(string target, int seconds, int segments = 1) =>
        new
        {
            baseUrl = target,
            segments,
            duration = seconds,
            arrivalRate = 20,
            thresholds = new { minThroughput = 5 },
        };

    private async Task<Guid> ExecuteAsync(object configuration)
    {
        var accepted = await gate.Gate.ExecuteAsync(
            new
            {
                testType = "load",
                environment = "staging",
                configuration,
            },
            TestContext.Current.CancellationToken
        );
        return accepted.TestId;
    }

    private async Task UnderLoadAsync(Guid run)
    {
        while (
            (await gate.Gate.GetRunAsync(run, TestContext.Current.CancellationToken)).Progress is not { Requests: > 0 }
        )
        {
            await Task.Delay(200, TestContext.Current.CancellationToken);
        }
    }

    private async Task<LoopbackGroup> RunningAsync(Guid run, int segment = 0)
    {
        LoopbackGroup? group = null;
        await Eventually.TrueAsync(
            () =>
                (group = gate.Arm.Groups.FirstOrDefault(one => one.Name == $"perfgate-{run:N}-{segment}"))
                    is { IsRunning: true },
            "the runner runs"
        );
        return group!;
    }

    private static string Reasons(Adapters.Http.RunView run) =>
        string.Join(' ', run.Reasons.Select(reason => reason.Sentence));

    private static class Eventually
    {
        public static async Task TrueAsync(Func<bool> holds, string what)
        {
            for (var i = 0; i < 300; i++)
            {
                if (holds())
                {
                    return;
                }
                await Task.Delay(100, TestContext.Current.CancellationToken);
            }
            Assert.Fail($"Did not come true within 30 s: {what}");
        }
    }
}
