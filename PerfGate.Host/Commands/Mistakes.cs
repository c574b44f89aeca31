using System.CommandLine;
using PerfGate.Core.Requests;
using PerfGate.Host.Client;
using PerfGate.Host.Terminal;

namespace PerfGate.Host.Commands;

/// <summary>What is wrong with a command line, and what was probably meant.</summary>
internal static class Mistakes
{
    /// <summary>Tells all of them; the exit code.</summary>
    public static int Tell(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var known = command.Options.Concat(parsed.RootCommandResult.Command.Options).Select(option => option.Name);
        var unknown = parsed.UnmatchedTokens.Select(token => Unknown(token, known.Concat(Subcommands(command))));
        // That a wrong word is not the right one, and that the right one is missing, is one mistake.
        var others = parsed
            .Errors.Select(error => error.Message)
            .Where(message =>
                parsed.UnmatchedTokens.Count == 0
                || !parsed.UnmatchedTokens.Any(token => message.Contains($"'{token}'"))
            )
            .Where(message => parsed.UnmatchedTokens.Count == 0 || !message.StartsWith("Required command"));
        var told = unknown.Concat(others).Distinct().ToList();
        if (parsed.Tokens.Count == 0 || (command.Subcommands.Count > 0 && parsed.UnmatchedTokens.Count == 0))
        {
            told = [$"{Path(parsed)} wants a command: {string.Join(", ", Subcommands(command))}."];
        }
        var screen = new Screen(parsed.Tokens.Any(token => token.Value == CommandLine.Json.Name));
        foreach (var mistake in told)
        {
            ProblemView.Show(screen.Notices, mistake, []);
        }
        Console.Error.WriteLine($"Try: {Path(parsed)} --help");
        if (screen.Json)
        {
            Screen.WriteJson(
                new
                {
                    exitCode = ExitCodes.Usage,
                    problem = new ApiProblem("The command line cannot be used", 0, string.Join(' ', told), []),
                }
            );
        }
        return ExitCodes.Usage;
    }

    /// <summary>A misspelt option is no file.</summary>
    public static void RefuseOptionsAs(Argument argument, Command command) =>
        argument.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => token.Value.StartsWith("--", StringComparison.Ordinal)))
            {
                result.AddError(Unknown(token.Value, command.Options.Select(option => option.Name)));
            }
        });

    private static string Unknown(string token, IEnumerable<string> known)
    {
        var what = token.StartsWith('-') ? "option" : "word";
        var meant = Suggestion.Nearest(token, known) is { } near ? $" Did you mean {near}?" : "";
        return $"Unknown {what} '{token}'.{meant}";
    }

    private static IEnumerable<string> Subcommands(Command command) => command.Subcommands.Select(each => each.Name);

    private static string Path(ParseResult parsed)
    {
        var words = new List<string>();
        for (System.CommandLine.Parsing.SymbolResult? at = parsed.CommandResult; at is not null; at = at.Parent)
        {
            if (at is System.CommandLine.Parsing.CommandResult { Command: not RootCommand } command)
            {
                words.Insert(0, command.Command.Name);
            }
        }
        return string.Join(' ', words.Prepend("perfgate"));
    }
}
