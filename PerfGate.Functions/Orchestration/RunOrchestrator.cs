using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using PerfGate.Core;
using PerfGate.Core.Runs;

namespace PerfGate.Functions.Orchestration;

/// <summary>
/// Takes a run along its way as a durable orchestration. The way itself is <see cref="RunWorkflow"/>, the same as on one
/// machine; here are only its beginnings and ends.
/// </summary>
public static class RunOrchestrator
{
    /// <summary>Name of the orchestration.</summary>
    public const string Name = "RunPerformanceTest";

    /// <summary>
    /// The version that new runs are given (host.json, <c>defaultVersion</c>). What an orchestration of a version calls, in which
    /// order and with what, never changes: see docs/decisions/0028.
    /// </summary>
    public const string Version = "1.0";

    /// <summary>The orchestration. Its output is the verdict; null where the run was withdrawn, or goes on.</summary>
    [Function(Name)]
    public static async Task<RunVerdict?> RunAsync(
        [OrchestrationTrigger] TaskOrchestrationContext context,
        OrchestrationState state
    )
    {
        var steps = new DurableRunSteps(context, state);
        try
        {
            return await RunWorkflow.ExecuteAsync(state.RunId, steps);
        }
        catch (GenerationEndException)
        {
            context.ContinueAsNew(steps.Next);
            return null;
        }
        catch (StepSurpriseException met)
        {
            await AbandonAsync(context, state.RunId, met.Surprise);
            throw;
        }
        catch (TaskFailedException hopeless)
        {
            // Tried again for as long as the policy allows. Why is not looked into: types do not travel reliably.
            await AbandonAsync(context, state.RunId, new StepSurprise(hopeless.TaskName, hopeless.Message, false));
            throw;
        }
    }

    // Nobody will take the run further: it must not hold its slot for ever.
    private static async Task AbandonAsync(TaskOrchestrationContext context, Guid runId, StepSurprise surprise) =>
        await context.CallActivityAsync<StepAnswer<StepEnd>>(
            RunActivities.Abandon,
            new AbandonOrder(runId, surprise),
            DurableRunSteps.UntilBetter
        );
}
