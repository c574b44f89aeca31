using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using PerfGate.Core.Runs;
using PerfGate.Functions.Orchestration;

namespace PerfGate.Tests.Functions.Replay;

/// <summary>
/// Durable Functions in this process: what is scheduled is carried by the replay harness, with the app's own activities and
/// with timers that take their time.
/// </summary>
internal sealed class InProcessDurable(IServiceProvider services) : DurableTaskClient("in-process")
{
    private static readonly Dictionary<string, MethodInfo> Activities = typeof(RunActivities)
        .GetMethods()
        .Where(method => method.IsDefined(typeof(FunctionAttribute)))
        .ToDictionary(method => method.GetCustomAttribute<FunctionAttribute>()!.Name);

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
        var harness = new ReplayHarness<OrchestrationState, RunVerdict?>(RunOrchestrator.RunAsync, ExecuteAsync)
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

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<object?> ExecuteAsync(string name, string input)
    {
        await using var scope = services.CreateAsyncScope();
        var activity = Activities[name];
        var instance = ActivatorUtilities.CreateInstance<RunActivities>(scope.ServiceProvider);
        var given = JsonSerializer.Deserialize(input, activity.GetParameters()[0].ParameterType);
        var task = (Task)activity.Invoke(instance, [given, CancellationToken.None])!;
        await task;
        return task.GetType().GetProperty("Result")!.GetValue(task);
    }

    private sealed record Instance(ReplayHarness<OrchestrationState, RunVerdict?> Harness, Task<RunVerdict?> Output);
}
