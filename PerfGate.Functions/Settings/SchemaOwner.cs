using Azure.Core;
using Azure.Identity;
using Npgsql;
using PerfGate.Adapters.Postgres;

namespace PerfGate.Functions.Settings;

/// <summary>
/// Who owns the tables, where that is not the app: whoever takes over a connection of the app can then neither change the schema
/// nor rewrite the audit trail.
/// </summary>
/// <param name="ConnectionString">The app's database, as the owner.</param>
/// <param name="ByEntra">Whether Entra tokens are the password.</param>
/// <param name="ClientId">Client id of the managed identity whose tokens they are; null for the app's own credential.</param>
public sealed record SchemaOwner(string ConnectionString, bool ByEntra, string? ClientId)
{
    private const string Connection = "PerfGate__PostgresOwnerConnectionString";
    private const string Client = "PerfGate__PostgresOwnerClientId";

    /// <summary>Reads and checks the settings; null where there are none.</summary>
    public static SchemaOwner? Read(SettingReader read)
    {
        var client = read.Text(Client);
        if (read.Text(Connection) is not { } connection)
        {
            if (client is not null)
            {
                read.Refuse(Client, $"is set without {Connection}", "none, or both");
            }
            return null;
        }
        FunctionsSettings.CheckDatabase(read, Connection, connection);
        if (User(read.Text("PerfGate__PostgresConnectionString")) is null)
        {
            read.Refuse(
                "PerfGate__PostgresConnectionString",
                $"names no user beside {Connection}",
                "one with Username=: the role that the owner gives its rights to"
            );
        }
        var byEntra = read.Text("PerfGate__PostgresAuthentication") == EntraLogin.Entra;
        if (byEntra)
        {
            foreach (var problem in EntraLogin.Problems(connection, Connection))
            {
                read.Refuse(problem.Field, problem.Problem, problem.Allowed);
            }
        }
        else if (client is not null)
        {
            read.Refuse(
                Client,
                "is set, and tokens are not asked for",
                "none, or PerfGate__PostgresAuthentication=entra"
            );
        }
        return new SchemaOwner(connection, byEntra, client);
    }

    /// <summary>The way to the database as the owner.</summary>
    /// <param name="own">The app's own credential.</param>
    public DatabaseAccess Open(TokenCredential own) =>
        new(
            ConnectionString,
            !ByEntra ? null
                : ClientId is null ? own
                : new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId(ClientId))
        );

    /// <summary>Brings the schema, and gives the app's role what it needs, and no more.</summary>
    /// <param name="own">The app's own credential.</param>
    /// <param name="app">The app's own connection string: its user is the role.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task MigrateAsync(TokenCredential own, string app, CancellationToken cancellation)
    {
        var owner = Open(own);
        await MigrationRunner.MigrateAsync(owner, cancellation);
        var role = User(app) ?? throw new InvalidOperationException("The app's connection string names no user.");
        if (ByEntra)
        {
            await EntraRole.EnsureAsync(owner, role, cancellation);
        }
        await AppRole.GrantAsync(owner, role, cancellation);
    }

    private static string? User(string? connectionString)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(connectionString).Username;
        }
        catch (ArgumentException)
        {
            // Refused where it is read.
            return null;
        }
    }
}
