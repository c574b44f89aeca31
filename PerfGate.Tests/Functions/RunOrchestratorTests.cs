using System.Text.Json;
using Microsoft.DurableTask;
using PerfGate.Core;
using PerfGate.Core.Runs;
using PerfGate.Functions.Orchestration;
using PerfGate.Tests.Functions.Replay;

namespace PerfGate.Tests.Functions;

/// <summary>Every orchestration here is executed again from its history after every step.</summary>
public sealed class RunOrchestratorTests
{
    private static readonly string[] End =
    [
        RunActivities.Measure,
        RunActivities.Judge,
        RunActivities.Report,
        RunActivities.Record,
        RunActivities.CleanUp,
    ];

    [Fact]
    public async Task A_run_goes_its_way_in_order()
    {
        var run = new ScriptedRun();
        var verdict = await run.RunAsync();

        Assert.Equal(Verdict.Passed, verdict!.Verdict);
        Assert.Equal(
            [
                RunActivities.TakeSlot,
                RunActivities.PrepareScript,
                RunActivities.StartRunners,
                RunActivities.ObserveRunners,
                RunActivities.ObserveRunners,
                RunActivities.ObserveRunners,
                .. End,
            ],
            run.Activities
        );
        Assert.All(run.Inputs, input => Assert.Contains($"{run.RunId}", input.Input, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_custom_status_tells_phase_place_in_the_line_and_progress()
    {
        var run = new ScriptedRun().With(
            RunActivities.TakeSlot,
            call =>
                ScriptedRun.Answer(
                    call < 3 ? new QueuePlace(SlotAnswer.Waiting, 3 - call) : new QueuePlace(SlotAnswer.Granted, null)
                )
        );
        await run.RunAsync();
        var statuses = run
            .Harness.Statuses.Select(status => JsonSerializer.Deserialize<OrchestrationStatus>(status)!)
            .ToList();

        Assert.Equal(
            [
                RunPhase.Waiting,
                RunPhase.Waiting,
                RunPhase.Preparing,
                RunPhase.Loading,
                RunPhase.Loading,
                RunPhase.Loading,
                RunPhase.Loading,
                RunPhase.Judging,
            ],
            statuses.Select(status => status.Phase)
        );
        Assert.Equal([2, 1, null], statuses.Take(3).Select(status => status.QueuePosition));
        Assert.Equal(ScriptedRun.Progress(2), statuses[5].Progress);
        Assert.Equal(run.Harness.Generations[0].Completions[0].At, statuses[0].Since);
    }

    [Fact]
    public async Task A_run_that_was_withdrawn_makes_no_load_and_has_no_verdict()
    {
        var run = new ScriptedRun().With(
            RunActivities.TakeSlot,
            _ => ScriptedRun.Answer(new QueuePlace(SlotAnswer.Withdrawn, null))
        );

        Assert.Null(await run.RunAsync());
        Assert.Equal([RunActivities.TakeSlot, RunActivities.CleanUp], run.Activities);
    }

    [Theory]
    [InlineData(RunActivities.PrepareScript)]
    [InlineData(RunActivities.StartRunners)]
    public async Task An_expected_failure_is_a_value_tried_once_and_judged(string step)
    {
        var error = new RunError.RunnerNotStarted("no capacity");
        var run = new ScriptedRun().With(step, _ => ScriptedRun.Failed(error));
        await run.RunAsync();

        Assert.Single(run.Activities, step);
        Assert.DoesNotContain(RunActivities.ObserveRunners, run.Activities);
        Assert.Equal(End, run.Activities.TakeLast(5));
        var order = JsonSerializer.Deserialize<JudgeOrder>(
            run.Inputs.Single(input => input.Name == RunActivities.Judge).Input
        )!;
        Assert.Equal(error, order.Error);
    }

    [Fact]
    public async Task A_deadline_that_came_is_judged_and_cleaned_up_after()
    {
        var error = new RunError.DeadlineExceeded(TimeSpan.FromSeconds(90));
        var run = new ScriptedRun().With(
            RunActivities.ObserveRunners,
            look => ScriptedRun.Answer(new Observation(look == 2, look == 2 ? error : null, null))
        );
        await run.RunAsync();

        Assert.Equal(End, run.Activities.TakeLast(5));
        var order = JsonSerializer.Deserialize<JudgeOrder>(
            run.Inputs.Single(input => input.Name == RunActivities.Judge).Input
        )!;
        Assert.Equal(error, order.Error);
    }

    [Fact]
    public async Task An_event_cancels_at_once_by_the_same_row_as_the_route()
    {
        var run = new ScriptedRun();
        var cancelled = false;
        run.With(RunActivities.RequestCancel, _ => (cancelled = true, ScriptedRun.Done).Item2)
            .With(
                RunActivities.ObserveRunners,
                look => ScriptedRun.Answer(new Observation(cancelled && look > 100, null, null))
            );
        var at = run.Harness.Now + TimeSpan.FromMinutes(10) + TimeSpan.FromSeconds(1);
        run.Harness.RaiseAt(at, DurableRunSteps.CancelEvent);
        run.Harness.RaiseAt(at, DurableRunSteps.CancelEvent);
        await run.RunAsync();

        Assert.Single(run.Activities, RunActivities.RequestCancel);
        var (history, wish) = run
            .Harness.Generations.Select(one =>
                (one, one.Calls.FindIndex(call => call.Name == RunActivities.RequestCancel))
            )
            .Single(found => found.Item2 >= 0);
        Assert.Equal(at, history.Completions.Single(completion => completion.Call == wish).At);
        Assert.Equal(RunActivities.ObserveRunners, history.Calls[wish + 1].Name);
        Assert.Equal(End, run.Activities.TakeLast(5));
    }

    [Fact]
    public async Task A_run_cancelled_while_it_waits_is_withdrawn()
    {
        var cancelled = false;
        var run = new ScriptedRun()
            .With(
                RunActivities.TakeSlot,
                _ => ScriptedRun.Answer(new QueuePlace(cancelled ? SlotAnswer.Withdrawn : SlotAnswer.Waiting, 1))
            )
            .With(RunActivities.RequestCancel, _ => (cancelled = true, ScriptedRun.Done).Item2);
        run.Harness.RaiseAt(run.Harness.Now + TimeSpan.FromHours(1), DurableRunSteps.CancelEvent);

        Assert.Null(await run.RunAsync());
        Assert.Equal(
            [RunActivities.RequestCancel, RunActivities.TakeSlot, RunActivities.CleanUp],
            run.Activities.TakeLast(3)
        );
    }

    [Fact]
    public async Task What_may_be_better_later_is_tried_again_until_it_is()
    {
        var run = new ScriptedRun().With(
            RunActivities.Record,
            call => call < 6 ? throw new TimeoutException("The database is away.") : ScriptedRun.Done
        );
        var begun = run.Harness.Now;
        var verdict = await run.RunAsync();

        Assert.Equal(Verdict.Passed, verdict!.Verdict);
        Assert.Equal(run.Activities.Count + 5, run.Harness.Tries);
        Assert.True(run.Harness.Now - begun > TimeSpan.FromSeconds(2 + 4 + 8 + 16 + 30));
    }

    [Fact]
    public async Task What_is_not_better_after_an_hour_gives_the_run_up()
    {
        var run = new ScriptedRun().With(RunActivities.Measure, _ => throw new TimeoutException("Away for good."));
        var begun = run.Harness.Now;
        var failed = await Assert.ThrowsAsync<TaskFailedException>(run.RunAsync);

        Assert.Equal(RunActivities.Measure, failed.TaskName);
        Assert.Equal([RunActivities.Measure, RunActivities.CleanUp, RunActivities.Abandon], run.Activities.TakeLast(3));
        Assert.InRange((run.Harness.Now - begun).TotalHours, 1, 1.1);
    }

    [Fact]
    public async Task A_surprise_is_not_tried_again_and_the_run_is_given_up_with_its_reason()
    {
        var surprise = new StepSurprise(RunActivities.Judge, "No such column", false);
        var run = new ScriptedRun().With(RunActivities.Judge, _ => new StepAnswer<RunVerdict>(null, surprise));
        await Assert.ThrowsAsync<StepSurpriseException>(run.RunAsync);

        Assert.Equal([RunActivities.Judge, RunActivities.CleanUp, RunActivities.Abandon], run.Activities.TakeLast(3));
        Assert.Equal(run.Activities.Count, run.Harness.Tries);
        Assert.Equal(
            new AbandonOrder(run.RunId, surprise),
            JsonSerializer.Deserialize<AbandonOrder>(run.Inputs[^1].Input)
        );
    }

    [Fact]
    public async Task A_verdict_stands_also_where_cleaning_up_fails()
    {
        var run = new ScriptedRun().With(RunActivities.CleanUp, _ => throw new TimeoutException("ARM is away."));

        Assert.Equal(Verdict.Passed, (await run.RunAsync())!.Verdict);
        Assert.DoesNotContain(RunActivities.Abandon, run.Activities);
    }

    [Fact]
    public async Task A_run_of_eight_hours_renews_itself_and_repeats_no_step()
    {
        var run = new ScriptedRun();
        var end = run.Harness.Now + TimeSpan.FromHours(8);
        run.With(
            RunActivities.ObserveRunners,
            _ => ScriptedRun.Answer(new Observation(run.Harness.Now >= end, null, null))
        );
        await run.RunAsync();

        Assert.InRange(run.Harness.Generations.Count, 40, 70);
        Assert.All(run.Harness.Generations, history => Assert.InRange(history.Calls.Count, 1, 110));
        Assert.Single(run.Activities, RunActivities.TakeSlot);
        Assert.Single(run.Activities, RunActivities.PrepareScript);
        Assert.Single(run.Activities, RunActivities.StartRunners);
        Assert.Single(run.Activities, RunActivities.CleanUp);
        Assert.InRange(run.Harness.Now - end, TimeSpan.Zero, DurableRunSteps.LongestPause);
        Assert.InRange(run.Activities.Count, 2000, 3500);
    }

    [Fact]
    public async Task A_cancellation_is_heard_in_a_later_generation_too()
    {
        var cancelled = false;
        var run = new ScriptedRun().With(RunActivities.RequestCancel, _ => (cancelled = true, ScriptedRun.Done).Item2);
        run.With(RunActivities.ObserveRunners, _ => ScriptedRun.Answer(new Observation(cancelled, null, null)));
        var at = run.Harness.Now + TimeSpan.FromHours(3);
        run.Harness.RaiseAt(at, DurableRunSteps.CancelEvent);
        await run.RunAsync();

        Assert.True(run.Harness.Generations.Count > 10);
        Assert.Equal(at, run.Harness.Now);
    }

    [Fact]
    public async Task The_longer_a_run_the_less_often_it_is_looked_at_but_never_sooner_than_two_seconds()
    {
        var run = new ScriptedRun().With(
            RunActivities.ObserveRunners,
            look => ScriptedRun.Answer(new Observation(look == 120, null, null))
        );
        await run.RunAsync();
        var looks = run
            .Harness.Generations.SelectMany(history =>
                history.Completions.Where(completion =>
                    history.Calls[completion.Call].Name == RunActivities.ObserveRunners
                )
            )
            .Select(completion => completion.At)
            .ToList();
        var pauses = looks.Zip(looks.Skip(1), (one, next) => next - one).ToList();

        Assert.Equal(RunWorkflow.LookInterval, pauses[0]);
        Assert.All(pauses, pause => Assert.True(pause >= RunWorkflow.LookInterval));
        Assert.Equal(DurableRunSteps.LongestPause, pauses[^1]);
    }
}
