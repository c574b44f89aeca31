using Npgsql;
using NpgsqlTypes;
using PerfGate.Adapters.Telemetry;
using PerfGate.Core.Requests;
using PerfGate.Core.Runs;

namespace PerfGate.Adapters.Postgres;

/// <summary>
/// Takes runs in, where they may be (<see cref="RunAdmission"/>): stores each with the test it belongs to and the key of its
/// request, all or nothing.
/// </summary>
public sealed class RunIntake(NpgsqlDataSource database, RunAdmission admission, TimeProvider time) : IDisposable
{
    // An environment takes runs in one at a time: more that wait for it in the database would only keep connections from whoever
    // reads.
    private const int AtOnce = 8;

    private readonly SemaphoreSlim _turns = new(AtOnce);

    /// <summary>How long a key stands for its run.</summary>
    public static readonly TimeSpan KeyLifetime = IdempotencyKeys.Lifetime;

    private const string OwnTest = """
        INSERT INTO performance_tests AS known
          (test_type, environment, fingerprint, configuration, created_at, created_by)
        VALUES ($2, $3, $4, $5, $9, $8)
        ON CONFLICT (test_type, environment, fingerprint) DO UPDATE SET
          configuration = excluded.configuration,
          version = known.version + (known.configuration IS DISTINCT FROM excluded.configuration)::int,
          updated_at = CASE WHEN known.configuration IS DISTINCT FROM excluded.configuration
            THEN excluded.created_at ELSE known.updated_at END,
          updated_by = CASE WHEN known.configuration IS DISTINCT FROM excluded.configuration
            THEN excluded.created_by ELSE known.updated_by END
        RETURNING id
        """;

    // Locked until the run is stored: a test with a run in progress is not deleted.
    private const string StoredTest =
        "SELECT id FROM performance_tests WHERE id = $12 AND deleted_at IS NULL FOR SHARE";

    /// <summary>What a key stands for, without storing anything; null where for nothing, or nothing any more.</summary>
    public async Task<IntakeAnswer?> FindAsync(IdempotencyKey key, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            SELECT k.run_id, k.body_hash, r.estimated_completion, r.status
            FROM performance_idempotency_keys k JOIN performance_test_runs r ON r.id = k.run_id
            WHERE k.subject = $1 AND k.key = $2 AND k.created_at > $3
            """
        );
        command.Parameters.AddWithValue(key.Subject);
        command.Parameters.AddWithValue(key.Key);
        command.Parameters.AddWithValue(time.GetUtcNow() - KeyLifetime);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        if (!await row.ReadAsync(cancellation))
        {
            return null;
        }
        return key.BodyHash.AsSpan().SequenceEqual(row.GetFieldValue<byte[]>(1))
            ? new IntakeAnswer.Repeated(
                row.GetGuid(0),
                row.GetFieldValue<DateTimeOffset>(2),
                Enum.Parse<RunStatus>(row.GetString(3), ignoreCase: true)
            )
            : new IntakeAnswer.KeyTaken();
    }

    /// <summary>Stores a queued run. A run stored already is left as it is.</summary>
    /// <param name="run">The run.</param>
    /// <param name="key">Key of its request; null for none. Two requests with one key at once make one run.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<IntakeAnswer> StoreAsync(NewRun run, IdempotencyKey? key, CancellationToken cancellation)
    {
        await _turns.WaitAsync(cancellation);
        try
        {
            // Who has started too much is told so before anything is locked, and keeps nobody waiting.
            if (
                key is null
                && await admission.LookAsync(database, run.RequestedBy ?? "", time.GetUtcNow(), cancellation)
                    is { } much
            )
            {
                return much;
            }
            while (true)
            {
                if (await TryStoreAsync(run, key, cancellation) is { } answer)
                {
                    return answer;
                }
                if (await FindAsync(key!, cancellation) is { } known)
                {
                    return known;
                }
                // The key's day ended between the two looks: it is free now.
            }
        }
        finally
        {
            _turns.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => _turns.Dispose();

    // Null where the key stands for a run already.
    private async Task<IntakeAnswer?> TryStoreAsync(NewRun run, IdempotencyKey? key, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var now = time.GetUtcNow();
        if (key is not null && !await IdempotencyKeys.TakeAsync(connection, key, run.Id, now, cancellation))
        {
            return null;
        }
        if (run.TestDefinitionId is { } testId)
        {
            // In the order in which schedules lock: the test, then its environment.
            await using var test = new NpgsqlCommand(
                "SELECT FROM performance_tests WHERE id = $1 FOR SHARE",
                connection
            );
            test.Parameters.AddWithValue(testId);
            await test.ExecuteNonQueryAsync(cancellation);
        }
        if (await admission.RefuseAsync(connection, run, run.RequestedBy ?? "", now, cancellation) is { } refusal)
        {
            return refusal;
        }
        if (!await InsertAsync(connection, run, now, cancellation))
        {
            return new IntakeAnswer.TestGone();
        }
        await transaction.CommitAsync(cancellation);
        return new IntakeAnswer.Stored();
    }

    /// <summary>
    /// Stores a run, and records it where it is new, in the connection's transaction; false where its stored test is not there.
    /// </summary>
    internal static async Task<bool> InsertAsync(
        NpgsqlConnection connection,
        NewRun run,
        DateTimeOffset now,
        CancellationToken cancellation
    )
    {
        await using var insert = CreateInsert(connection, run, now);
        bool isNew;
        await using (var stored = await insert.ExecuteReaderAsync(cancellation))
        {
            if (!await stored.ReadAsync(cancellation))
            {
                return false;
            }
            isNew = stored.GetBoolean(1);
        }
        if (isNew)
        {
            await AuditLog.AppendAsync(connection, run.Audit, cancellation);
        }
        return true;
    }

    /// <summary>
    /// The command that stores a run; it answers the test and whether the run is new, or no row where the run's stored test is not
    /// there.
    /// </summary>
    internal static NpgsqlCommand CreateInsert(NpgsqlConnection connection, NewRun run, DateTimeOffset now)
    {
        var command = new NpgsqlCommand(
            $"""
            WITH test AS ({(run.TestDefinitionId is null ? OwnTest : StoredTest)}), stored AS (
              INSERT INTO performance_test_runs
                (id, test_id, test_type, environment, fingerprint, request, estimated_completion, requested_by,
                 status, created_at, traceparent, vu_minutes)
              SELECT $1, test.id, $2, $3, $4, $6, $7, $8, 'queued', $9, $10, $11 FROM test
              ON CONFLICT (id) DO NOTHING
              RETURNING id)
            SELECT id, EXISTS (SELECT FROM stored) FROM test
            """,
            connection
        );
        command.Parameters.AddWithValue(run.Id);
        command.Parameters.AddWithValue(EnumText.Lower(run.Request.TestType));
        command.Parameters.AddWithValue(EnumText.Lower(run.Request.Environment));
        command.Parameters.AddWithValue(run.Fingerprint);
        RunStore.AddJson(command, run.Request.Configuration);
        RunStore.AddJson(command, run.Request);
        command.Parameters.AddWithValue(run.EstimatedCompletion);
        command.Parameters.AddWithValue((object?)run.RequestedBy ?? DBNull.Value);
        command.Parameters.AddWithValue(now);
        command.Parameters.Add(
            new NpgsqlParameter
            {
                Value = (object?)RunTelemetry.Origin() ?? DBNull.Value,
                NpgsqlDbType = NpgsqlDbType.Text,
            }
        );
        command.Parameters.AddWithValue(run.VuMinutes);
        if (run.TestDefinitionId is { } testId)
        {
            command.Parameters.AddWithValue(testId);
        }
        return command;
    }
}
