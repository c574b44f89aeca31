using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;
using PerfGate.Functions.Orchestration;

namespace PerfGate.Tests.Functions;

public sealed class DurableRunStarterTests
{
    private static readonly Guid Run = Guid.NewGuid();

    private readonly Mock<DurableTaskClient> _client = new("tests") { CallBase = true };

    private DurableRunStarter Starter =>
        new(new InvocationClient { Durable = _client.Object }, NullLogger<DurableRunStarter>.Instance);

    [Theory]
    [InlineData(OrchestrationRuntimeStatus.Pending)]
    [InlineData(OrchestrationRuntimeStatus.Running)]
    [InlineData(OrchestrationRuntimeStatus.Suspended)]
    public async Task A_run_that_is_under_way_is_not_started_again(OrchestrationRuntimeStatus status)
    {
        Known(status);
        await Starter.StartAsync(Run, CancellationToken.None);

        Scheduled(Times.Never());
    }

    [Theory]
    [InlineData(null)]
    [InlineData(OrchestrationRuntimeStatus.Failed)]
    [InlineData(OrchestrationRuntimeStatus.Terminated)]
    [InlineData(OrchestrationRuntimeStatus.Completed)]
    public async Task A_run_that_nobody_carries_is_started_under_its_own_id(OrchestrationRuntimeStatus? status)
    {
        Known(status);
        await Starter.StartAsync(Run, CancellationToken.None);

        Scheduled(Times.Once());
    }

    [Fact]
    public async Task Of_two_who_start_at_once_the_slower_one_is_content()
    {
        _client
            .SetupSequence(client => client.GetInstancesAsync(Run.ToString(), false, It.IsAny<CancellationToken>()))
            .ReturnsAsync((OrchestrationMetadata?)null)
            .ReturnsAsync(Metadata(OrchestrationRuntimeStatus.Pending));
        Refuse();
        await Starter.StartAsync(Run, CancellationToken.None);

        Scheduled(Times.Once());
    }

    [Fact]
    public async Task A_backend_that_is_away_is_told_to_the_caller()
    {
        Known(null);
        Refuse();

        await Assert.ThrowsAsync<InvalidOperationException>(() => Starter.StartAsync(Run, CancellationToken.None));
    }

    [Fact]
    public async Task A_cancellation_that_no_orchestration_hears_is_no_error_since_the_row_has_it()
    {
        _client
            .Setup(client => client.RaiseEventAsync(Run.ToString(), "Cancel", null, It.IsAny<CancellationToken>()))
            .ThrowsAsync(new InvalidOperationException("No such instance."));

        await Starter.HastenCancelAsync(Run, CancellationToken.None);
        _client.VerifyAll();
    }

    [Fact]
    public async Task A_function_without_a_client_says_what_it_lacks()
    {
        var starter = new DurableRunStarter(new InvocationClient(), NullLogger<DurableRunStarter>.Instance);
        var lacking = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            starter.StartAsync(Run, CancellationToken.None)
        );

        Assert.Contains("[DurableClient]", lacking.Message, StringComparison.Ordinal);
    }

    private static OrchestrationMetadata Metadata(OrchestrationRuntimeStatus status) =>
        new("RunPerformanceTest", Run.ToString()) { RuntimeStatus = status };

    private void Known(OrchestrationRuntimeStatus? status) =>
        _client
            .Setup(client => client.GetInstancesAsync(Run.ToString(), false, It.IsAny<CancellationToken>()))
            .ReturnsAsync(status is { } known ? Metadata(known) : null);

    private void Refuse() =>
        _client
            .Setup(client =>
                client.ScheduleNewOrchestrationInstanceAsync(
                    It.IsAny<TaskName>(),
                    It.IsAny<object?>(),
                    It.IsAny<StartOrchestrationOptions?>(),
                    It.IsAny<CancellationToken>()
                )
            )
            .ThrowsAsync(new InvalidOperationException("An instance of this id exists."));

    private void Scheduled(Times times) =>
        _client.Verify(
            client =>
                client.ScheduleNewOrchestrationInstanceAsync(
                    "RunPerformanceTest",
                    new OrchestrationState(Run),
                    It.Is<StartOrchestrationOptions?>(options => options!.InstanceId == Run.ToString()),
                    It.IsAny<CancellationToken>()
                ),
            times
        );
}
