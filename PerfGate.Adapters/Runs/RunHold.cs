using Npgsql;
using PerfGate.Adapters.Postgres;

namespace PerfGate.Adapters.Runs;

/// <summary>
/// A worker's claim on a run, over all servers: a PostgreSQL session that holds an advisory lock. It ends when it is disposed,
/// and with the process or the machine of its worker.
/// </summary>
public sealed class RunHold : IAsyncDisposable
{
    // A machine that is switched off says no goodbye: the server notices after a minute.
    private const string Claim = """
        SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3;
        SELECT pg_try_advisory_lock(
        """;

    private readonly NpgsqlDataSource _sessions;
    private readonly long _key;
    private NpgsqlConnection? _session;

    private RunHold(NpgsqlDataSource sessions, long key, NpgsqlConnection session) =>
        (_sessions, _key, _session) = (sessions, key, session);

    /// <summary>Claims a run; null where another worker holds it.</summary>
    /// <param name="sessions">Opens sessions; without a pool, since closing one must end it, and with it the lock.</param>
    /// <param name="key">The run's key of an advisory lock.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<RunHold?> TryTakeAsync(
        NpgsqlDataSource sessions,
        long key,
        CancellationToken cancellation
    ) => await OpenAsync(sessions, key, cancellation) is { } session ? new RunHold(sessions, key, session) : null;

    /// <summary>
    /// Whether the claim still stands. Where its session is gone, with a database that was away, it is claimed anew; false where
    /// another worker was faster, or its session is not over yet.
    /// </summary>
    /// <exception cref="NpgsqlException">The database is away: whether the claim stands cannot be known.</exception>
    public async Task<bool> StandsAsync(CancellationToken cancellation)
    {
        if (_session is not null)
        {
            try
            {
                await using var ask = new NpgsqlCommand("SELECT 1", _session);
                await ask.ExecuteScalarAsync(cancellation);
                return true;
            }
            catch (Exception gone) when (DatabaseAway.Explains(gone) || gone is InvalidOperationException)
            {
                await DisposeAsync();
            }
        }
        _session = await OpenAsync(_sessions, _key, cancellation);
        return _session is not null;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_session is { } session)
        {
            _session = null;
            await session.DisposeAsync();
        }
    }

    private static async Task<NpgsqlConnection?> OpenAsync(
        NpgsqlDataSource sessions,
        long key,
        CancellationToken cancellation
    )
    {
        var session = sessions.CreateConnection();
        try
        {
            await session.OpenAsync(cancellation);
            await using var command = new NpgsqlCommand(FormattableString.Invariant($"{Claim}{key})"), session);
            if (await command.ExecuteScalarAsync(cancellation) is true)
            {
                return session;
            }
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
        await session.DisposeAsync();
        return null;
    }
}
