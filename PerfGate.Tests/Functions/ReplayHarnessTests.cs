using Microsoft.DurableTask;
using PerfGate.Tests.Functions.Replay;

namespace PerfGate.Tests.Functions;

/// <summary>The harness itself: what it is for is to fail.</summary>
public sealed class ReplayHarnessTests
{
    private sealed record Input(int Number);

    [Fact]
    public async Task An_orchestration_of_the_rules_is_carried_to_its_end()
    {
        var harness = Harness(async context =>
        {
            var one = await context.CallActivityAsync<int>("add", 1);
            await context.CreateTimer(TimeSpan.FromMinutes(1), CancellationToken.None);
            return one + await context.CallActivityAsync<int>("add", 2);
        });

        Assert.Equal(23, await harness.RunAsync(new Input(0)));
        Assert.Equal(2, harness.Tries);
    }

    [Fact]
    public Task An_input_that_differs_each_time_fails() =>
        FailsAsync(context => context.CallActivityAsync<int>("add", Random.Shared.Next()));

    [Fact]
    public Task The_clock_of_the_machine_fails() =>
        FailsAsync(async context =>
        {
            await context.CreateTimer(DateTime.UtcNow.AddSeconds(1), CancellationToken.None);
            return 0;
        });

    [Fact]
    public Task Another_order_of_calls_fails()
    {
        var times = 0;
        return FailsAsync(async context =>
        {
            string[] names = ++times % 2 == 0 ? ["add", "subtract"] : ["subtract", "add"];
            return await context.CallActivityAsync<int>(names[0], 1)
                + await context.CallActivityAsync<int>(names[1], 1);
        });
    }

    [Fact]
    public Task A_call_left_out_fails()
    {
        var times = 0;
        return FailsAsync(async context =>
        {
            if (++times == 1)
            {
                await context.CallActivityAsync<int>("add", 1);
            }
            return 0;
        });
    }

    [Fact]
    public Task A_delay_that_is_not_the_contexts_fails() =>
        FailsAsync(async context =>
        {
            await Task.Delay(1);
            return await context.CallActivityAsync<int>("add", 1);
        });

    [Fact]
    public Task A_thread_of_its_own_fails() =>
        FailsAsync(async context => await Task.Run(() => context.CallActivityAsync<int>("add", 1)));

    [Fact]
    public Task Awaiting_off_the_orchestrators_thread_fails() =>
        FailsAsync(async context =>
        {
            await Task.Delay(1).ConfigureAwait(false);
            return await context.CallActivityAsync<int>("add", 1);
        });

    [Fact]
    public Task A_timer_that_outlives_its_orchestration_fails() =>
        FailsAsync(async context =>
        {
            _ = context.CreateTimer(TimeSpan.FromHours(1), CancellationToken.None);
            return await context.CallActivityAsync<int>("add", 1);
        });

    private static async Task FailsAsync(Func<TaskOrchestrationContext, Task<int>> orchestrator) =>
        await Assert.ThrowsAsync<NonDeterminismException>(() => Harness(orchestrator).RunAsync(new Input(0)));

    private static ReplayHarness<Input, int> Harness(Func<TaskOrchestrationContext, Task<int>> orchestrator) =>
        new((context, _) => orchestrator(context), (_, input) => Task.FromResult<object?>(int.Parse(input) + 10));
}
