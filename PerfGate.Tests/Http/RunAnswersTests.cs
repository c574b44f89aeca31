using Microsoft.AspNetCore.Http;
using PerfGate.Adapters.Http;

namespace PerfGate.Tests.Http;

public sealed class RunAnswersTests
{
    [Fact]
    public async Task An_answer_that_fails_before_it_is_put_down_fails_for_nobody_after()
    {
        var answers = new RunAnswers();
        var (run, before) = (Guid.NewGuid(), SynchronizationContext.Current);
        Task<IResult> failing;
        SynchronizationContext.SetSynchronizationContext(new AtOnce());
        try
        {
            failing = answers.MakeAsync<string>(
                new DefaultHttpContext(),
                "gate",
                run,
                () => throw new IOException("away")
            );
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }

        await Assert.ThrowsAsync<IOException>(() => failing);

        Assert.NotNull(await answers.MakeAsync(new DefaultHttpContext(), "gate", run, () => Task.FromResult("well")));
        Assert.NotNull(answers.Find(new DefaultHttpContext(), "gate", run));
    }

    [Fact]
    public async Task However_many_ask_at_once_an_answer_is_made_once()
    {
        var answers = new RunAnswers();
        var (run, made, goOn) = (Guid.NewGuid(), 0, new TaskCompletionSource());

        var asked = Enumerable
            .Range(0, 100)
            .Select(_ => answers.MakeAsync(new DefaultHttpContext(), "gate", run, MakeAsync))
            .ToList();
        goOn.SetResult();
        await Task.WhenAll(asked);

        Assert.Equal(1, made);

        async Task<string> MakeAsync()
        {
            Interlocked.Increment(ref made);
            await goOn.Task;
            return "well";
        }
    }

    // What goes on elsewhere elsewhere goes on here before anything else does: the fastest other thread there can be.
    private sealed class AtOnce : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => d(state);
    }
}
