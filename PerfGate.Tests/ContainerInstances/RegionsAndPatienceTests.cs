using PerfGate.Adapters.Runs;
using PerfGate.Core;
using PerfGate.Tests.Support.LoopbackArm;

namespace PerfGate.Tests.ContainerInstances;

/// <summary>What is done where a region has no room, and where Resource Manager is away or asks to be left alone.</summary>
public sealed class RegionsAndPatienceTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData(GroupFate.RefusedForCapacity)]
    [InlineData(GroupFate.RefusedForQuota)]
    public async Task A_region_that_refuses_for_want_of_room_is_followed_by_the_next(GroupFate fate)
    {
        await using var containers = await LaunchedContainers.StartAsync();
        containers.Arm.Fates["westeurope"] = fate;

        Assert.Null(await containers.Launcher.StartAsync(containers.Order, None));

        Assert.Equal("northeurope", Assert.Single(containers.Arm.Groups).Location);
        await containers.LookUntilAsync(RunnerPresence.Gone, containers.CreateLauncher());
    }

    [Theory]
    [InlineData(409, "ServiceUnavailable")]
    [InlineData(429, "ContainerGroupQuotaReached")]
    [InlineData(503, "InsufficientCapacity")]
    public async Task Want_of_room_is_known_by_its_code_whatever_the_status_and_is_not_waited_for(
        int status,
        string code
    )
    {
        await using var containers = await LaunchedContainers.StartAsync();
        containers.Arm.AnswerNext("PUT", new CannedAnswer(status, code, "60"));

        // The clock stands still: whoever waits, waits for ever.
        Assert.Null(await containers.Launcher.StartAsync(containers.Order, None));

        Assert.Equal("northeurope", Assert.Single(containers.Arm.Groups).Location);
    }

    [Fact]
    public async Task A_region_that_accepts_and_then_has_no_room_is_followed_by_the_next_whichever_server_asks()
    {
        await using var containers = await LaunchedContainers.StartAsync();
        containers.Arm.Fates["westeurope"] = GroupFate.FailsForCapacity;
        containers.Arm.DeletionTime = TimeSpan.FromSeconds(60);
        Assert.Null(await containers.Launcher.StartAsync(containers.Order, None));
        var noRoom = await containers.LookUntilAsync(RunnerPresence.Gone);
        Assert.Equal(("no-runner-capacity", true), (noRoom.Error!.Code, noRoom.Error.IsOfRegion));

        // A server that knows nothing goes on where the other one stopped, and a third finds the group that matters.
        Assert.Null(await containers.CreateLauncher().StartAsync(containers.Order, None));
        Assert.Null(await containers.CreateLauncher().StartAsync(containers.Order, None));

        Assert.True(containers.Arm.Groups.Single(group => group.Location == "westeurope").IsDeleting);
        foreach (var launcher in new[] { containers.Launcher, containers.CreateLauncher() })
        {
            var gone = await containers.LookUntilAsync(RunnerPresence.Gone, launcher);
            Assert.IsType<RunError.RunnerExited>(gone.Error);
        }
        Assert.Equal(1, containers.Arm.Groups.Single(group => group.Location == "northeurope").Starts);
    }

    [Fact]
    public async Task Regions_that_all_accept_and_then_have_no_room_are_asked_once_each()
    {
        await using var containers = await LaunchedContainers.StartAsync();
        containers.Arm.Fates["westeurope"] = containers.Arm.Fates["northeurope"] = GroupFate.FailsForCapacity;
        Assert.Null(await containers.Launcher.StartAsync(containers.Order, None));
        await containers.LookUntilAsync(RunnerPresence.Gone);
        Assert.Null(await containers.CreateLauncher().StartAsync(containers.Order, None));
        await containers.LookUntilAsync(RunnerPresence.Gone);

        var nowhere = await containers.CreateLauncher().StartAsync(containers.Order, None);

        Assert.Equal("no-runner-capacity", nowhere!.Code);
        Assert.Contains("westeurope, northeurope", nowhere.Message);
        Assert.Equal(2, containers.Arm.Requests.Count(request => request.StartsWith("PUT", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_second_attempt_waits_until_the_group_of_the_first_is_gone()
    {
        await using var containers = await LaunchedContainers.StartAsync();
        containers.Arm.DeletionTime = TimeSpan.FromSeconds(2);
        Assert.Null(await containers.Launcher.StartAsync(containers.Order, None));
        await containers.LookUntilAsync(RunnerPresence.Gone);
        await containers.Launcher.EndSegmentAsync(containers.Order.RunId, 0, None);

        var start = containers.CreateLauncher().StartAsync(containers.Order with { Attempt = 1 }, None);
        Assert.Null(await containers.TurningTheClockAsync(start, TimeSpan.FromMilliseconds(100)));

        var group = Assert.Single(containers.Arm.Groups);
        Assert.Equal(("1", false), ((string)group.Definition["tags"]!["perfgate-attempt"]!, group.IsDeleting));
    }

    [Fact]
    public async Task No_room_anywhere_names_all_regions()
    {
        await using var containers = await LaunchedContainers.StartAsync();
        containers.Arm.Fates["westeurope"] = GroupFate.RefusedForCapacity;
        containers.Arm.Fates["northeurope"] = GroupFate.RefusedForCapacity;
        var noRoom = await containers.Launcher.StartAsync(containers.Order, None);
        containers.Arm.Fates["northeurope"] = GroupFate.RefusedForQuota;
        var noQuota = await containers.Launcher.StartAsync(containers.Order, None);

        Assert.Equal("no-runner-capacity", noRoom!.Code);
        Assert.Contains("westeurope, northeurope", noRoom.Message);
        Assert.Equal("runner-quota-reached", noQuota!.Code);
        Assert.Contains("StandardCores", noQuota.Message);
        Assert.Empty(containers.Arm.Groups);
    }

    [Theory]
    [InlineData(429, "TooManyRequests", 40)]
    [InlineData(503, "ServerBusy", 25)]
    public async Task Retry_after_is_waited_for(int status, string code, int seconds)
    {
        await using var containers = await LaunchedContainers.StartAsync();
        containers.Arm.AnswerNext("PUT", new CannedAnswer(status, code, $"{seconds}"));
        var begun = containers.Time.GetUtcNow();

        var start = containers.Launcher.StartAsync(containers.Order, None);
        Assert.Null(await containers.TurningTheClockAsync(start, TimeSpan.FromSeconds(1)));

        Assert.True(containers.Time.GetUtcNow() - begun >= TimeSpan.FromSeconds(seconds));
        Assert.Single(containers.Arm.Groups);
    }

    [Fact]
    public async Task A_start_has_one_patience_for_all_that_it_asks()
    {
        await using var containers = await LaunchedContainers.StartAsync();
        containers.Arm.AnswerNext("GET", new CannedAnswer(429, "TooManyRequests", "100"));
        containers.Arm.AnswerNext("PUT", new CannedAnswer(429, "TooManyRequests", "100"));
        var begun = containers.Time.GetUtcNow();

        var start = containers.Launcher.StartAsync(containers.Order, None);
        var refused = await containers.TurningTheClockAsync(start, TimeSpan.FromSeconds(5));

        Assert.Equal("resource-manager-away", refused!.Code);
        Assert.True(containers.Time.GetUtcNow() - begun <= containers.Options.Patience);
        Assert.Empty(containers.Arm.Groups);
    }

    [Fact]
    public async Task A_retry_after_beyond_all_patience_is_not_waited_for()
    {
        await using var containers = await LaunchedContainers.StartAsync();
        containers.Arm.AnswerNext("GET", new CannedAnswer(429, "SubscriptionRequestsThrottled", "3600"));

        var refused = await containers.Launcher.StartAsync(containers.Order, None);

        Assert.Equal("resource-manager-away", refused!.Code);
        Assert.True(refused.IsTransient);
        Assert.Contains("SubscriptionRequestsThrottled", refused.Message);
    }

    [Fact]
    public async Task While_asked_to_be_left_alone_a_look_asks_nothing()
    {
        await using var containers = await LaunchedContainers.StartAsync();
        containers.Arm.Fates["westeurope"] = GroupFate.NeverStarts;
        Assert.Null(await containers.Launcher.StartAsync(containers.Order, None));
        await containers.LookUntilAsync(RunnerPresence.Starting);
        containers.Time.Advance(containers.Options.LookInterval);
        containers.Arm.AnswerNext("GET", new CannedAnswer(429, "TooManyRequests", "60"));
        await containers.Launcher.LookAsync(containers.Order.RunId, 0, None);
        var asked = containers.Arm.Requests.Count;

        containers.Time.Advance(TimeSpan.FromSeconds(59));
        var state = await containers.Launcher.LookAsync(containers.Order.RunId, 0, None);
        Assert.Equal((RunnerPresence.Starting, asked), (state.Presence, containers.Arm.Requests.Count));

        containers.Time.Advance(TimeSpan.FromSeconds(1));
        await containers.Launcher.LookAsync(containers.Order.RunId, 0, None);
        Assert.True(containers.Arm.Requests.Count > asked);
    }

    [Fact]
    public async Task A_resource_manager_that_is_down_for_a_minute_costs_a_minute()
    {
        await using var containers = await LaunchedContainers.StartAsync();
        await using var silent = await SilentBlobs.StartAsync();
        containers.Order = containers.Order with { Artifacts = silent.Location };
        var back = containers.Time.GetUtcNow() + TimeSpan.FromMinutes(1);
        containers.Arm.IsDown = true;
        var start = containers.Launcher.StartAsync(containers.Order, None);
        while (!start.IsCompleted)
        {
            containers.Arm.IsDown = containers.Time.GetUtcNow() < back;
            containers.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(20);
        }
        Assert.Null(await start);
        await containers.LookUntilAsync(RunnerPresence.Running);

        // And a runner that was seen to run is not given up because nobody can look.
        containers.Arm.IsDown = true;
        containers.Time.Advance(TimeSpan.FromMinutes(1));
        var meanwhile = await containers.Launcher.LookAsync(containers.Order.RunId, 0, None);
        Assert.Equal((RunnerPresence.Running, null), (meanwhile.Presence, meanwhile.Error));
        var elsewhere = await containers.CreateLauncher().LookAsync(containers.Order.RunId, 0, None);
        Assert.Equal((RunnerPresence.Starting, null), (elsewhere.Presence, elsewhere.Error));
    }

    [Fact]
    public async Task A_resource_manager_that_stays_down_is_given_up()
    {
        await using var containers = await LaunchedContainers.StartAsync();
        containers.Arm.IsDown = true;

        var start = containers.Launcher.StartAsync(containers.Order, None);
        var refused = await containers.TurningTheClockAsync(start, TimeSpan.FromSeconds(10));

        Assert.Equal("resource-manager-away", refused!.Code);
    }

    [Fact]
    public async Task An_identity_without_the_role_is_told_so_at_once()
    {
        await using var containers = await LaunchedContainers.StartAsync();
        containers.Arm.AnswerNext("GET", new CannedAnswer(403, "AuthorizationFailed"));

        var refused = await containers.Launcher.StartAsync(containers.Order, None);

        Assert.Equal("containers-forbidden", refused!.Code);
        Assert.Contains("AuthorizationFailed", refused.Message);
    }
}
