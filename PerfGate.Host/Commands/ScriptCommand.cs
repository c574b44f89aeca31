using System.CommandLine;
using PerfGate.Core.Scripts;
using PerfGate.Host.Server;
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
                var limits = AdmissionChoice.OfEnvironment().Limits;
                var request = RequestArguments.Validate(await RequestArguments.ReadAsync(parsed, cancellation), limits);
                var plan = LoadPlanner.Plan(request, limits);
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
