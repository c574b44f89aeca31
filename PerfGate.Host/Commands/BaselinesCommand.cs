using System.CommandLine;
using PerfGate.Adapters.Http;
using PerfGate.Host.Client;
using PerfGate.Host.Terminal;

namespace PerfGate.Host.Commands;

/// <summary><c>perfgate baselines</c>: the past that runs are held against, shown and changed.</summary>
public static class BaselinesCommand
{
    private static readonly Argument<Guid> Run = RunId.Create("RUN");
    private static readonly Argument<string> Baseline = BaselineName.Create();

    private static readonly Option<string?> Reason = new("--reason")
    {
        Description = "Why, for whoever reads the history, in up to 500 characters.",
        HelpName = "TEXT",
    };

    private static readonly Option<int?> Limit = OptionForms.Number<int>(
        "--limit",
        "How many changes, 1 to 200 (default: 20).",
        "a whole number from 1 to 200",
        count => count is >= 1 and <= 200
    );

    /// <summary>The command.</summary>
    public static Command Create() =>
        new("baselines", "Show and change the past that runs are held against.")
        {
            With("list", "Show every baseline.", ListAsync),
            With("set", "Make a passed run the baseline of its test type and environment.", SetAsync, Run, Reason),
            With(
                "update",
                "Replace a baseline by a better run; with --reason also by one that is not better.",
                UpdateAsync,
                Baseline,
                Run,
                Reason
            ),
            With("history", "Show a baseline's changes, the newest first.", HistoryAsync, Baseline, Limit),
            With(
                "undo",
                "Take back the newest change that still stands; again, the one before.",
                UndoAsync,
                Baseline,
                Reason
            ),
        };

    private static Command With(
        string name,
        string description,
        Func<ParseResult, Screen, GateClient, CancellationToken, Task> action,
        params Symbol[] symbols
    )
    {
        var command = new Command(name, description);
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument)
            {
                command.Arguments.Add(argument);
            }
            else
            {
                command.Options.Add((Option)symbol);
            }
        }
        ServerChoice.AddTo(command);
        command.SetAction(
            async (parsed, cancellation) =>
            {
                var screen = new Screen(parsed.GetValue(CommandLine.Json));
                await using var server = await ServerChoice.ConnectAsync(parsed, screen, cancellation);
                await action(parsed, screen, server.Gate, cancellation);
                return ExitCodes.Ok;
            }
        );
        return command;
    }

    private static async Task ListAsync(
        ParseResult parsed,
        Screen screen,
        GateClient gate,
        CancellationToken cancellation
    )
    {
        var list = await gate.ListBaselinesAsync(cancellation);
        screen.Result(list, console => BaselineViews.Show(console, list.Baselines));
    }

    private static async Task SetAsync(
        ParseResult parsed,
        Screen screen,
        GateClient gate,
        CancellationToken cancellation
    )
    {
        var baseline = await gate.PostAsync<BaselineView>(
            "baselines",
            new { testId = parsed.GetValue(Run), reason = parsed.GetValue(Reason) },
            cancellation
        );
        screen.Result(baseline, console => BaselineViews.Show(console, [baseline]));
    }

    private static async Task UpdateAsync(
        ParseResult parsed,
        Screen screen,
        GateClient gate,
        CancellationToken cancellation
    )
    {
        var id = await BaselineName.FindAsync(parsed.GetValue(Baseline)!, gate, cancellation);
        var baseline = await gate.PostAsync<BaselineView>(
            $"baselines/{id}/update",
            new { testId = parsed.GetValue(Run), reason = parsed.GetValue(Reason) },
            cancellation
        );
        screen.Result(baseline, console => BaselineViews.Show(console, [baseline]));
    }

    private static async Task HistoryAsync(
        ParseResult parsed,
        Screen screen,
        GateClient gate,
        CancellationToken cancellation
    )
    {
        var id = await BaselineName.FindAsync(parsed.GetValue(Baseline)!, gate, cancellation);
        var limit = parsed.GetValue(Limit) ?? 20;
        var history = await gate.GetAsync<BaselineHistoryAnswer>(
            FormattableString.Invariant($"baselines/{id}/history?limit={limit}"),
            cancellation
        );
        screen.Result(history, console => BaselineViews.Show(console, history));
    }

    private static async Task UndoAsync(
        ParseResult parsed,
        Screen screen,
        GateClient gate,
        CancellationToken cancellation
    )
    {
        var id = await BaselineName.FindAsync(parsed.GetValue(Baseline)!, gate, cancellation);
        var baseline = await gate.PostAsync<BaselineView>(
            $"baselines/{id}/undo",
            new { reason = parsed.GetValue(Reason) },
            cancellation
        );
        screen.Result(baseline, console => BaselineViews.Show(console, [baseline]));
    }
}
