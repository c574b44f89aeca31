using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using PerfGate.Core.Runs;

namespace PerfGate.Adapters.Postgres;

/// <summary>
/// Tells everybody in this process who waits for runs when these move: one connection listens to what PostgreSQL says of every
/// move (LISTEN perfgate_runs), for however many wait. What is said while the connection is lost is not repeated, so a single
/// query for all watched runs follows every connect, and is asked every ten seconds besides. The connection is held only while
/// somebody waits.
/// </summary>
public sealed partial class RunWatch(
    NpgsqlDataSource database,
    TimeProvider time,
    ILogger<RunWatch> log,
    IHostApplicationLifetime? host = null
) : IAsyncDisposable
{
    private static readonly TimeSpan FallbackInterval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ReconnectDelay = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, WatchedRun> _watched = [];
    private readonly CancellationTokenSource _stopping = new();
    private Task _loop = Task.CompletedTask;
    private bool _listening;

    internal TimeProvider Time => time;

    internal CancellationToken HostStopping => host?.ApplicationStopping ?? CancellationToken.None;

    /// <summary>Begins to watch a run. One that does not exist never moves.</summary>
    public RunWatching Watch(Guid runId)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_stopping.IsCancellationRequested, this);
            if (!_watched.TryGetValue(runId, out var run))
            {
                _watched.Add(runId, run = new WatchedRun(runId));
            }
            run.Readers++;
            if (!_listening)
            {
                _listening = true;
                _loop = Task.Run(() => ListenAsync(_stopping.Token));
            }
            return new RunWatching(this, run);
        }
    }

    internal void Leave(WatchedRun run)
    {
        lock (_lock)
        {
            if (--run.Readers == 0)
            {
                _watched.Remove(run.Id);
            }
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Task loop;
        lock (_lock)
        {
            _stopping.Cancel();
            loop = _loop;
        }
        await loop;
        _stopping.Dispose();
    }

    private async Task ListenAsync(CancellationToken stopping)
    {
        for (var losses = 0; ; losses++)
        {
            try
            {
                await ListenOnceAsync(stopping);
                return;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception lost)
            {
                // Whatever it was: those who wait would otherwise never hear of anything again.
                if (losses == 0)
                {
                    LogLost(lost);
                }
                if (IsIdle())
                {
                    return;
                }
            }
            try
            {
                await Task.Delay(ReconnectDelay, time, stopping);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    // Returns where nobody watches any more.
    private async Task ListenOnceAsync(CancellationToken stopping)
    {
        await using var connection = await database.OpenConnectionAsync(stopping);
        connection.Notification += (_, said) => Hear(said.Payload);
        await using (var listen = new NpgsqlCommand("LISTEN perfgate_runs", connection))
        {
            await listen.ExecuteNonQueryAsync(stopping);
        }
        while (true)
        {
            await LookAsync(connection, stopping);
            if (IsIdle())
            {
                return;
            }
            var looked = time.GetTimestamp();
            TimeSpan left;
            while ((left = FallbackInterval - time.GetElapsedTime(looked)) > TimeSpan.Zero)
            {
                await connection.WaitAsync(left, stopping);
            }
        }
    }

    private bool IsIdle()
    {
        lock (_lock)
        {
            return !(_listening = _watched.Count > 0);
        }
    }

    private async Task LookAsync(NpgsqlConnection connection, CancellationToken stopping)
    {
        await using var look = new NpgsqlCommand(
            "SELECT id FROM performance_test_runs WHERE id = ANY($1) AND status NOT IN ('queued', 'running')",
            connection
        );
        var watched = Watched();
        if (watched.Length == 0)
        {
            return;
        }
        look.Parameters.AddWithValue(watched.Select(run => run.Id).ToArray());
        var ended = new HashSet<Guid>();
        await using (var row = await look.ExecuteReaderAsync(stopping))
        {
            while (await row.ReadAsync(stopping))
            {
                ended.Add(row.GetGuid(0));
            }
        }
        foreach (var run in watched)
        {
            if (ended.Contains(run.Id))
            {
                run.Ended.TrySetResult();
            }
            run.Move();
        }
    }

    private void Hear(string said)
    {
        var parts = said.Split(' ');
        if (
            parts.Length != 2
            || !Guid.TryParse(parts[0], out var id)
            || !Enum.TryParse<RunStatus>(parts[1], ignoreCase: true, out var status)
        )
        {
            // Anybody may say anything on a channel.
            return;
        }
        foreach (var run in Watched())
        {
            if (run.Id == id && RunStates.IsEnd(status))
            {
                run.Ended.TrySetResult();
            }
            run.Move();
        }
    }

    private WatchedRun[] Watched()
    {
        lock (_lock)
        {
            return [.. _watched.Values];
        }
    }

    [LoggerMessage(LogLevel.Warning, "The connection that listens for moves of runs was lost; it is opened again")]
    private partial void LogLost(Exception lost);
}
