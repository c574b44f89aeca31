using System.CommandLine;
using PerfGate.Adapters.Http;
using PerfGate.Host.Client;
using PerfGate.Host.Terminal;

namespace PerfGate.Host.Commands;

/// <summary><c>perfgate gate</c>: the verdict of a run that was asked for earlier.</summary>
public static class GateCommand
{
    private static readonly Argument<Guid> TestId = RunId.Create();

    private static readonly Option<bool> Wait = new("--wait") { Description = "Wait for the run's end." };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("gate", "Show a run's verdict, which is the exit code.") { TestId, Wait };
        ServerChoice.AddTo(command);
        command.SetAction(ShowAsync);
        return command;
    }

    private static async Task<int> ShowAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var screen = new Screen(parsed.GetValue(CommandLine.Json));
        var testId = parsed.GetValue(TestId);
        await using var server = await ServerChoice.ConnectAsync(parsed, screen, cancellation);
        if (parsed.GetValue(Wait))
        {
            await WaitAsync(server.Gate, testId, screen, cancellation);
        }
        var gate = await server.Gate.GetGateAsync(testId, TimeSpan.Zero, cancellation);
        screen.Result(gate, console => new VerdictView(console).Show(gate));
        return gate.ExitCode ?? ExitCodes.NotYet;
    }

    private static async Task WaitAsync(GateClient gate, Guid testId, Screen screen, CancellationToken cancellation)
    {
        var follower = new RunFollower(
            gate,
            TimeProvider.System,
            RunFollower.DefaultPatience,
            reason => screen.Warn($"No answer from the server, trying again: {reason}")
        );
        var first = await gate.GetRunAsync(testId, cancellation);
        if (first.EndedAt is null)
        {
            await new ProgressView(screen, TimeProvider.System).FollowAsync(
                follower,
                testId,
                LengthOf(first),
                cancellation
            );
        }
    }

    private static TimeSpan LengthOf(RunView run) =>
        (run.EstimatedCompletion ?? TimeProvider.System.GetUtcNow()) - (run.StartedAt ?? run.CreatedAt);
}
