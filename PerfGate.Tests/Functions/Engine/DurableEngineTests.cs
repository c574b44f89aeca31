using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging.Abstractions;
using PerfGate.Core;
using PerfGate.Core.Runs;
using PerfGate.Functions.Orchestration;
using PerfGate.Tests.Functions.Replay;

namespace PerfGate.Tests.Functions.Engine;

/// <summary>The orchestrator as Durable's own engine carries and replays it; activities answer as they are told.</summary>
public sealed class DurableEngineTests
{
    // Two seconds become a twentieth of one.
    private const double Pace = 0.025;

    private readonly ScriptedRun _run = new();
    private readonly ConcurrentQueue<string> _activities = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_goes_its_way_from_its_start_to_its_verdict()
    {
        await using var engine = await StartAsync();
        await Starter(engine).StartAsync(_run.RunId, Cancellation);
        var ended = await EndAsync(engine);
        var replayed = new ScriptedRun();
        await replayed.RunAsync();

        Assert.Equal(OrchestrationRuntimeStatus.Completed, ended.RuntimeStatus);
        var verdict = ended.ReadOutputAs<RunVerdict>()!;
        Assert.Equal(Verdict.Passed, verdict.Verdict);
        Assert.Equal("all-held", Assert.Single(verdict.Reasons).Code);
        Assert.Equal(RunPhase.Judging, ended.ReadCustomStatusAs<OrchestrationStatus>()!.Phase);
        Assert.Equal(replayed.Activities, _activities);
        Assert.All(_run.Inputs, input => Assert.Contains($"{_run.RunId}", input.Input, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_custom_status_tells_the_progress_while_it_runs()
    {
        var seen = new TaskCompletionSource();
        _run.With(
            RunActivities.ObserveRunners,
            look => ScriptedRun.Answer(new Observation(seen.Task.IsCompleted, null, ScriptedRun.Progress(1)))
        );
        await using var engine = await StartAsync();
        await Starter(engine).StartAsync(_run.RunId, Cancellation);
        OrchestrationStatus? status;
        do
        {
            await Task.Delay(20, Cancellation);
            status = (await InstanceAsync(engine))?.ReadCustomStatusAs<OrchestrationStatus>();
        } while (status?.Progress is null);
        seen.SetResult();

        Assert.Equal(RunPhase.Loading, status.Phase);
        Assert.Equal(ScriptedRun.Progress(1), status.Progress);
        Assert.Equal(DateTimeKind.Utc, status.Since.Kind);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await EndAsync(engine)).RuntimeStatus);
    }

    [Fact]
    public async Task A_cancellation_is_heard_and_the_run_is_judged_all_the_same()
    {
        _run.With(
            RunActivities.ObserveRunners,
            _ => ScriptedRun.Answer(new Observation(_activities.Contains(RunActivities.RequestCancel), null, null))
        );
        await using var engine = await StartAsync();
        await Starter(engine).StartAsync(_run.RunId, Cancellation);
        await UntilAsync(() => _activities.Contains(RunActivities.ObserveRunners));
        await Starter(engine).HastenCancelAsync(_run.RunId, Cancellation);
        var ended = await EndAsync(engine);

        Assert.Equal(OrchestrationRuntimeStatus.Completed, ended.RuntimeStatus);
        Assert.Single(_activities, RunActivities.RequestCancel);
        Assert.Equal(RunActivities.CleanUp, _activities.Last());
    }

    [Fact]
    public async Task A_long_run_begins_new_histories_and_nothing_is_started_twice()
    {
        const int looks = (2 * DurableRunSteps.LooksOfGeneration) + 10;
        _run.With(RunActivities.ObserveRunners, look => ScriptedRun.Answer(new Observation(look == looks, null, null)));
        await using var engine = await StartAsync(Pace / 10);
        await Starter(engine).StartAsync(_run.RunId, Cancellation);
        var ended = await EndAsync(engine);

        Assert.Equal(Verdict.Passed, ended.ReadOutputAs<RunVerdict>()!.Verdict);
        Assert.Equal(2, ended.ReadInputAs<OrchestrationState>()!.Generation);
        Assert.Equal(looks, _activities.Count(activity => activity == RunActivities.ObserveRunners));
        Assert.Single(_activities, RunActivities.StartRunners);
        Assert.Single(_activities, RunActivities.CleanUp);
    }

    [Fact]
    public async Task A_cancellation_is_heard_in_a_later_generation_too()
    {
        _run.With(
            RunActivities.ObserveRunners,
            _ => ScriptedRun.Answer(new Observation(_activities.Contains(RunActivities.RequestCancel), null, null))
        );
        await using var engine = await StartAsync(Pace / 10);
        await Starter(engine).StartAsync(_run.RunId, Cancellation);
        await UntilAsync(() => _activities.Count > DurableRunSteps.LooksOfGeneration + 20);
        await Starter(engine).HastenCancelAsync(_run.RunId, Cancellation);

        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await EndAsync(engine)).RuntimeStatus);
        Assert.Single(_activities, RunActivities.RequestCancel);
    }

    [Fact]
    public async Task What_an_activity_throws_is_tried_again()
    {
        _run.With(
            RunActivities.Measure,
            attempt => attempt == 1 ? throw new TimeoutException("The database is away.") : ScriptedRun.Done
        );
        await using var engine = await StartAsync();
        await Starter(engine).StartAsync(_run.RunId, Cancellation);

        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await EndAsync(engine)).RuntimeStatus);
        Assert.Equal(2, _activities.Count(activity => activity == RunActivities.Measure));
    }

    [Fact]
    public async Task A_surprise_gives_the_run_up_and_fails_the_orchestration()
    {
        var surprise = new StepSurprise(RunActivities.Report, "No such column", false);
        _run.With(RunActivities.Report, _ => new StepAnswer<StepEnd>(null, surprise));
        await using var engine = await StartAsync();
        await Starter(engine).StartAsync(_run.RunId, Cancellation);
        var ended = await EndAsync(engine);

        Assert.Equal(OrchestrationRuntimeStatus.Failed, ended.RuntimeStatus);
        Assert.Contains("No such column", ended.FailureDetails!.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(RunActivities.Abandon, _activities.Last());
        var order = JsonSerializer.Deserialize<AbandonOrder>(_run.Inputs[^1].Input)!;
        Assert.Equal(new AbandonOrder(_run.RunId, surprise), order);
    }

    [Fact]
    public async Task An_error_that_is_expected_reaches_the_judge_as_it_was()
    {
        var error = new RunError.ScriptRejected("line 1");
        _run.With(RunActivities.PrepareScript, _ => ScriptedRun.Failed(error));
        await using var engine = await StartAsync();
        await Starter(engine).StartAsync(_run.RunId, Cancellation);
        await EndAsync(engine);

        var judged = _run.Inputs.Single(input => input.Name == RunActivities.Judge);
        Assert.Equal(new JudgeOrder(_run.RunId, error), JsonSerializer.Deserialize<JudgeOrder>(judged.Input));
    }

    [Fact]
    public async Task A_run_that_is_under_way_is_not_started_again()
    {
        var go = new TaskCompletionSource();
        _run.With(
            RunActivities.ObserveRunners,
            _ => ScriptedRun.Answer(new Observation(go.Task.IsCompleted, null, null))
        );
        await using var engine = await StartAsync();
        var starter = Starter(engine);
        await starter.StartAsync(_run.RunId, Cancellation);
        await UntilAsync(() => _activities.Contains(RunActivities.ObserveRunners));
        await starter.StartAsync(_run.RunId, Cancellation);
        var underWay = await starter.IsUnderWayAsync(_run.RunId, Cancellation);
        go.SetResult();
        await EndAsync(engine);

        Assert.True(underWay);
        Assert.Single(_activities, RunActivities.TakeSlot);
        Assert.False(await starter.IsUnderWayAsync(_run.RunId, Cancellation));
        Assert.False(await starter.IsUnderWayAsync(Guid.NewGuid(), Cancellation));
    }

    private Task<DurableEngine> StartAsync(double pace = Pace) =>
        DurableEngine.StartAsync(
            (activity, input) =>
            {
                _activities.Enqueue(activity);
                return _run.DoAsync(activity, input.GetRawText());
            },
            pace
        );

    private static DurableRunStarter Starter(DurableEngine engine) =>
        new(new InvocationClient { Durable = engine.Client }, NullLogger<DurableRunStarter>.Instance);

    private async Task<OrchestrationMetadata> EndAsync(DurableEngine engine)
    {
        while (true)
        {
            if (await InstanceAsync(engine) is { IsCompleted: true } ended)
            {
                return ended;
            }
            await Task.Delay(20, Cancellation);
        }
    }

    private Task<OrchestrationMetadata?> InstanceAsync(DurableEngine engine) =>
        engine.Client.GetInstanceAsync(DurableRunStarter.InstanceOf(_run.RunId), true, Cancellation);

    private static async Task UntilAsync(Func<bool> holds)
    {
        while (!holds())
        {
            await Task.Delay(20, Cancellation);
        }
    }
}
