using System.CommandLine;
using PerfGate.Core.Admission;
using PerfGate.Core.Scripts;
using PerfGate.Host.Terminal;

namespace PerfGate.Host.Commands;

/// <summary><c>perfgate script</c>: the k6 script that a request would run. Needs no server.</summary>
public static class ScriptCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("script", "Print the k6 script that a request would run. Needs no server.")
        {
            OutputFile.Option,
        };
        RequestArguments.AddTo(command);
        command.SetAction(
            async (parsed, cancellation) =>
            {
                var screen = new Screen(parsed.GetValue(CommandLine.Json));
                var request = RequestArguments.Validate(await RequestArguments.ReadAsync(parsed, cancellation));
                var plan = LoadPlanner.Plan(request, Limits.Default);
                await OutputFile.WriteAsync(
                    parsed,
                    screen,
                    K6TestOrchestrator.GenerateK6Script(request, plan),
                    (file, script) =>
                        new
                        {
                            file,
                            script,
                            plan,
                        },
                    cancellation
                );
                return ExitCodes.Ok;
            }
        );
        return command;
    }
}
