using Npgsql;

namespace PerfGate.Adapters.Postgres;

/// <summary>The way to a database: every pool of connections to it is made here.</summary>
/// <param name="connectionString">Where it is, and who asks.</param>
public sealed class DatabaseAccess(string connectionString)
{
    /// <summary>A pool of connections; whoever asks for it disposes of it.</summary>
    /// <param name="change">Changes the connection string for it; none by default.</param>
    public NpgsqlDataSource CreateSource(Action<NpgsqlConnectionStringBuilder>? change = null)
    {
        var builder = new NpgsqlDataSourceBuilder(connectionString);
        change?.Invoke(builder.ConnectionStringBuilder);
        // Commands are told of where somebody listens; that a connection had to be opened for one is not worth a span.
        builder.ConfigureTracing(tracing => tracing.EnablePhysicalOpenTracing(false).EnableFirstResponseEvent(false));
        return builder.Build();
    }
}
