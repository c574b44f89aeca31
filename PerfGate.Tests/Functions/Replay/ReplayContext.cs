using System.Globalization;
using System.Text.Json;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace PerfGate.Tests.Functions.Replay;

/// <summary>
/// An orchestration's context that knows its history: a call that was made before must be the same call again, and one that was
/// not is added to it.
/// </summary>
internal sealed class ReplayContext(
    DurableHistory history,
    string instanceId,
    DateTime start,
    OrchestratorThread thread,
    bool ofAnotherVersion = false
) : TaskOrchestrationContext
{
    private readonly Dictionary<int, Action<DurableCompletion>> _waiting = [];
    private readonly Dictionary<int, TaskOptions?> _options = [];
    private readonly Dictionary<int, DateTime> _timers = [];
    private int _calls;

    public DateTime Now { get; set; } = start;

    public bool Replaying { get; set; }

    public List<string> Statuses { get; } = [];

    public (object? Input, bool KeepsEvents)? Continued { get; private set; }

    /// <summary>Calls that nothing has come of yet.</summary>
    public IReadOnlyCollection<int> Waiting => _waiting.Keys;

    /// <summary>Timers that neither fired nor were cancelled, and when they fire.</summary>
    public IReadOnlyDictionary<int, DateTime> Timers => _timers;

    public int CallsMade => _calls;

    public override TaskName Name => "orchestration";

    public override string InstanceId => instanceId;

    public override ParentOrchestrationInstance? Parent => null;

    public override DateTime CurrentUtcDateTime
    {
        get
        {
            thread.Verify();
            return Now;
        }
    }

    public override bool IsReplaying => Replaying;

    protected override ILoggerFactory LoggerFactory => NullLoggerFactory.Instance;

    public TaskOptions? OptionsOf(int call) => _options.GetValueOrDefault(call);

    /// <summary>Lets something come of a call.</summary>
    public void Complete(DurableCompletion completion)
    {
        Now = completion.At;
        _timers.Remove(completion.Call);
        if (!_waiting.Remove(completion.Call, out var complete))
        {
            throw new NonDeterminismException($"Nothing waits any more for call {completion.Call}.");
        }
        complete(completion);
    }

    public override async Task<T> CallActivityAsync<T>(TaskName name, object? input = null, TaskOptions? options = null)
    {
        var completion = await CallAsync("activity", name.Name, input, options, CancellationToken.None);
        return completion.Failure is { } failure
            ? throw new TaskFailedException(
                name.Name,
                completion.Call,
                new TaskFailureDetails("(unknown)", failure, null, null, null)
            )
            : JsonSerializer.Deserialize<T>(completion.Result)!;
    }

    public override Task CreateTimer(TimeSpan delay, CancellationToken cancellationToken) =>
        CreateTimer(CurrentUtcDateTime + delay, cancellationToken);

    public override async Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
    {
        var call = _calls;
        _timers[call] = fireAt;
        await CallAsync("timer", fireAt.ToString("O", CultureInfo.InvariantCulture), null, null, cancellationToken);
    }

    public override async Task<T> WaitForExternalEvent<T>(
        string eventName,
        CancellationToken cancellationToken = default
    ) => JsonSerializer.Deserialize<T>((await CallAsync("event", eventName, null, null, cancellationToken)).Result)!;

    public override void SetCustomStatus(object? customStatus)
    {
        thread.Verify();
        Statuses.Add(Json(customStatus));
    }

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true)
    {
        thread.Verify();
        Continued = (newInput, preserveUnprocessedEvents);
    }

    public override T? GetInput<T>()
        where T : default => throw new NotSupportedException("Inputs come as parameters.");

    public override Task<TResult> CallSubOrchestratorAsync<TResult>(
        TaskName orchestratorName,
        object? input = null,
        TaskOptions? options = null
    ) => throw new NotSupportedException("There are no sub-orchestrations.");

    public override void SendEvent(string instanceId, string eventName, object payload) =>
        throw new NotSupportedException("Orchestrations send no events.");

    public override Guid NewGuid() => throw new NotSupportedException("Orchestrations make no ids.");

    // As Durable does, by what the value is and not by what it was declared as.
    public static string Json(object? value) =>
        value is null ? "null" : JsonSerializer.Serialize(value, value.GetType());

    // As Durable compares: an input may have got a member since, and a timer another time.
    private static bool Matches(DurableCall before, DurableCall now) =>
        before.Kind == now.Kind && (before.Name == now.Name || before.Kind == "timer");

    private Task<DurableCompletion> CallAsync(
        string kind,
        string name,
        object? input,
        TaskOptions? options,
        CancellationToken cancellation
    )
    {
        thread.Verify();
        if (Continued is not null)
        {
            throw new NonDeterminismException($"{name} was called after ContinueAsNew.");
        }
        var index = _calls++;
        var call = new DurableCall(kind, name, Json(input));
        if (index == history.Calls.Count)
        {
            history.Calls.Add(call);
        }
        else if (history.Calls[index] is var before && (ofAnotherVersion ? !Matches(before, call) : before != call))
        {
            throw new NonDeterminismException($"Call {index} was {history.Calls[index]}, and is now {call}.");
        }
        var source = new TaskCompletionSource<DurableCompletion>();
        _waiting[index] = source.SetResult;
        _options[index] = options;
        cancellation.Register(() =>
        {
            _waiting.Remove(index);
            _timers.Remove(index);
            source.TrySetCanceled(cancellation);
        });
        return source.Task;
    }
}
