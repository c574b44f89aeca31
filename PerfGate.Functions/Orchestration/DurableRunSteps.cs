using Microsoft.DurableTask;
using PerfGate.Core;
using PerfGate.Core.Runners;
using PerfGate.Core.Runs;

namespace PerfGate.Functions.Orchestration;

/// <summary>
/// The steps of a run as activities of an orchestration. Replayed from its history again and again: everything here follows from
/// the state it was given and from what activities, timers and events brought.
/// </summary>
public sealed class DurableRunSteps(TaskOrchestrationContext context, OrchestrationState state) : IRunSteps
{
    /// <summary>The event that asks to cancel the run; it needs no payload.</summary>
    public const string CancelEvent = "Cancel";

    /// <summary>Looks of one generation: some 400 events of history, read again at each of them.</summary>
    public const int LooksOfGeneration = 50;

    /// <summary>However long a run lasts, it is looked at so often.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    // The end of a phase is noticed within this share of its length.
    private const double PauseShare = 0.05;

    private OrchestrationState _state = state;
    private int _looks;
    private bool _leaving;
    private Task<object?>? _cancel;

    /// <summary>
    /// For what is tried again: anything an activity throws. It throws only what may be better later (a database that is away, a
    /// store that is busy), and an hour is longer than any restart takes.
    /// </summary>
    public static TaskOptions UntilBetter { get; } =
        TaskOptions.FromRetryPolicy(
            new RetryPolicy(
                maxNumberOfAttempts: 130,
                firstRetryInterval: TimeSpan.FromSeconds(2),
                backoffCoefficient: 2,
                maxRetryInterval: TimeSpan.FromSeconds(30),
                retryTimeout: TimeSpan.FromHours(1)
            )
        );

    /// <summary>What the next generation begins with.</summary>
    public OrchestrationState Next => _state with { Generation = _state.Generation + 1 };

    /// <inheritdoc />
    public async Task<SlotAnswer> TakeSlotAsync(Guid runId)
    {
        if (_state.Phase == RunPhase.Loading)
        {
            return SlotAnswer.Granted;
        }
        var place = await AskAsync<QueuePlace>(RunActivities.TakeSlot, runId);
        if (place.Answer != SlotAnswer.Withdrawn)
        {
            Enter(place.Answer == SlotAnswer.Waiting ? RunPhase.Waiting : RunPhase.Preparing, place.Position);
        }
        return place.Answer;
    }

    /// <inheritdoc />
    public async Task<RunError?> PrepareScriptAsync(Guid runId) =>
        _state.Phase == RunPhase.Loading ? null : (await AskAsync<StepEnd>(RunActivities.PrepareScript, runId)).Error;

    /// <inheritdoc />
    public async Task<RunError?> StartRunnersAsync(Guid runId)
    {
        if (_state.Phase == RunPhase.Loading)
        {
            return null;
        }
        var started = await AskAsync<StepEnd>(RunActivities.StartRunners, runId);
        if (started.Error is null)
        {
            Enter(RunPhase.Loading);
        }
        return started.Error;
    }

    /// <inheritdoc />
    public async Task<RunnersAnswer> ObserveRunnersAsync(Guid runId)
    {
        var seen = await AskAsync<Observation>(RunActivities.ObserveRunners, runId);
        Enter(RunPhase.Loading, progress: seen.Progress);
        return new RunnersAnswer(seen.Ended, seen.Error);
    }

    /// <inheritdoc />
    public async Task<RunError?> MeasureAsync(Guid runId)
    {
        Enter(RunPhase.Judging);
        return (await AskAsync<StepEnd>(RunActivities.Measure, runId)).Error;
    }

    /// <inheritdoc />
    public Task<RunVerdict> JudgeAsync(Guid runId, RunError? error) =>
        AskAsync<RunVerdict>(RunActivities.Judge, new JudgeOrder(runId, error));

    /// <inheritdoc />
    public Task ReportAsync(Guid runId) => AskAsync<StepEnd>(RunActivities.Report, runId);

    /// <inheritdoc />
    public Task RecordAsync(Guid runId) => AskAsync<StepEnd>(RunActivities.Record, runId);

    /// <inheritdoc />
    public async Task CleanUpAsync(Guid runId)
    {
        if (_leaving)
        {
            // The run goes on in the next generation.
            return;
        }
        try
        {
            await context.CallActivityAsync<StepAnswer<StepEnd>>(RunActivities.CleanUp, runId, UntilBetter);
        }
        catch (TaskFailedException)
        {
            // What is left is swept away; the verdict stands.
        }
    }

    /// <inheritdoc />
    public async Task DelayAsync(TimeSpan delay)
    {
        await (
            _state.CancelHeard ? context.CreateTimer(Pause(delay), CancellationToken.None) : WaitAsync(Pause(delay))
        );
        // After the pause, not instead of it: generations that follow each other at once would spin.
        if (++_looks >= LooksOfGeneration)
        {
            _leaving = true;
            throw new GenerationEndException();
        }
    }

    private async Task WaitAsync(TimeSpan pause)
    {
        // One wait for the event in each generation. One that comes in the very moment in which a generation ends is lost: who
        // cancels over the API has written it into the run's row, which the next look reads.
        _cancel ??= context.WaitForExternalEvent<object?>(CancelEvent);
        using var enough = new CancellationTokenSource();
        var timer = context.CreateTimer(pause, enough.Token);
        if (await Task.WhenAny(timer, _cancel) == timer)
        {
            return;
        }
        // An orchestration ends only when its timers have.
        enough.Cancel();
        _state = _state with { CancelHeard = true };
        await AskAsync<StepEnd>(RunActivities.RequestCancel, _state.RunId);
    }

    // The longer a phase lasts, the less often it is looked at: an endurance run need not be looked at every two seconds.
    private TimeSpan Pause(TimeSpan shortest)
    {
        var share = (context.CurrentUtcDateTime - _state.Since) * PauseShare;
        return share < shortest || _state.CancelHeard ? shortest
            : share > LongestPause ? LongestPause
            : TimeSpan.FromSeconds(Math.Floor(share.TotalSeconds));
    }

    private void Enter(RunPhase phase, int? position = null, RunProgress? progress = null)
    {
        if (_state.Phase != phase || _state.Since == default)
        {
            _state = _state with { Phase = phase, Since = context.CurrentUtcDateTime };
        }
        context.SetCustomStatus(new OrchestrationStatus(phase, _state.Since, position, progress));
    }

    private async Task<T> AskAsync<T>(string step, object input)
        where T : class
    {
        var answer = await context.CallActivityAsync<StepAnswer<T>>(step, input, UntilBetter);
        return answer.Value ?? throw new StepSurpriseException(answer.Surprise!);
    }
}
