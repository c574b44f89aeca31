using Npgsql;
using PerfGate.Core;
using PerfGate.Core.Requests;

namespace PerfGate.Adapters.Postgres;

/// <summary>Gives out an environment's slots in order of arrival, over all servers. A run holds its slot while it is running.</summary>
public sealed class RunQueue(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>Asks for a slot. A run that holds one is granted it again; one that was cancelled or has ended is withdrawn.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="slotsPerEnvironment">Slots of its environment, whichever that is.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<SlotAnswer> TakeSlotAsync(Guid runId, int slotsPerEnvironment, CancellationToken cancellation) =>
        TakeSlotAsync(runId, _ => slotsPerEnvironment, cancellation);

    /// <summary>The same where environments have different numbers of slots.</summary>
    public async Task<SlotAnswer> TakeSlotAsync(
        Guid runId,
        Func<TargetEnvironment, int> slotsOf,
        CancellationToken cancellation
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var (environment, status) = await FindAsync(connection, runId, cancellation);
        switch (status)
        {
            case "running":
                return SlotAnswer.Granted;
            case not "queued":
                return SlotAnswer.Withdrawn;
        }

        // Whoever decides over an environment's slots does so alone; the lock ends with the transaction.
        await using (var alone = new NpgsqlCommand("SELECT pg_advisory_xact_lock(hashtext($1))", connection))
        {
            alone.Parameters.AddWithValue($"perfgate-slots-{environment}");
            await alone.ExecuteNonQueryAsync(cancellation);
        }
        await using var take = new NpgsqlCommand(
            """
            UPDATE performance_test_runs SET status = 'running', started_at = GREATEST($3, created_at),
              slot_taken_at = clock_timestamp()
            WHERE id = $1 AND status = 'queued'
              -- Free slots go to the first in the line: fewer must be ahead than are free.
              AND (SELECT count(*) FROM performance_test_runs ahead
                   WHERE ahead.environment = $2 AND ahead.status = 'queued'
                     AND ahead.queue_ticket < performance_test_runs.queue_ticket)
                < $4 - (SELECT count(*) FROM performance_test_runs busy
                   WHERE busy.environment = $2 AND busy.status = 'running')
            """,
            connection
        );
        take.Parameters.AddWithValue(runId);
        take.Parameters.AddWithValue(environment);
        take.Parameters.AddWithValue(time.GetUtcNow());
        take.Parameters.AddWithValue((long)slotsOf(Enum.Parse<TargetEnvironment>(environment, ignoreCase: true)));
        var taken = await take.ExecuteNonQueryAsync(cancellation) == 1;
        await transaction.CommitAsync(cancellation);
        return taken ? SlotAnswer.Granted : SlotAnswer.Waiting;
    }

    /// <summary>
    /// Whether a worker should take the run up now: it is running, or among the first of its environment's line. The rest of
    /// the line would only hold workers while it waits.
    /// </summary>
    /// <param name="runId">The run.</param>
    /// <param name="front">How many of a line are worth a worker, at least 1.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<bool> IsDueAsync(Guid runId, int front, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            SELECT EXISTS (SELECT FROM performance_test_runs r WHERE r.id = $1 AND (r.status = 'running' OR (
              r.status = 'queued' AND (
                SELECT count(*) FROM performance_test_runs ahead
                WHERE ahead.environment = r.environment AND ahead.status = 'queued'
                  AND ahead.queue_ticket < r.queue_ticket) < $2)))
            """
        );
        command.Parameters.AddWithValue(runId);
        command.Parameters.AddWithValue((long)front);
        return await command.ExecuteScalarAsync(cancellation) is true;
    }

    /// <summary>Runs that are due (<see cref="IsDueAsync"/>) and that no worker of any server holds, the first to arrive first.</summary>
    public async Task<IReadOnlyList<Guid>> ListOrphansAsync(int front, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            SELECT id FROM (
              SELECT id, status, queue_ticket,
                     row_number() OVER (PARTITION BY environment, status ORDER BY queue_ticket) AS place
              FROM performance_test_runs WHERE status IN ('queued', 'running') AND request IS NOT NULL) line
            WHERE status = 'running' OR place <= $1
            ORDER BY queue_ticket
            """
        );
        command.Parameters.AddWithValue((long)front);
        var due = await ReadAsync(command, rows => rows.GetGuid(0), cancellation);
        if (due.Count == 0)
        {
            return due;
        }
        await using var locks = database.CreateCommand(
            """
            SELECT (classid::bigint << 32) | objid::bigint FROM pg_locks
            WHERE locktype = 'advisory' AND objsubid = 1 AND granted
              AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """
        );
        var held = (await ReadAsync(locks, rows => rows.GetInt64(0), cancellation)).ToHashSet();
        return [.. due.Where(run => !held.Contains(HoldKey(run)))];
    }

    /// <summary>Key of the advisory lock by which a worker holds a run.</summary>
    public static long HoldKey(Guid runId) => BitConverter.ToInt64(runId.ToByteArray(), 8);

    private static async Task<List<T>> ReadAsync<T>(
        NpgsqlCommand command,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellation
    )
    {
        var values = new List<T>();
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        while (await rows.ReadAsync(cancellation))
        {
            values.Add(read(rows));
        }
        return values;
    }

    private static async Task<(string Environment, string Status)> FindAsync(
        NpgsqlConnection connection,
        Guid runId,
        CancellationToken cancellation
    )
    {
        await using var find = new NpgsqlCommand(
            "SELECT environment, status FROM performance_test_runs WHERE id = $1",
            connection
        );
        find.Parameters.AddWithValue(runId);
        await using var row = await find.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation)
            ? (row.GetString(0), row.GetString(1))
            : (EnumText.Lower(TargetEnvironment.Staging), "unknown");
    }
}
