using Npgsql;

namespace PerfGate.Tests.Faults;

/// <summary>
/// All the room that a PostgreSQL has for connections of a role, taken by somebody else: who is connected is thrown out, and nobody
/// gets in, until this is disposed of.
/// </summary>
internal sealed class TakenRoom : IAsyncDisposable
{
    private readonly List<NpgsqlConnection> _taken = [];

    /// <summary>Takes it.</summary>
    /// <param name="owner">A superuser.</param>
    /// <param name="role">Who is to be kept out.</param>
    /// <param name="all">Whether the slots reserved for superusers are taken as well.</param>
    public static async Task<TakenRoom> TakeAsync(string owner, string role, bool all)
    {
        var room = new TakenRoom();
        await using var source = NpgsqlDataSource.Create(owner + ";Pooling=false");
        var keeper = await source.OpenConnectionAsync();
        room._taken.Add(keeper);
        // What is free for ordinary roles, then what they had, as often as they come back.
        for (var full = 0; full < 3; )
        {
            await using (
                var throwOut = new NpgsqlCommand(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'gate'",
                    keeper
                )
            )
            {
                await throwOut.ExecuteScalarAsync();
            }
            full = await room.FillAsync(source, role, all) == 0 && !await GetsInAsync(role) ? full + 1 : 0;
        }
        return room;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _taken)
        {
            await connection.DisposeAsync();
        }
    }

    /// <summary>How many were taken.</summary>
    private async Task<int> FillAsync(NpgsqlDataSource source, string role, bool all)
    {
        var before = _taken.Count;
        while (all || await GetsInAsync(role))
        {
            try
            {
                _taken.Add(await source.OpenConnectionAsync());
            }
            catch (PostgresException full) when (full.SqlState == PostgresErrorCodes.TooManyConnections)
            {
                break;
            }
        }
        return _taken.Count - before;
    }

    private static async Task<bool> GetsInAsync(string role)
    {
        try
        {
            await using var connection = new NpgsqlConnection(role + ";Pooling=false");
            await connection.OpenAsync();
            return true;
        }
        catch (PostgresException full) when (full.SqlState == PostgresErrorCodes.TooManyConnections)
        {
            return false;
        }
    }
}
