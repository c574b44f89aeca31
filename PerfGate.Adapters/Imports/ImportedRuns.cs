using Npgsql;
using PerfGate.Adapters.Postgres;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;
using PerfGate.Core.Runs;

namespace PerfGate.Adapters.Imports;

/// <summary>Stores runs that have ended before they are known.</summary>
public sealed class ImportedRuns(NpgsqlDataSource database)
{
    /// <summary>
    /// Stores a run with its result, at once: nobody sees it in any other state than its last, so that it holds no slot and is
    /// never taken up. A run stored already is left as it is.
    /// </summary>
    /// <param name="result">The run.</param>
    /// <param name="fingerprint">Which runs it may be compared with.</param>
    /// <param name="requestedBy">Who asked; null for PerfGate itself.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task InsertAsync(
        RunResult result,
        string fingerprint,
        Caller? requestedBy,
        CancellationToken cancellation
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
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
        await PerformanceMonitor.RecordAsync(connection, result, cancellation);
        await transaction.CommitAsync(cancellation);
    }
}
