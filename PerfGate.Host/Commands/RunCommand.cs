using System.CommandLine;
using System.Text.Json;
using PerfGate.Adapters.Http;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;
using PerfGate.Core.Runs;
using PerfGate.Core.Scripts;
using PerfGate.Host.Client;
using PerfGate.Host.Server;
using PerfGate.Host.Terminal;

namespace PerfGate.Host.Commands;

/// <summary><c>perfgate run</c>: asks for a run, waits for its verdict, and ends with the verdict's exit code.</summary>
public static class RunCommand
{
    // A load engine finishes its iterations before it stops.
    private static readonly TimeSpan CancelPatience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan CancelAnswer = TimeSpan.FromSeconds(5);

    private static readonly Option<string> Patience = new("--patience")
    {
        Description = "How long the server may be away while the run goes on, such as 30s or 5m.",
        DefaultValueFactory = _ => DurationText.Format(RunFollower.DefaultPatience),
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        OptionForms.MustBeDuration(Patience, TimeSpan.Zero, TimeSpan.FromHours(1));
        var command = new Command("run", "Run a load test and wait for its verdict, which is the exit code.");
        RequestArguments.AddTo(command);
        ServerChoice.AddTo(command);
        ReportFiles.AddTo(command);
        command.Options.Add(Patience);
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var screen = new Screen(parsed.GetValue(CommandLine.Json));
        var body = await RequestArguments.ReadAsync(parsed, cancellation);
        if (!ServerChoice.IsElsewhere(parsed))
        {
            RequestArguments.Validate(body, AdmissionChoice.OfEnvironment().Limits);
        }
        var files = ReportFiles.Of(parsed);
        await using var server = await ServerChoice.ConnectAsync(parsed, screen, cancellation);
        var follower = new RunFollower(
            server.Gate,
            TimeProvider.System,
            OptionForms.Duration(parsed, Patience),
            reason => screen.Warn($"No answer from the server, trying again: {reason}")
        );
        var run = await FollowAsync(server, follower, body, screen, cancellation);
        screen.Result(WithExitCode(run), console => new VerdictView(console).Show(run));
        await files.WriteAsync(server.Gate, follower, run.TestId, screen, cancellation);
        return ExitCodeOf(run.Verdict);
    }

    private static async Task<RunView> FollowAsync(
        ServerConnection server,
        RunFollower follower,
        byte[] body,
        Screen screen,
        CancellationToken cancellation
    )
    {
        // With the same key, asking again after a lost answer starts no second load.
        var key = Guid.NewGuid().ToString();
        var accepted = await server.Gate.ExecuteAsync(body, cancellation, key);
        screen.Notice($"Run {accepted.TestId}");
        try
        {
            return await new ProgressView(screen, TimeProvider.System).FollowAsync(
                follower,
                accepted.TestId,
                LengthOf(body, accepted),
                cancellation
            );
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await CancelAsync(server.Gate, follower, accepted.TestId, screen);
            throw;
        }
    }

    /// <summary>The load must not outlive the one who asked for it.</summary>
    private static async Task CancelAsync(GateClient gate, RunFollower follower, Guid testId, Screen screen)
    {
        screen.Warn("Interrupted: cancelling the run. Once more to leave at once.");
        using var end = new CancellationTokenSource(CancelAnswer);
        try
        {
            await gate.CancelAsync(testId, end.Token);
            end.CancelAfter(CancelPatience);
            await foreach (var run in follower.FollowAsync(testId, CancelAnswer, end.Token))
            {
                if (RunStates.IsEnd(run.Status))
                {
                    screen.Notice($"The run is {EnumText.Lower(run.Status)}.");
                }
            }
        }
        catch (Exception failure)
            when (failure is HttpRequestException or ServerGoneException or OperationCanceledException)
        {
            screen.Warn($"Run {testId} may still be going on: {failure.Message}");
        }
    }

    private static TimeSpan LengthOf(byte[] body, ExecuteAnswer accepted) =>
        RequestReader.Read(body, Limits.Default).Value is { } request
            ? LoadPlanner.Plan(request, Limits.Default).Duration
            : accepted.EstimatedCompletion - TimeProvider.System.GetUtcNow();

    private static System.Text.Json.Nodes.JsonNode WithExitCode(RunView run)
    {
        var node = JsonSerializer.SerializeToNode(run, RunJson.Options)!;
        node["exitCode"] = ExitCodeOf(run.Verdict);
        return node;
    }

    private static int ExitCodeOf(Verdict? verdict) => new RunVerdict(verdict ?? Verdict.Error, []).ExitCode;
}
