using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace PerfGate.Tests.Functions.Engine;

/// <summary>The engine's own context, but for its timers: they take a fraction of their time, the same at each replay.</summary>
internal sealed class PacedContext(TaskOrchestrationContext context, double pace) : TaskOrchestrationContext
{
    public override TaskName Name => context.Name;

    public override string InstanceId => context.InstanceId;

    public override ParentOrchestrationInstance? Parent => context.Parent;

    public override DateTime CurrentUtcDateTime => context.CurrentUtcDateTime;

    public override bool IsReplaying => context.IsReplaying;

    public override string Version => context.Version;

    protected override ILoggerFactory LoggerFactory => NullLoggerFactory.Instance;

    public override T? GetInput<T>()
        where T : default => context.GetInput<T>();

    public override Task<T> CallActivityAsync<T>(TaskName name, object? input = null, TaskOptions? options = null) =>
        context.CallActivityAsync<T>(name, input, options);

    public override Task<TResult> CallSubOrchestratorAsync<TResult>(
        TaskName orchestratorName,
        object? input = null,
        TaskOptions? options = null
    ) => context.CallSubOrchestratorAsync<TResult>(orchestratorName, input, options);

    public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken) =>
        context.CreateTimer(CurrentUtcDateTime + ((fireAt - CurrentUtcDateTime) * pace), cancellationToken);

    public override Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default) =>
        context.WaitForExternalEvent<T>(eventName, cancellationToken);

    public override void SendEvent(string instanceId, string eventName, object payload) =>
        context.SendEvent(instanceId, eventName, payload);

    public override void SetCustomStatus(object? customStatus) => context.SetCustomStatus(customStatus);

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true) =>
        context.ContinueAsNew(newInput, preserveUnprocessedEvents);

    public override Guid NewGuid() => context.NewGuid();
}
