using Npgsql;

namespace PerfGate.Adapters.Postgres;

/// <summary>Identities of Entra as roles of Azure Database for PostgreSQL.</summary>
public static class EntraRole
{
    // Where Azure keeps its functions for roles, whatever the database that is served.
    private const string Home = "postgres";

    /// <summary>
    /// Makes the role that an identity of this name logs in as; one that is there stays as it is. It is no administrator: what
    /// it may do is granted (<see cref="AppRole"/>).
    /// </summary>
    /// <param name="administrator">The database server, as an administrator of Entra.</param>
    /// <param name="name">Name of the identity in Entra, and of the role.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="PostgresException">
    /// The server is not Azure's and so has no <c>pgaadauth_create_principal</c>, Entra knows no such identity, or whoever asks is no
    /// administrator.
    /// </exception>
    public static async Task EnsureAsync(DatabaseAccess administrator, string name, CancellationToken cancellation)
    {
        await using var source = administrator.CreateSource(at => at.Database = Home);
        // https://learn.microsoft.com/azure/postgresql/security/security-manage-entra-users: name, administrator, second factor.
        await using var create = source.CreateCommand(
            """
            SELECT pgaadauth_create_principal($1, false, false)
            WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)
            """
        );
        create.Parameters.AddWithValue(name);
        await create.ExecuteNonQueryAsync(cancellation);
    }
}
