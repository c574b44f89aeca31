using System.CommandLine;
using PerfGate.Core.Requests;
using PerfGate.Core.Scripts;
using PerfGate.Host.Server;
using PerfGate.Host.Terminal;
using PerfGate.Host.Trial;
using Spectre.Console;

namespace PerfGate.Host.Commands;

/// <summary>
/// <c>perfgate check</c>: whether a request would run: its fields, what its script needs, and one iteration of every scenario
/// against the target. Needs no server and stores nothing.
/// </summary>
public static class CheckCommand
{
    private static readonly Option<bool> NoIteration = new("--no-iteration")
    {
        Description = "Send nothing to the target: only the request and its script are checked.",
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command(
            "check",
            "Check a request without a load: its fields, what its script needs, one iteration of every scenario."
        )
        {
            NoIteration,
            ServeCommand.Engine,
        };
        RequestArguments.AddTo(command);
        command.SetAction(CheckAsync);
        return command;
    }

    private static async Task<int> CheckAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var screen = new Screen(parsed.GetValue(CommandLine.Json));
        var limits = AdmissionChoice.OfEnvironment().Limits;
        var request = RequestArguments.Validate(await RequestArguments.ReadAsync(parsed, cancellation), limits);
        var plan = LoadPlanner.Plan(request, limits);
        var script = K6TestOrchestrator.GenerateK6Script(request, plan);
        using var trial = new ScriptTrial(parsed.GetValue(ServeCommand.Engine)!, script);
        var needs = await trial.InspectAsync(cancellation);
        TrialIteration? iteration = null;
        if (needs.Problems.Count == 0 && !parsed.GetValue(NoIteration))
        {
            screen.Notice($"One iteration of every scenario against {request.Configuration.BaseUrl}");
            iteration = await trial.IterateAsync(cancellation);
        }
        string[] problems = [.. needs.Problems, .. iteration?.Problems ?? []];
        var exitCode = problems.Length == 0 ? ExitCodes.Ok : ExitCodes.Failed;
        screen.Result(
            new
            {
                exitCode,
                problems,
                engine = trial.Engine,
                duration = DurationText.Format(plan.Duration),
                maxVus = needs.MaxVus,
                iteration,
            },
            console => Show(console, plan.Duration, trial.Engine, needs, iteration, problems)
        );
        return exitCode;
    }

    private static void Show(
        IAnsiConsole console,
        TimeSpan duration,
        string engine,
        TrialNeeds needs,
        TrialIteration? iteration,
        string[] problems
    )
    {
        var good = problems.Length == 0;
        console.MarkupLine(good ? "[bold green]WELL[/]" : "[bold red]NOT WELL[/]");
        if (needs.MaxVus is { } users)
        {
            Line(console, $"the load takes {DurationText.Format(duration)} and up to {users} virtual users");
        }
        if (iteration is not null)
        {
            Line(
                console,
                FormattableString.Invariant(
                    $"{engine}: {iteration.Iterations} iterations, {iteration.Requests} requests ({iteration.FailedRequests} failed), {iteration.Checks.Count(check => check.Fails == 0)} of {iteration.Checks.Count} checks held"
                )
            );
        }
        foreach (var problem in problems)
        {
            // Whole, however narrow the screen: it may be searched for.
            console.Profile.Out.Writer.WriteLine($"  ✗ {problem}");
        }
    }

    private static void Line(IAnsiConsole console, string text) =>
        console.Profile.Out.Writer.WriteLine(FormattableString.Invariant($"  • {text}"));
}
