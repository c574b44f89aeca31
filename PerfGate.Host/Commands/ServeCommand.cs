using System.CommandLine;
using PerfGate.Host.Server;
using Spectre.Console;

namespace PerfGate.Host.Commands;

/// <summary><c>perfgate serve</c>: the server of one machine, until it is stopped.</summary>
public static class ServeCommand
{
    /// <summary>Folder of everything PerfGate keeps: database, artifacts, signing key.</summary>
    public static readonly Option<string> DataFolder = new("--data")
    {
        Description = "Folder of everything PerfGate keeps: database, artifacts, signing key.",
        DefaultValueFactory = _ => ".perfgate",
    };

    /// <summary>Which load engine to use.</summary>
    public static readonly Option<string> Engine = new("--engine")
    {
        Description = "auto (k6 on PATH, else the embedded engine), k6, embedded, or a path to a k6 binary.",
        DefaultValueFactory = _ => "auto",
    };

    private static readonly Option<string> Urls = new("--urls")
    {
        Description = "Where to listen.",
        DefaultValueFactory = _ => "http://127.0.0.1:5080",
    };

    private static readonly Option<string?> Postgres = new("--postgres")
    {
        Description = "Connection string of a PostgreSQL to use instead of a private one.",
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("serve", "Serve the API on this machine.") { Urls, DataFolder, Engine, Postgres };
        command.SetAction(
            async (parsed, cancellation) =>
            {
                await using var gate = await GateServer.StartAsync(
                    new GateServerOptions
                    {
                        DataFolder = Path.GetFullPath(parsed.GetValue(DataFolder)!),
                        Urls = parsed.GetValue(Urls)!,
                        Engine = parsed.GetValue(Engine)!,
                        PostgresConnectionString = parsed.GetValue(Postgres),
                    },
                    cancellation
                );
                AnsiConsole.WriteLine($"PerfGate listens on {gate.Address}");
                AnsiConsole.WriteLine("A token for it: perfgate token");
                await gate.WaitForShutdownAsync(cancellation);
                return 0;
            }
        );
        return command;
    }
}
