using System.Collections.Concurrent;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using PerfGate.Core.Runs;
using PerfGate.Functions.Orchestration;

namespace PerfGate.Tests.Functions.Replay;

/// <summary>
/// Durable Functions in this process: what is scheduled is carried by the replay harness, with the app's own activities and
/// with timers that take their time.
/// </summary>
internal sealed class InProcessDurable(IServiceProvider services) : DurableTaskClient("in-process")
{
    private readonly AppActivities _activities = new(services);
    private readonly ConcurrentDictionary<string, Instance> _instances = new();

    public ReplayHarness<OrchestrationState, RunVerdict?> HarnessOf(Guid runId) => _instances[runId.ToString()].Harness;

    /// <summary>The output of a run's orchestration, once it has ended.</summary>
    public Task<RunVerdict?> OutputOfAsync(Guid runId) => _instances[runId.ToString()].Output;

    public override Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName,
        object? input = null,
        StartOrchestrationOptions? options = null,
        CancellationToken cancellation = default
    )
    {
        Assert.Equal(RunOrchestrator.Name, orchestratorName.Name);
        var id = options!.InstanceId!;
        var harness = new ReplayHarness<OrchestrationState, RunVerdict?>(
            RunOrchestrator.RunAsync,
            _activities.ExecuteAsync
        )
        {
            WaitsForTimers = true,
            Now = DateTime.UtcNow,
        };
        _instances[id] = new Instance(
            harness,
            Task.Run(() => harness.RunAsync((OrchestrationState)input!, id), cancellation)
        );
        return Task.FromResult(id);
    }

    public override Task RaiseEventAsync(
        string instanceId,
        string eventName,
        object? eventPayload = null,
        CancellationToken cancellation = default
    )
    {
        _instances[instanceId].Harness.Raise(eventName);
        return Task.CompletedTask;
    }

    public override Task<OrchestrationMetadata?> GetInstancesAsync(
        string instanceId,
        bool getInputsAndOutputs = false,
        CancellationToken cancellation = default
    ) =>
        Task.FromResult(
            _instances.TryGetValue(instanceId, out var known)
                ? new OrchestrationMetadata(RunOrchestrator.Name, instanceId)
                {
                    RuntimeStatus = known.Output.IsCompleted
                        ? OrchestrationRuntimeStatus.Completed
                        : OrchestrationRuntimeStatus.Running,
                }
                : null
        );

    public override AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null) =>
        throw new NotSupportedException();

    public override Task<OrchestrationMetadata> WaitForInstanceStartAsync(
        string instanceId,
        bool getInputsAndOutputs = false,
        CancellationToken cancellation = default
    ) => throw new NotSupportedException();

    public override Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId,
        bool getInputsAndOutputs = false,
        CancellationToken cancellation = default
    ) => throw new NotSupportedException();

    public override Task SuspendInstanceAsync(
        string instanceId,
        string? reason = null,
        CancellationToken cancellation = default
    ) => throw new NotSupportedException();

    public override Task ResumeInstanceAsync(
        string instanceId,
        string? reason = null,
        CancellationToken cancellation = default
    ) => throw new NotSupportedException();

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed record Instance(ReplayHarness<OrchestrationState, RunVerdict?> Harness, Task<RunVerdict?> Output);
}
