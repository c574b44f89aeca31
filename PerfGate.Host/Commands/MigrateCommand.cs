using System.CommandLine;
using Azure.Core;
using Azure.Identity;
using PerfGate.Adapters.Postgres;
using PerfGate.Host.Terminal;

namespace PerfGate.Host.Commands;

/// <summary><c>perfgate migrate</c>: brings a database to the newest schema, and says by which scripts.</summary>
public static class MigrateCommand
{
    private static readonly Option<string?> Connection = new("--connection")
    {
        Description = "Connection string of the database; without it, the private one in --data.",
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("migrate", "Bring the database to the newest schema.")
        {
            Connection,
            ServeCommand.PostgresAuthentication,
            ServeCommand.DataFolder,
        };
        command.SetAction(MigrateAsync);
        return command;
    }

    private static async Task<int> MigrateAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var screen = new Screen(parsed.GetValue(CommandLine.Json));
        var entra = ServeCommand.IsByEntra(parsed, Connection) ? new DefaultAzureCredential() : null;
        IReadOnlyList<string> applied;
        if (parsed.GetValue(Connection) is { } connection)
        {
            applied = await ApplyAsync(connection, entra, cancellation);
        }
        else
        {
            var folder = Path.Combine(Path.GetFullPath(parsed.GetValue(ServeCommand.DataFolder)!), "postgres");
            await using var postgres = await PrivatePostgres.StartAsync(folder, cancellation);
            applied = await ApplyAsync(postgres.ConnectionString, null, cancellation);
        }
        screen.Result(
            new { applied },
            _ =>
            {
                foreach (var migration in applied)
                {
                    Console.Out.WriteLine($"applied {migration}");
                }
                if (applied.Count == 0)
                {
                    Console.Out.WriteLine("The schema is the newest: nothing to apply.");
                }
            }
        );
        return ExitCodes.Ok;
    }

    private static async Task<IReadOnlyList<string>> ApplyAsync(
        string connection,
        TokenCredential? entra,
        CancellationToken cancellation
    )
    {
        try
        {
            return await MigrationRunner.MigrateAsync(new DatabaseAccess(connection, entra), cancellation);
        }
        catch (ArgumentException unreadable)
        {
            throw new UsageException($"--connection cannot be read: {unreadable.Message}");
        }
    }
}
