using System.Text.Json;
using System.Text.Json.Nodes;
using PerfGate.Adapters.Runs;
using PerfGate.Core;
using PerfGate.Core.Requests;
using PerfGate.Core.Runners;
using PerfGate.Tests.Support.LoopbackArm;

namespace PerfGate.Tests.ContainerInstances;

/// <summary>Runners in container groups of a Resource Manager on loopback, over HTTP, with the real runner in each.</summary>
public sealed class ContainerGroupLauncherTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task A_group_is_asked_for_with_all_that_the_runner_needs_and_its_order_is_a_secret()
    {
        await using var containers = await LaunchedContainers.StartAsync();
        const string identity =
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/runner";
        const string subnet =
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/r";
        containers.Options = containers.Options with
        {
            IdentityId = identity,
            Regions = [new("westeurope", subnet)],
            Cpu = 1.5,
            MemoryGb = 3,
            Owner = "perfgate-tests",
        };
        var order = containers.Order with { Segment = 1, Segments = 2, ParentPid = 4711 };

        Assert.Null(await containers.CreateLauncher().StartAsync(order, None));

        var group = Assert.Single(containers.Arm.Groups);
        Assert.Equal($"perfgate-{order.RunId:N}-1", group.Name);
        var sent = group.Definition;
        var properties = sent["properties"]!;
        var container = properties["containers"]![0]!["properties"]!;
        Assert.Equal("westeurope", (string)sent["location"]!);
        Assert.Equal("Never", (string)properties["restartPolicy"]!);
        Assert.Equal((1.5, 3), Requested(container));
        Assert.Equal(subnet, (string)properties["subnetIds"]![0]!["id"]!);
        Assert.NotNull(sent["identity"]!["userAssignedIdentities"]![identity]);
        Assert.Equal("perfgate.azurecr.io", (string)properties["imageRegistryCredentials"]![0]!["server"]!);
        Assert.Equal(identity, (string)properties["imageRegistryCredentials"]![0]!["identity"]!);
        Assert.Equal(order.RunId.ToString(), (string)sent["tags"]!["perfgate-run"]!);
        Assert.Equal("1", (string)sent["tags"]!["perfgate-segment"]!);
        Assert.Equal("perfgate-tests", (string)sent["tags"]!["perfgate-owner"]!);
        Assert.True(DateTimeOffset.Parse((string)sent["tags"]!["perfgate-expiry"]!) > order.Deadline);
        var told = JsonSerializer.Deserialize<RunnerOrder>(group.Order, RunJson.Options)!;
        Assert.Equal((order.RunId, 1, null), (told.RunId, told.Segment, told.ParentPid));
        Assert.Equal(order.Artifacts, told.Artifacts);
        Assert.DoesNotContain("sig=secret", group.View(withInstanceView: true).ToJsonString());
    }

    [Theory]
    [InlineData(TargetEnvironment.Staging, "common")]
    [InlineData(TargetEnvironment.Production, "own")]
    public async Task Runners_of_an_environment_with_a_subnet_of_its_own_are_there(TargetEnvironment on, string subnet)
    {
        await using var containers = await LaunchedContainers.StartAsync();
        containers.Options = containers.Options with
        {
            Regions =
            [
                new("westeurope", "common")
                {
                    SubnetIds = new Dictionary<TargetEnvironment, string> { [TargetEnvironment.Production] = "own" },
                },
            ],
        };

        Assert.Null(await containers.CreateLauncher().StartAsync(containers.Order with { Environment = on }, None));

        var properties = Assert.Single(containers.Arm.Groups).Definition["properties"]!;
        Assert.Equal(subnet, (string)properties["subnetIds"]![0]!["id"]!);
    }

    [Fact]
    public async Task A_group_has_what_its_request_asks_for_and_its_reasons_say_so()
    {
        await using var containers = await LaunchedContainers.StartAsync();
        await using var silent = await SilentBlobs.StartAsync();
        containers.Order = containers.Order with { Artifacts = silent.Location, Size = new RunnerSize(3.5, null) };
        Assert.Null(await containers.Launcher.StartAsync(containers.Order, None));
        Assert.Equal((3.5, 4), Requested(ContainerOf(containers.Arm.Groups.Single())));

        containers.Order = containers.Order with { Segment = 1, Segments = 2, Size = new RunnerSize(1, 1.5) };
        Assert.Null(await containers.Launcher.StartAsync(containers.Order, None));
        var group = containers.Arm.Groups.Single(one => one.Name.EndsWith("-1", StringComparison.Ordinal));
        Assert.Equal((1, 1.5), Requested(ContainerOf(group)));
        await containers.LookUntilAsync(RunnerPresence.Running);
        await group.KillAsync("OOMKilled");

        var gone = await containers.LookUntilAsync(RunnerPresence.Gone);
        Assert.Contains("1.5 GB", gone.Error!.Message);
    }

    [Fact]
    public async Task A_second_start_with_a_runner_there_changes_nothing()
    {
        await using var containers = await LaunchedContainers.StartAsync();
        Assert.Null(await containers.Launcher.StartAsync(containers.Order, None));
        var later = containers.Order with { Deadline = containers.Order.Deadline.AddMinutes(1) };

        Assert.Null(await containers.Launcher.StartAsync(later, None));
        Assert.Null(await containers.CreateLauncher().StartAsync(later, None));

        await containers.LookUntilAsync(RunnerPresence.Gone);
        Assert.Equal(1, Assert.Single(containers.Arm.Groups).Starts);
    }

    [Fact]
    public async Task A_start_whose_answer_gets_lost_is_asked_again_and_starts_one_runner()
    {
        await using var containers = await LaunchedContainers.StartAsync();
        containers.Arm.AnswerNext("PUT", new CannedAnswer(0, AfterDoing: true));

        var start = containers.Launcher.StartAsync(containers.Order, None);
        Assert.Null(await containers.TurningTheClockAsync(start, TimeSpan.FromSeconds(1)));

        await containers.LookUntilAsync(RunnerPresence.Gone);
        Assert.Equal(1, Assert.Single(containers.Arm.Groups).Starts);
        Assert.Equal(2, containers.Arm.Requests.Count(request => request.StartsWith("PUT", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_group_in_the_middle_of_something_is_waited_for()
    {
        await using var containers = await LaunchedContainers.StartAsync();
        containers.Arm.AnswerNext("PUT", new CannedAnswer(409, "ContainerGroupTransitioning"));

        var start = containers.Launcher.StartAsync(containers.Order, None);
        Assert.Null(await containers.TurningTheClockAsync(start, TimeSpan.FromSeconds(1)));

        Assert.Single(containers.Arm.Groups);
    }

    [Fact]
    public async Task What_a_runner_printed_can_be_read_by_people()
    {
        await using var containers = await LaunchedContainers.StartAsync();
        Assert.Null(await containers.Launcher.ReadLogAsync(containers.Order.RunId, 0, None));
        Assert.Null(await containers.Launcher.StartAsync(containers.Order, None));
        await containers.LookUntilAsync(RunnerPresence.Gone);

        Assert.Contains(
            "RequestFailedException",
            await containers.Launcher.ReadLogAsync(containers.Order.RunId, 0, None)
        );
    }

    [Fact]
    public async Task A_runner_without_a_blob_service_is_not_asked_for()
    {
        await using var containers = await LaunchedContainers.StartAsync();

        var refused = await containers.Launcher.StartAsync(
            containers.Order with
            {
                Artifacts = new Uri("file:///tmp/run/"),
            },
            None
        );

        Assert.Contains("need a blob service", refused!.Message);
        Assert.Empty(containers.Arm.Requests);
    }

    [Fact]
    public async Task A_runner_is_seen_starting_then_running_then_gone_with_what_it_printed()
    {
        await using var containers = await LaunchedContainers.StartAsync();
        containers.Arm.ProvisioningTime = TimeSpan.FromMilliseconds(400);
        Assert.Null(await containers.Launcher.StartAsync(containers.Order, None));

        await containers.LookUntilAsync(RunnerPresence.Starting);
        await containers.LookUntilAsync(RunnerPresence.Running);
        var gone = await containers.LookUntilAsync(RunnerPresence.Gone);

        Assert.Equal(1, Assert.IsType<RunError.RunnerExited>(gone.Error).ExitCode);
        Assert.Contains("exit code 1", gone.LastWords);
        Assert.Contains("it printed:", gone.LastWords);
        Assert.DoesNotContain("sig=secret", gone.LastWords);
    }

    [Fact]
    public async Task A_group_that_never_starts_is_given_up()
    {
        await using var containers = await LaunchedContainers.StartAsync();
        containers.Arm.Fates["westeurope"] = GroupFate.NeverStarts;
        Assert.Null(await containers.Launcher.StartAsync(containers.Order, None));
        await containers.LookUntilAsync(RunnerPresence.Starting);

        containers.Time.Advance(containers.Options.StartTimeout);
        var gone = await containers.LookUntilAsync(RunnerPresence.Gone);

        Assert.Equal("runner-never-started", gone.Error!.Code);
        Assert.Contains("600 s", gone.Error.Message);
    }

    [Fact]
    public async Task A_container_that_needs_too_much_memory_is_told_from_one_that_is_killed()
    {
        await using var containers = await LaunchedContainers.StartAsync();
        await using var silent = await SilentBlobs.StartAsync();
        containers.Order = containers.Order with { Artifacts = silent.Location };
        Assert.Null(await containers.Launcher.StartAsync(containers.Order, None));
        await containers.LookUntilAsync(RunnerPresence.Running);
        await containers.Arm.Groups.Single().KillAsync("OOMKilled");
        var outOfMemory = await containers.LookUntilAsync(RunnerPresence.Gone);

        containers.Order = containers.Order with { RunId = Guid.NewGuid() };
        Assert.Null(await containers.Launcher.StartAsync(containers.Order, None));
        await containers.LookUntilAsync(RunnerPresence.Running);
        await containers.Arm.Groups.Single(group => group.IsRunning).KillAsync("Error");
        var killed = await containers.LookUntilAsync(RunnerPresence.Gone);

        Assert.Equal("runner-out-of-memory", outOfMemory.Error!.Code);
        Assert.Contains("4 GB", outOfMemory.Error.Message);
        Assert.Equal(137, Assert.IsType<RunError.RunnerExited>(killed.Error).ExitCode);
    }

    [Fact]
    public async Task A_group_that_somebody_deletes_or_stops_is_said_to_be()
    {
        await using var containers = await LaunchedContainers.StartAsync();
        await using var silent = await SilentBlobs.StartAsync();
        containers.Order = containers.Order with { Artifacts = silent.Location };
        Assert.Null(await containers.Launcher.StartAsync(containers.Order, None));
        await containers.LookUntilAsync(RunnerPresence.Running);
        await containers.Arm.DeleteBehindTheBackAsync(containers.Arm.Groups.Single());
        var deleted = await containers.LookUntilAsync(RunnerPresence.Gone);

        containers.Order = containers.Order with { RunId = Guid.NewGuid() };
        Assert.Null(await containers.Launcher.StartAsync(containers.Order, None));
        await containers.LookUntilAsync(RunnerPresence.Running);
        await containers.Arm.Groups.Single().StopAsync();
        var stopped = await containers.LookUntilAsync(RunnerPresence.Gone);

        Assert.Equal("runner-deleted", deleted.Error!.Code);
        Assert.Contains("perfgate-", deleted.Error.Message);
        Assert.Equal("runner-stopped", stopped.Error!.Code);
    }

    [Fact]
    public async Task An_image_that_cannot_be_pulled_is_named_whether_it_is_refused_or_pulled_in_vain()
    {
        await using var containers = await LaunchedContainers.StartAsync();
        containers.Arm.Fates["westeurope"] = GroupFate.RefusedForImage;
        var refused = await containers.Launcher.StartAsync(containers.Order, None);
        containers.Arm.Fates["westeurope"] = GroupFate.PullFails;
        Assert.Null(await containers.Launcher.StartAsync(containers.Order, None));
        var vain = await containers.LookUntilAsync(RunnerPresence.Gone);

        Assert.Equal("image-not-pulled", refused!.Code);
        Assert.Contains("perfgate.azurecr.io/runner:1.2.0", refused.Message);
        Assert.Equal("image-not-pulled", vain.Error!.Code);
        Assert.Contains("manifest unknown", vain.Error.Message);
    }

    private static JsonNode ContainerOf(LoopbackGroup group) =>
        group.Definition["properties"]!["containers"]![0]!["properties"]!;

    private static (double Cpu, double MemoryGb) Requested(JsonNode container)
    {
        var requests = container["resources"]!["requests"]!;
        return ((double)requests["cpu"]!, (double)requests["memoryInGB"]!);
    }
}
