using Npgsql;
using PerfGate.Adapters.Postgres;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;
using PerfGate.Core.Runs;

namespace PerfGate.Adapters.Imports;

/// <summary>
/// The connection was lost while a run was being committed: it may be stored, or not, or be stored a moment later.
/// </summary>
public sealed class CommitUnknownException(Exception inner)
    : Exception("The database did not say whether the run was stored.", inner);

/// <summary>Stores runs that have ended before they are known.</summary>
public sealed class ImportedRuns(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>
    /// Stores a run with its result, and in the accepted past where it passed, at once: nobody sees it in any other state than its last, so that it holds no slot and is
    /// never taken up. A run stored already is left as it is.
    /// </summary>
    /// <param name="result">The run.</param>
    /// <param name="fingerprint">Which runs it may be compared with.</param>
    /// <param name="requestedBy">Who asked; null for PerfGate itself.</param>
    /// <param name="key">Key of the request; null for none. Two requests with one key at once store one run.</param>
    /// <param name="cancellation">Stops it; not any more once it is being committed.</param>
    /// <returns>False where the key stands for another run already; nothing was stored then.</returns>
    /// <exception cref="CommitUnknownException">Nobody said whether it was stored.</exception>
    public async Task<bool> InsertAsync(
        RunResult result,
        string fingerprint,
        Caller? requestedBy,
        IdempotencyKey? key,
        CancellationToken cancellation
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (
            key is not null
            && !await IdempotencyKeys.TakeAsync(connection, key, result.RunId, time.GetUtcNow(), cancellation)
        )
        {
            return false;
        }
        // It belongs to no stored test: what made its load is not here to be run again.
        await using var insert = new NpgsqlCommand(
            """
            INSERT INTO performance_test_runs
              (id, test_type, environment, fingerprint, request, requested_by, status, created_at, started_at,
               concurrent_users, duration_seconds)
            VALUES ($1, $2, $3, $4, $5, $6, 'running', $7, $8, $9, $10)
            ON CONFLICT (id) DO NOTHING
            """,
            connection,
            transaction
        );
        insert.Parameters.AddWithValue(result.RunId);
        insert.Parameters.AddWithValue(EnumText.Lower(result.Request.TestType));
        insert.Parameters.AddWithValue(EnumText.Lower(result.Request.Environment));
        insert.Parameters.AddWithValue(fingerprint);
        RunStore.AddJson(insert, result.Request);
        insert.Parameters.AddWithValue((object?)requestedBy?.Name ?? DBNull.Value);
        insert.Parameters.AddWithValue(result.CreatedAt);
        insert.Parameters.AddWithValue(result.StartedAt ?? result.CreatedAt);
        insert.Parameters.AddWithValue(result.Metrics?.MaxVus ?? 0);
        insert.Parameters.AddWithValue((int)Math.Min(result.Metrics?.DurationSeconds ?? 0, int.MaxValue));
        if (await insert.ExecuteNonQueryAsync(cancellation) == 1)
        {
            var entry = new AuditEntry(requestedBy, AuditActions.Import, AuditOutcomes.Done)
            {
                Environment = result.Request.Environment,
                Subject = $"{result.RunId}",
            };
            await AuditLog.AppendAsync(connection, entry, cancellation);
        }
        await PerformanceMonitor.RecordAsync(connection, result, time.GetUtcNow(), cancellation);
        try
        {
            await transaction.CommitAsync(CancellationToken.None);
        }
        catch (Exception lost)
        {
            throw new CommitUnknownException(lost);
        }
        return true;
    }

    /// <summary>The run that a key stands for, and what was sent with it then; null where it stands for none.</summary>
    public Task<(Guid RunId, byte[] BodyHash)?> FindAsync(IdempotencyKey key, CancellationToken cancellation) =>
        IdempotencyKeys.FindAsync(database, key, time.GetUtcNow(), cancellation);

    /// <summary>Which database the runs are stored in, as its own artifacts say it.</summary>
    internal Task<string> DatabaseAsync(CancellationToken cancellation) =>
        DatabaseIdentity.OfAsync(database, cancellation);

    /// <summary>Whether a run is stored.</summary>
    public async Task<bool> IsStoredAsync(Guid runId, CancellationToken cancellation)
    {
        await using var look = database.CreateCommand("SELECT FROM performance_test_runs WHERE id = $1");
        look.Parameters.AddWithValue(runId);
        await using var row = await look.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation);
    }
}
