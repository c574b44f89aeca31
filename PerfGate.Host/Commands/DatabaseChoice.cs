using System.CommandLine;
using Azure.Identity;
using Npgsql;
using PerfGate.Adapters.Postgres;

namespace PerfGate.Host.Commands;

/// <summary>
/// The database that a command reads: one named by a connection string, or the private one of a data folder, also while a server
/// uses it.
/// </summary>
internal sealed class DatabaseChoice : IAsyncDisposable
{
    private readonly PrivatePostgres? _started;

    private DatabaseChoice(NpgsqlDataSource source, PrivatePostgres? started) => (Source, _started) = (source, started);

    /// <summary>Connections to it.</summary>
    public NpgsqlDataSource Source { get; }

    /// <summary>Finds it; starts the private one where it does not run.</summary>
    /// <exception cref="UsageException">The connection string cannot be read, or the folder has no database.</exception>
    public static async Task<DatabaseChoice> OpenAsync(
        ParseResult parsed,
        Option<string?> connection,
        CancellationToken cancellation
    )
    {
        var entra = ServeCommand.IsByEntra(parsed, connection) ? new DefaultAzureCredential() : null;
        if (parsed.GetValue(connection) is { } named)
        {
            try
            {
                return new DatabaseChoice(new DatabaseAccess(named, entra).CreateSource(), null);
            }
            catch (ArgumentException unreadable)
            {
                throw new UsageException($"{connection.Name} cannot be read: {unreadable.Message}");
            }
        }
        var folder = Path.Combine(Path.GetFullPath(parsed.GetValue(ServeCommand.DataFolder)!), "postgres");
        if (!Directory.Exists(folder))
        {
            throw new UsageException($"{ServeCommand.DataFolder.Name} has no database: there is no {folder}.");
        }
        if (await PrivatePostgres.FindRunningAsync(folder, cancellation) is { } running)
        {
            return new DatabaseChoice(new DatabaseAccess(running).CreateSource(), null);
        }
        var started = await PrivatePostgres.StartAsync(folder, cancellation);
        return new DatabaseChoice(new DatabaseAccess(started.ConnectionString).CreateSource(), started);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        if (_started is not null)
        {
            await _started.DisposeAsync();
        }
    }
}
