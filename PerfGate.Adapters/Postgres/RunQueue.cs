using Npgsql;
using PerfGate.Core;
using PerfGate.Core.Requests;

namespace PerfGate.Adapters.Postgres;

/// <summary>Gives out an environment's slots in order of arrival, over all servers. A run holds its slot while it is running.</summary>
public sealed class RunQueue(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>Asks for a slot. A run that holds one is granted it again; one that was cancelled or has ended is withdrawn.</summary>
    public async Task<SlotAnswer> TakeSlotAsync(Guid runId, int slotsPerEnvironment, CancellationToken cancellation)
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
            UPDATE performance_test_runs SET status = 'running', started_at = $3
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
        take.Parameters.AddWithValue((long)slotsPerEnvironment);
        var taken = await take.ExecuteNonQueryAsync(cancellation) == 1;
        await transaction.CommitAsync(cancellation);
        return taken ? SlotAnswer.Granted : SlotAnswer.Waiting;
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
