using System.CommandLine;
using PerfGate.Host.Demo;
using Spectre.Console;

namespace PerfGate.Host.Commands;

/// <summary><c>perfgate demo</c>: the whole way, from nothing to a verdict, on a platform made for it.</summary>
public static class DemoCommand
{
    private static readonly Option<int> Duration = new("--duration")
    {
        Description = "Seconds of load for each of the two runs, 10 to 600.",
        DefaultValueFactory = _ => 30,
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        Duration.Validators.Add(result =>
        {
            if (result.GetValue(Duration) is < 10 or > 600)
            {
                result.AddError("--duration must be from 10 to 600 seconds.");
            }
        });
        var command = new Command("demo", "Load-test a small wedding platform twice: once healthy, once slowed down.")
        {
            Duration,
            ServeCommand.DataFolder,
            ServeCommand.Engine,
        };
        command.SetAction(
            (parsed, cancellation) =>
                new DemoStory(AnsiConsole.Console, TimeProvider.System).TellAsync(
                    Path.GetFullPath(parsed.GetValue(ServeCommand.DataFolder)!),
                    parsed.GetValue(ServeCommand.Engine)!,
                    TimeSpan.FromSeconds(parsed.GetValue(Duration)),
                    cancellation
                )
        );
        return command;
    }
}
