using Azure.Core;
using Npgsql;

namespace PerfGate.Adapters.Postgres;

/// <summary>The way to a database: every pool of connections to it is made here.</summary>
/// <param name="connectionString">Where it is, and who asks.</param>
/// <param name="entra">
/// Whose Entra tokens are the password; null (default) where the connection string has the password, or none is wanted.
/// </param>
public sealed class DatabaseAccess(string connectionString, TokenCredential? entra = null)
{
    private static readonly TokenRequestContext Wanted = new(["https://ossrdbms-aad.database.windows.net/.default"]);

    /// <summary>A pool of connections; whoever asks for it disposes of it.</summary>
    /// <param name="change">Changes the connection string for it; none by default.</param>
    public NpgsqlDataSource CreateSource(Action<NpgsqlConnectionStringBuilder>? change = null)
    {
        var builder = new NpgsqlDataSourceBuilder(connectionString);
        change?.Invoke(builder.ConnectionStringBuilder);
        if (entra is not null)
        {
            // Asked at each new connection, not at intervals: the credential keeps a token as long as it holds, and a connection
            // outlives the token it was opened with.
            builder.UsePasswordProvider(
                _ => entra.GetToken(Wanted, CancellationToken.None).Token,
                async (_, cancellation) => (await entra.GetTokenAsync(Wanted, cancellation)).Token
            );
        }
        builder.UsePhysicalConnectionInitializer(
            connection => RefuseStandby(connection),
            connection => RefuseStandbyAsync(connection)
        );
        // Commands are told of where somebody listens; that a connection had to be opened for one is not worth a span.
        builder.ConfigureTracing(tracing => tracing.EnablePhysicalOpenTracing(false).EnableFirstResponseEvent(false));
        return builder.Build();
    }

    // While a failover goes on, its name may still lead to the server that is becoming the standby. A pool would keep such a
    // connection, and fail with it long after the name leads to the right one.
    private static void RefuseStandby(NpgsqlConnection connection)
    {
        using var ask = new NpgsqlCommand(StandbyException.Question, connection);
        StandbyException.ThrowIf(ask.ExecuteScalar());
    }

    private static async Task RefuseStandbyAsync(NpgsqlConnection connection)
    {
        await using var ask = new NpgsqlCommand(StandbyException.Question, connection);
        StandbyException.ThrowIf(await ask.ExecuteScalarAsync());
    }
}
