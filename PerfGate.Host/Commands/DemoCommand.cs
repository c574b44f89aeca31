using System.CommandLine;
using PerfGate.Host.Demo;
using PerfGate.Host.Terminal;

namespace PerfGate.Host.Commands;

/// <summary><c>perfgate demo</c>: the whole way, from nothing to a verdict, on a platform made for it.</summary>
public static class DemoCommand
{
    private static readonly Option<int?> Duration = OptionForms.Number<int>(
        "--duration",
        "Seconds of load for each of the two runs, 10 to 600 (default: 30).",
        "a whole number of seconds, 10 to 600",
        seconds => seconds is >= 10 and <= 600
    );

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("demo", "Load-test a small wedding platform twice: once healthy, once slowed down.")
        {
            Duration,
            ServeCommand.DataFolder,
            ServeCommand.Engine,
        };
        command.SetAction(
            (parsed, cancellation) =>
                new DemoStory(new Screen(parsed.GetValue(CommandLine.Json)), TimeProvider.System).TellAsync(
                    Path.GetFullPath(parsed.GetValue(ServeCommand.DataFolder)!),
                    parsed.GetValue(ServeCommand.Engine)!,
                    TimeSpan.FromSeconds(parsed.GetValue(Duration) ?? 30),
                    cancellation
                )
        );
        return command;
    }
}
