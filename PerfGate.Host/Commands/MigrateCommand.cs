using System.CommandLine;
using Azure.Core;
using Azure.Identity;
using Npgsql;
using PerfGate.Adapters.Postgres;
using PerfGate.Host.Jobs;
using PerfGate.Host.Terminal;

namespace PerfGate.Host.Commands;

/// <summary><c>perfgate migrate</c>: brings a database to the newest schema, and says by which scripts.</summary>
public static class MigrateCommand
{
    private static readonly Option<string?> Connection = new("--connection")
    {
        Description = "Connection string of the database; without it, the private one in --data.",
    };

    private static readonly Option<string?> GrantTo = new("--grant-to")
    {
        Description = "Role that the app serves with: it is granted what it needs, and no more.",
        HelpName = "ROLE",
    };

    private static readonly Option<bool> EntraIdentity = new("--entra-identity")
    {
        Description =
            "The role of --grant-to is an identity of Entra: it is made, under that name, where it is not there yet "
            + "(Azure Database for PostgreSQL).",
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("migrate", "Bring the database to the newest schema.")
        {
            Connection,
            GrantTo,
            EntraIdentity,
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
        if (parsed.GetValue(EntraIdentity) && parsed.GetValue(GrantTo) is null)
        {
            throw new UsageException("--entra-identity says what the role of --grant-to is; --grant-to is missing.");
        }
        IReadOnlyList<string> applied;
        if (parsed.GetValue(Connection) is { } connection)
        {
            applied = await ApplyAsync(
                connection,
                entra,
                parsed.GetValue(GrantTo),
                parsed.GetValue(EntraIdentity),
                cancellation
            );
        }
        else
        {
            var folder = Path.Combine(Path.GetFullPath(parsed.GetValue(ServeCommand.DataFolder)!), "postgres");
            await using var postgres = await PrivatePostgres.StartAsync(folder, cancellation);
            applied = await ApplyAsync(
                postgres.ConnectionString,
                null,
                parsed.GetValue(GrantTo),
                parsed.GetValue(EntraIdentity),
                cancellation
            );
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
        string? role,
        bool isEntraIdentity,
        CancellationToken cancellation
    )
    {
        try
        {
            var owner = new DatabaseAccess(connection, entra);
            var applied = await MigrationRunner.MigrateAsync(owner, cancellation);
            await JobSchema.PrepareAsync(owner, cancellation);
            if (role is not null)
            {
                if (isEntraIdentity)
                {
                    await EntraRole.EnsureAsync(owner, role, cancellation);
                }
                await AppRole.GrantAsync(owner, role, cancellation);
            }
            return applied;
        }
        catch (PostgresException unknown)
            when (unknown.SqlState == PostgresErrorCodes.UndefinedObject && role is not null)
        {
            throw new UsageException(
                $"--grant-to is \"{role}\", and there is no such role; it must be one that is there."
            );
        }
        catch (PostgresException elsewhere)
            when (elsewhere.SqlState == PostgresErrorCodes.UndefinedFunction && isEntraIdentity)
        {
            throw new UsageException(
                "--entra-identity is for Azure Database for PostgreSQL; this server knows no identities of Entra."
            );
        }
        catch (ArgumentException unreadable)
        {
            throw new UsageException($"--connection cannot be read: {unreadable.Message}");
        }
    }
}
