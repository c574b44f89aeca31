using Azure;
using Microsoft.Extensions.DependencyInjection;
using PerfGate.Adapters.Postgres;
using PerfGate.Functions.Orchestration;
using PerfGate.Tests.Runner;
using PerfGate.Tests.Support;
using PerfGate.Tests.Support.LoopbackArm;

namespace PerfGate.Tests.ContainerInstances;

/// <summary>Steps that fail on their way, or whose worker dies, are executed again by another instance: nothing is lost by it.</summary>
public sealed class RepeatedStepsTests(PostgresFixture postgres, AzuriteFixture azurite)
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task A_start_whose_worker_is_stopped_in_the_moment_of_asking_is_made_up_for()
    {
        await using var target = await LoadTarget.StartAsync();
        await using var cloud = await CloudSteps.StartAsync(postgres, azurite);
        var run = await cloud.PrepareAsync(target.Url);
        using var stopping = new CancellationTokenSource();
        cloud.Arm.OnRequest = request =>
        {
            if (request.StartsWith("PUT", StringComparison.Ordinal))
            {
                stopping.Cancel();
                return false;
            }
            return true;
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            cloud.Steps(stopping.Token).StartRunnersAsync(run)
        );
        Assert.Empty(cloud.Arm.Groups);
        cloud.Arm.OnRequest = static _ => true;

        var again = cloud.Steps(None);
        Assert.Null(await again.StartRunnersAsync(run));
        var ended = await CloudSteps.EndAsync(run, again);

        Assert.True(ended.Error is null, ended.Error?.Message);
        Assert.True(target.Requests > 0);
        Assert.Equal(1, cloud.Arm.Groups.Single().Starts);
    }

    [Fact]
    public async Task A_start_that_is_refused_its_signatures_has_not_begun()
    {
        await using var target = await LoadTarget.StartAsync();
        await using var cloud = await CloudSteps.StartAsync(postgres, azurite);
        var run = await cloud.PrepareAsync(target.Url);
        cloud.OnAccess = () => throw new RequestFailedException(503, "The server is busy.");
        var instance = cloud.NewInstance();
        await Assert.ThrowsAsync<RequestFailedException>(() => cloud.Steps(None).StartRunnersAsync(run));
        Assert.False(await instance.GetRequiredService<RunStore>().HasRunnerStartedAsync(run, None));
        cloud.OnAccess = static () => { };

        var again = cloud.Steps(None);
        Assert.Null(await again.StartRunnersAsync(run));

        Assert.Null((await CloudSteps.EndAsync(run, again)).Error);
        Assert.Equal(1, cloud.Arm.Groups.Single().Starts);
    }

    [Fact]
    public async Task A_start_that_is_repeated_while_the_load_is_on_starts_nothing()
    {
        await using var target = await LoadTarget.StartAsync();
        await using var cloud = await CloudSteps.StartAsync(postgres, azurite);
        var run = await cloud.PrepareAsync(target.Url);
        Assert.Null(await cloud.Steps(None).StartRunnersAsync(run));
        await RunnerUnderTest.EventuallyAsync(() => target.Requests > 0, "load begins");

        var again = cloud.Steps(None);
        Assert.Null(await again.StartRunnersAsync(run));

        Assert.Null((await CloudSteps.EndAsync(run, again)).Error);
        Assert.Single(cloud.Arm.Requests, request => request.StartsWith("PUT", StringComparison.Ordinal));
        Assert.Equal(1, cloud.Arm.Groups.Single().Starts);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_region_that_accepts_and_has_no_room_is_followed_by_the_next_though_another_instance_looks(
        int segments
    )
    {
        await using var target = await LoadTarget.StartAsync();
        await using var cloud = await CloudSteps.StartAsync(postgres, azurite);
        cloud.Arm.Fates["westeurope"] = GroupFate.FailsForCapacity;
        cloud.Arm.DeletionTime = TimeSpan.FromMinutes(1);
        var run = await cloud.PrepareAsync(target.Url, segments: segments);
        Assert.Null(await cloud.Steps(None).StartRunnersAsync(run));

        var ended = await CloudSteps.EndAsync(run, cloud.Steps(None), cloud.Steps(None));

        Assert.True(ended.Error is null, ended.Error?.Message);
        Assert.True(target.Requests > 0);
        Assert.Equal(segments, cloud.Arm.Groups.Count(group => group is { Location: "northeurope", Starts: 1 }));
        Assert.Equal(
            2 * segments,
            cloud.Arm.Requests.Count(request => request.StartsWith("PUT", StringComparison.Ordinal))
        );
    }

    [Fact]
    public async Task A_cleanup_whose_worker_stops_is_not_done_and_the_next_one_does_it()
    {
        await using var cloud = await CloudSteps.StartAsync(postgres, azurite);
        cloud.Arm.Fates["westeurope"] = GroupFate.NeverStarts;
        var run = await cloud.PrepareAsync("http://127.0.0.1:9");
        Assert.Null(await cloud.Steps(None).StartRunnersAsync(run));

        // Durable executes an activity again that throws, and only such a one.
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            ActivitiesOf(cloud).CleanUpAsync(run, new CancellationToken(canceled: true))
        );
        Assert.Single(cloud.Arm.Groups);

        Assert.Null((await ActivitiesOf(cloud).CleanUpAsync(run, None)).Surprise);
        await RunnerUnderTest.EventuallyAsync(() => cloud.Arm.Groups.Count == 0, "the group goes");
    }

    [Fact]
    public async Task A_cleanup_that_finds_the_blob_service_busy_is_repeated()
    {
        await using var cloud = await CloudSteps.StartAsync(postgres, azurite);
        var run = await cloud.PrepareAsync("http://127.0.0.1:9");
        cloud.OnTidy = () => throw new RequestFailedException(503, "The server is busy.");
        await Assert.ThrowsAsync<StepTroubleException>(() => ActivitiesOf(cloud).CleanUpAsync(run, None));
        cloud.OnTidy = static () => { };

        Assert.Null((await ActivitiesOf(cloud).CleanUpAsync(run, None)).Surprise);
    }

    private static RunActivities ActivitiesOf(CloudSteps cloud) =>
        ActivatorUtilities.CreateInstance<RunActivities>(cloud.NewInstance());
}
