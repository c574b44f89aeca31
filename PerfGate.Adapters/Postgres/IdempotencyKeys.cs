using Npgsql;

namespace PerfGate.Adapters.Postgres;

/// <summary>A key by which a sender tells a repeated request from a new one.</summary>
/// <param name="Subject">Whose key it is: others may use the same text for something else.</param>
/// <param name="Key">The text.</param>
/// <param name="BodyHash">SHA-256 of what was sent.</param>
public sealed record IdempotencyKey(string Subject, string Key, byte[] BodyHash);

/// <summary>Which run each key stands for.</summary>
internal static class IdempotencyKeys
{
    /// <summary>How long a key stands for its run.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    // Of the keys that are too old, each request with a key removes so many at most.
    private const int Sweep = 100;

    /// <summary>Makes a key stand for a run, in the connection's transaction; false where it stands for another already.</summary>
    public static async Task<bool> TakeAsync(
        NpgsqlConnection connection,
        IdempotencyKey key,
        Guid runId,
        DateTimeOffset now,
        CancellationToken cancellation
    )
    {
        await using var take = new NpgsqlCommand(
            """
            INSERT INTO performance_idempotency_keys AS known (subject, key, body_hash, run_id, created_at)
            VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (subject, key) DO UPDATE SET
              body_hash = excluded.body_hash, run_id = excluded.run_id, created_at = excluded.created_at
            WHERE known.created_at <= $6
            """,
            connection
        );
        take.Parameters.AddWithValue(key.Subject);
        take.Parameters.AddWithValue(key.Key);
        take.Parameters.AddWithValue(key.BodyHash);
        take.Parameters.AddWithValue(runId);
        take.Parameters.AddWithValue(now);
        take.Parameters.AddWithValue(now - Lifetime);
        if (await take.ExecuteNonQueryAsync(cancellation) == 0)
        {
            return false;
        }
        await using var sweep = new NpgsqlCommand(
            """
            DELETE FROM performance_idempotency_keys WHERE (subject, key) IN (
              SELECT subject, key FROM performance_idempotency_keys WHERE created_at <= $1
              ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED)
            """,
            connection
        );
        sweep.Parameters.AddWithValue(now - Lifetime);
        sweep.Parameters.AddWithValue(Sweep);
        await sweep.ExecuteNonQueryAsync(cancellation);
        return true;
    }

    /// <summary>The run that a key stands for, and what was sent then; null where it stands for none, or no longer.</summary>
    public static async Task<(Guid RunId, byte[] BodyHash)?> FindAsync(
        NpgsqlDataSource database,
        IdempotencyKey key,
        DateTimeOffset now,
        CancellationToken cancellation
    )
    {
        await using var command = database.CreateCommand(
            """
            SELECT k.run_id, k.body_hash
            FROM performance_idempotency_keys k JOIN performance_test_runs r ON r.id = k.run_id
            WHERE k.subject = $1 AND k.key = $2 AND k.created_at > $3
            """
        );
        command.Parameters.AddWithValue(key.Subject);
        command.Parameters.AddWithValue(key.Key);
        command.Parameters.AddWithValue(now - Lifetime);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? (row.GetGuid(0), row.GetFieldValue<byte[]>(1)) : null;
    }
}
