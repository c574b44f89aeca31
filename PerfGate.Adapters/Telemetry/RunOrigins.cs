using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace PerfGate.Adapters.Telemetry;

/// <summary>Looks up what is told of runs. Never fails a run: what cannot be looked up is not told.</summary>
internal sealed partial class RunOrigins(NpgsqlDataSource database, ILogger log)
{
    // On Azure another instance may be the one that sees a run's end: what is known here is not kept for ever.
    private const int Most = 1000;

    private readonly ConcurrentDictionary<Guid, RunOrigin> _known = new();

    /// <summary>The run as it was when this process first heard of it.</summary>
    public async Task<RunOrigin> FindAsync(Guid runId, CancellationToken cancellation)
    {
        if (_known.TryGetValue(runId, out var known))
        {
            return known;
        }
        var found = await ReadAsync(runId, cancellation);
        if (found.Status is not null)
        {
            Keep(found);
        }
        return found;
    }

    /// <summary>The run as it is now.</summary>
    public async Task<RunOrigin> ReadAsync(Guid runId, CancellationToken cancellation)
    {
        try
        {
            await using var command = database.CreateCommand(
                """
                SELECT traceparent, test_type, environment, status, created_at, started_at, runner_started_at
                FROM performance_test_runs WHERE id = $1
                """
            );
            command.Parameters.AddWithValue(runId);
            await using var row = await command.ExecuteReaderAsync(cancellation);
            return await row.ReadAsync(cancellation)
                ? new RunOrigin(runId)
                {
                    Traceparent = row.IsDBNull(0) ? null : row.GetString(0),
                    TestType = row.GetString(1),
                    Environment = row.GetString(2),
                    Status = row.GetString(3),
                    CreatedAt = row.GetFieldValue<DateTimeOffset>(4),
                    StartedAt = row.IsDBNull(5) ? null : row.GetFieldValue<DateTimeOffset>(5),
                    RunnerStartedAt = row.IsDBNull(6) ? null : row.GetFieldValue<DateTimeOffset>(6),
                }
                : new RunOrigin(runId);
        }
        catch (Exception unwell) when (unwell is not OperationCanceledException)
        {
            // A step that needs the database says so itself.
            LogUnknown(unwell, runId);
            return new RunOrigin(runId);
        }
    }

    /// <summary>Keeps a newer state.</summary>
    public void Keep(RunOrigin run)
    {
        if (_known.Count >= Most)
        {
            _known.Clear();
        }
        _known[run.Id] = run;
    }

    /// <summary>A run has ended: forget it.</summary>
    public void Forget(Guid runId) => _known.TryRemove(runId, out _);

    [LoggerMessage(LogLevel.Information, "Run {RunId} could not be looked up, so that its spans stand alone")]
    private partial void LogUnknown(Exception unwell, Guid runId);
}
