using System.CommandLine;
using PerfGate.Adapters.Http;
using PerfGate.Adapters.Postgres;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;
using PerfGate.Host.Client;
using PerfGate.Host.Terminal;
using Spectre.Console;

namespace PerfGate.Host.Commands;

/// <summary><c>perfgate stop-all</c>: ends every load at once and lets none begin, until it is lifted.</summary>
public static class StopAllCommand
{
    private static readonly Option<string?> Environment = new("--environment")
    {
        Description = "Stop only staging or production (default: both).",
    };

    private static readonly Option<string?> Reason = new("--reason")
    {
        Description = "Why, for whoever is refused meanwhile, in up to 500 characters.",
        HelpName = "TEXT",
    };

    private static readonly Option<bool> Lift = new("--lift") { Description = "Let runs start again." };

    private static readonly Option<bool> Show = new("--show") { Description = "Only show what is stopped." };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        OptionForms.MustBeOneOf(Environment, [.. Enum.GetValues<TargetEnvironment>().Select(EnumText.Lower)]);
        var command = new Command("stop-all", "Stop every run at once, and let none start until it is lifted.")
        {
            Environment,
            Reason,
            Lift,
            Show,
        };
        command.Validators.Add(result =>
        {
            var given = new[] { result.GetValue(Lift), result.GetValue(Show), result.GetValue(Reason) is not null };
            if (given.Count(one => one) != 1)
            {
                result.AddError("stop-all needs --reason TEXT to stop, or --lift, or --show, and only one of them.");
            }
        });
        ServerChoice.AddTo(command);
        command.SetAction(ExecuteAsync);
        return command;
    }

    private static async Task<int> ExecuteAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var screen = new Screen(parsed.GetValue(CommandLine.Json));
        await using var server = await ServerChoice.ConnectAsync(parsed, screen, cancellation);
        var environment = parsed.GetValue(Environment);
        if (parsed.GetValue(Reason) is { } reason)
        {
            var answer = await server.Gate.PostAsync<StopAnswer>(
                "emergency-stop",
                environment is null ? new { reason } : new { reason, environment },
                cancellation
            );
            screen.Result(
                answer,
                console =>
                {
                    console.WriteLine(
                        FormattableString.Invariant(
                            $"{answer.Cancelling.Count} runs under load end now; {answer.Cancelled.Count} that waited are cancelled."
                        )
                    );
                    Tell(console, answer.Stops);
                }
            );
            return ExitCodes.Ok;
        }
        var stops = parsed.GetValue(Lift)
            ? await server.Gate.DeleteAsync<StopsAnswer>(
                environment is null ? "emergency-stop" : $"emergency-stop?environment={environment}",
                cancellation
            )
            : await server.Gate.GetAsync<StopsAnswer>("emergency-stop", cancellation);
        screen.Result(stops, console => Tell(console, stops.Stops));
        return ExitCodes.Ok;
    }

    private static void Tell(IAnsiConsole console, IReadOnlyList<EmergencyStop> stops)
    {
        if (stops.Count == 0)
        {
            console.WriteLine("Nothing is stopped: runs may start.");
        }
        foreach (var stop in stops)
        {
            console.WriteLine(stop.Sentence);
        }
    }
}
