using System.Text.Json;
using Microsoft.DurableTask;

namespace PerfGate.Tests.Functions.Replay;

/// <summary>
/// Carries an orchestration to its end as the Durable runtime does, at its worst: after every single thing that comes of a call
/// the orchestrator is forgotten, and executed again from its beginning on its history. Any difference fails.
/// </summary>
/// <param name="orchestrator">The orchestrator: context and input.</param>
/// <param name="activity">Executes an activity, by name and input as JSON; throws for a try that failed.</param>
internal sealed class ReplayHarness<TInput, TOutput>(
    Func<TaskOrchestrationContext, TInput, Task<TOutput>> orchestrator,
    Func<string, string, Task<object?>> activity
)
    where TInput : class
{
    // No orchestration of the tests has more; one that does never ends.
    private const int MostGenerations = 200;
    private const int MostCompletions = 5000;

    private readonly Queue<(DateTime At, string Name)> _events = new();

    /// <summary>What was called in each generation.</summary>
    public List<DurableHistory> Generations { get; } = [];

    /// <summary>With what, and when, each generation began.</summary>
    public List<(TInput Input, DateTime At)> Beginnings { get; } = [];

    /// <summary>Every custom status that was set, as JSON.</summary>
    public List<string> Statuses { get; } = [];

    /// <summary>How often activities were tried.</summary>
    public int Tries { get; private set; }

    /// <summary>The clock of the orchestration: stands still but for timers and retries.</summary>
    public DateTime Now { get; set; } = new(2026, 1, 1, 2, 0, 0, DateTimeKind.Utc);

    /// <summary>Names of all activities, in order.</summary>
    public IReadOnlyList<string> Activities => [.. Generations.SelectMany(history => history.Activities)];

    /// <summary>Waits for real where timers would: for orchestrations of real activities.</summary>
    public bool WaitsForTimers { get; init; }

    /// <summary>Raises an event when the orchestration's clock has come to a time.</summary>
    public void RaiseAt(DateTime at, string name) => _events.Enqueue((at, name));

    /// <summary>Raises an event now.</summary>
    public void Raise(string name)
    {
        lock (_events)
        {
            _events.Enqueue((DateTime.MinValue, name));
        }
    }

    /// <summary>Takes it to its end.</summary>
    /// <returns>Its output.</returns>
    /// <exception cref="NonDeterminismException">It cannot be replayed.</exception>
    public async Task<TOutput> RunAsync(TInput input, string instanceId = "instance")
    {
        while (Generations.Count < MostGenerations)
        {
            var history = new DurableHistory();
            Generations.Add(history);
            var begun = Now;
            // The input too has been JSON.
            var given = JsonSerializer.Deserialize<TInput>(ReplayContext.Json(input))!;
            Beginnings.Add((given, begun));
            while (true)
            {
                var (task, context) = Execute(history, instanceId, given, begun);
                if (task.IsCompleted)
                {
                    Statuses.AddRange(context.Statuses);
                    if (context.Continued is not { } continued)
                    {
                        VerifyNothingIsLeft(context);
                        return await task;
                    }
                    input = (TInput)continued.Input!;
                    break;
                }
                if (history.Completions.Count >= MostCompletions)
                {
                    throw new NonDeterminismException("The history grows without end.");
                }
                history.Completions.Add(await NextAsync(history, context));
            }
        }
        throw new NonDeterminismException("The orchestration never ends.");
    }

    /// <summary>Executes the orchestrator once, on a history that code of before made; it must do what the history says.</summary>
    public void Replay(DurableHistory history, TInput input, string instanceId = "instance")
    {
        var known = history.Calls.Count;
        var (task, context) = Execute(history, instanceId, input, Now, ofAnotherVersion: true);
        if (context.CallsMade != known || !task.IsCompleted)
        {
            throw new NonDeterminismException(
                $"The history has {known} calls and an end; there were {context.CallsMade} calls now, ended: {task.IsCompleted}."
            );
        }
    }

    private (Task<TOutput> Task, ReplayContext Context) Execute(
        DurableHistory history,
        string instanceId,
        TInput input,
        DateTime begun,
        bool ofAnotherVersion = false
    )
    {
        var thread = new OrchestratorThread();
        var context = new ReplayContext(history, instanceId, begun, thread, ofAnotherVersion);
        Task<TOutput>? task = null;
        thread.Do(() => task = orchestrator(context, input));
        for (var i = 0; i < history.Completions.Count; i++)
        {
            context.Replaying = i < history.Completions.Count - 1;
            var completion = history.Completions[i];
            thread.Do(() => context.Complete(completion));
        }
        if (task!.IsFaulted && task.Exception.InnerException is NonDeterminismException different)
        {
            throw different;
        }
        if (context.CallsMade < history.Calls.Count)
        {
            throw new NonDeterminismException(
                $"{history.Calls[context.CallsMade]} was called before, and is not called again."
            );
        }
        return task.IsCompleted || context.Waiting.Count > 0
            ? (task, context)
            : throw new NonDeterminismException(
                "The orchestrator waits for something that its context knows nothing of."
            );
    }

    private async Task<DurableCompletion> NextAsync(DurableHistory history, ReplayContext context)
    {
        foreach (var call in context.Waiting.Order())
        {
            if (history.Calls[call] is { Kind: "activity" } wanted)
            {
                return await TryAsync(call, wanted, context.OptionsOf(call));
            }
        }
        var timer =
            context.Timers.Count == 0 ? (KeyValuePair<int, DateTime>?)null : context.Timers.MinBy(one => one.Value);
        if (WaitsForTimers && timer is { } real)
        {
            return await WaitAsync(history, context, real);
        }
        if (TakeEvent(history, context, timer?.Value ?? DateTime.MaxValue) is { } raised)
        {
            return raised;
        }
        if (timer is not { } next)
        {
            throw new NonDeterminismException("The orchestration waits for an event that never comes.");
        }
        Now = next.Value > Now ? next.Value : Now;
        return new DurableCompletion(next.Key, Now, "null");
    }

    private async Task<DurableCompletion> WaitAsync(
        DurableHistory history,
        ReplayContext context,
        KeyValuePair<int, DateTime> timer
    )
    {
        while (timer.Value > DateTime.UtcNow)
        {
            if (TakeEvent(history, context, DateTime.UtcNow) is { } raised)
            {
                return raised with { At = Now = DateTime.UtcNow };
            }
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
        Now = DateTime.UtcNow;
        return new DurableCompletion(timer.Key, Now, "null");
    }

    private DurableCompletion? TakeEvent(DurableHistory history, ReplayContext context, DateTime before)
    {
        lock (_events)
        {
            if (!_events.TryPeek(out var next) || next.At > before)
            {
                return null;
            }
            var waiting = context.Waiting.Where(call =>
                history.Calls[call] is { Kind: "event" } one && one.Name == next.Name
            );
            if (waiting.Order().Cast<int?>().FirstOrDefault() is not { } found)
            {
                // Nobody waits for it: it is kept.
                return null;
            }
            _events.Dequeue();
            Now = next.At > Now ? next.At : Now;
            return new DurableCompletion(found, Now, "null");
        }
    }

    private async Task<DurableCompletion> TryAsync(int call, DurableCall wanted, TaskOptions? options)
    {
        var policy = options?.Retry?.Policy;
        var begun = Now;
        for (var attempt = 1; ; attempt++)
        {
            Tries++;
            try
            {
                var result = await activity(wanted.Name, wanted.Input);
                Now = WaitsForTimers ? DateTime.UtcNow : Now;
                return new DurableCompletion(call, Now, ReplayContext.Json(result));
            }
            catch (Exception failed)
            {
                if (policy is null || attempt >= policy.MaxNumberOfAttempts || Now - begun >= policy.RetryTimeout)
                {
                    return new DurableCompletion(call, Now, "null", failed.Message);
                }
                var pause = policy.FirstRetryInterval * Math.Pow(policy.BackoffCoefficient, Math.Min(attempt - 1, 30));
                Now += pause < policy.MaxRetryInterval ? pause : policy.MaxRetryInterval;
            }
        }
    }

    private static void VerifyNothingIsLeft(ReplayContext context)
    {
        if (context.Timers.Count > 0)
        {
            throw new NonDeterminismException("The orchestration has ended, and a timer of it goes on.");
        }
    }
}
