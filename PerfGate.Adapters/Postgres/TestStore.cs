using System.Globalization;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;
using PerfGate.Core.Schedules;

namespace PerfGate.Adapters.Postgres;

/// <summary>
/// Stored tests in <c>performance_tests</c>. Those that an execute made are kept by <see cref="RunStore"/>; here somebody
/// defines, changes and deletes tests.
/// </summary>
public sealed class TestStore(NpgsqlDataSource database, PerfGateOptions options, TimeProvider time)
{
    /// <summary>Stores a definition.</summary>
    /// <param name="id">Its id, made by the caller.</param>
    /// <param name="definition">What was defined.</param>
    /// <param name="by">Who defined it; null for PerfGate itself.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<StoredTest> InsertAsync(
        Guid id,
        TestDefinition definition,
        Caller? by,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            $"""
            WITH t AS (
              INSERT INTO performance_tests
                (id, name, test_type, environment, configuration, created_at, created_by, schedule, schedule_next_at)
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
              RETURNING *)
            SELECT {StoredTest.Columns} FROM t {LatestRun.Joins}
            """
        );
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue((object?)definition.Name ?? DBNull.Value);
        command.Parameters.AddWithValue(EnumText.Lower(definition.Request.TestType));
        command.Parameters.AddWithValue(EnumText.Lower(definition.Request.Environment));
        RunStore.AddJson(command, definition.Request.Configuration);
        command.Parameters.AddWithValue(time.GetUtcNow());
        command.Parameters.AddWithValue((object?)by?.Name ?? DBNull.Value);
        AddSchedule(command, definition.Schedule);
        return (await ChangeAsync(command, by, AuditActions.DefineTest, cancellation))!;
    }

    /// <summary>A test; null where there is none of that id, or it was deleted.</summary>
    public async Task<StoredTest?> FindAsync(Guid id, CancellationToken cancellation)
    {
        await using var command = CreateFind(database, id);
        return await ReadOneAsync(command, cancellation);
    }

    /// <summary>
    /// Replaces a test's configuration where it still is what the caller saw. A test that an execute made is the caller's
    /// from then on: no execute changes it again.
    /// </summary>
    /// <param name="id">The test.</param>
    /// <param name="configuration">The new configuration.</param>
    /// <param name="versions">Versions that may be replaced; null for any.</param>
    /// <param name="by">Who changes it; null for PerfGate itself.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The changed test; null where there is none of that id and of those versions, and nothing was changed.</returns>
    public async Task<StoredTest?> ReplaceConfigurationAsync(
        Guid id,
        TestConfiguration configuration,
        long[]? versions,
        Caller? by,
        CancellationToken cancellation
    )
    {
        // Of two that come at once the second waits for the first, then looks at the version anew.
        await using var command = new NpgsqlCommand(
            $"""
            WITH t AS (
              UPDATE performance_tests
              SET configuration = $2, fingerprint = NULL, version = version + 1, updated_at = $4, updated_by = $5
              WHERE id = $1 AND deleted_at IS NULL AND ($3::bigint[] IS NULL OR version = ANY($3))
              RETURNING *)
            SELECT {StoredTest.Columns} FROM t {LatestRun.Joins}
            """
        );
        command.Parameters.AddWithValue(id);
        RunStore.AddJson(command, configuration);
        command.Parameters.AddWithValue((object?)versions ?? DBNull.Value);
        command.Parameters.AddWithValue(time.GetUtcNow());
        command.Parameters.AddWithValue((object?)by?.Name ?? DBNull.Value);
        return await ChangeAsync(command, by, AuditActions.ConfigureTest, cancellation);
    }

    /// <summary>Sets a test's schedule, or takes it away, where the test still is what the caller saw.</summary>
    /// <param name="id">The test.</param>
    /// <param name="schedule">The new schedule; null for none.</param>
    /// <param name="versions">Versions that may be changed; null for any.</param>
    /// <param name="by">Who changes it; null for PerfGate itself.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The changed test; null where there is none of that id and of those versions, and nothing was changed.</returns>
    public async Task<StoredTest?> ReplaceScheduleAsync(
        Guid id,
        Schedule? schedule,
        long[]? versions,
        Caller? by,
        CancellationToken cancellation
    )
    {
        // Whoever gives it a schedule wants it as it is: no execute changes it again.
        await using var command = new NpgsqlCommand(
            $"""
            WITH t AS (
              UPDATE performance_tests
              SET schedule = $5, schedule_next_at = $6, fingerprint = NULL, version = version + 1, updated_at = $3, updated_by = $4
              WHERE id = $1 AND deleted_at IS NULL AND ($2::bigint[] IS NULL OR version = ANY($2))
              RETURNING *)
            SELECT {StoredTest.Columns} FROM t {LatestRun.Joins}
            """
        );
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue((object?)versions ?? DBNull.Value);
        command.Parameters.AddWithValue(time.GetUtcNow());
        command.Parameters.AddWithValue((object?)by?.Name ?? DBNull.Value);
        AddSchedule(command, schedule);
        return await ChangeAsync(command, by, AuditActions.ScheduleTest, cancellation);
    }

    /// <summary>Deletes a test that has no run in progress. Past runs of it stay.</summary>
    /// <param name="id">The test.</param>
    /// <param name="versions">Versions that may be deleted; null for any.</param>
    /// <param name="by">Who deletes it; null for PerfGate itself.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<DeleteAnswer> DeleteAsync(Guid id, long[]? versions, Caller? by, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // From here on no run of it can be stored: storing one locks the same row.
        await using var take = new NpgsqlCommand(
            "SELECT version, environment FROM performance_tests WHERE id = $1 AND deleted_at IS NULL FOR UPDATE",
            connection
        );
        take.Parameters.AddWithValue(id);
        long version;
        TargetEnvironment environment;
        await using (var row = await take.ExecuteReaderAsync(cancellation))
        {
            if (!await row.ReadAsync(cancellation))
            {
                return new DeleteAnswer.Unknown();
            }
            (version, environment) = (
                row.GetInt64(0),
                Enum.Parse<TargetEnvironment>(row.GetString(1), ignoreCase: true)
            );
        }
        if (versions is not null && !versions.Contains(version))
        {
            return new DeleteAnswer.Changed(version);
        }
        await using var active = CreateFindActive(connection, id);
        if (await active.ExecuteScalarAsync(cancellation) is Guid runId)
        {
            return new DeleteAnswer.InProgress(runId);
        }
        await using var delete = new NpgsqlCommand(
            """
            UPDATE performance_tests
            SET deleted_at = $2, fingerprint = NULL, version = version + 1, updated_at = $2, updated_by = $3
            WHERE id = $1
            """,
            connection
        );
        delete.Parameters.AddWithValue(id);
        delete.Parameters.AddWithValue(time.GetUtcNow());
        delete.Parameters.AddWithValue((object?)by?.Name ?? DBNull.Value);
        await delete.ExecuteNonQueryAsync(cancellation);
        await AuditLog.AppendAsync(
            connection,
            new AuditEntry(by, AuditActions.DeleteTest, AuditOutcomes.Done)
            {
                Environment = environment,
                Subject = $"{id}",
                Detail = string.Create(CultureInfo.InvariantCulture, $"version {version}"),
            },
            cancellation
        );
        await transaction.CommitAsync(cancellation);
        return new DeleteAnswer.Deleted();
    }

    /// <summary>The query of a single test; a prefix (<c>EXPLAIN</c>) may be put before it.</summary>
    public static NpgsqlCommand CreateFind(NpgsqlDataSource database, Guid id, string prefix = "")
    {
        var command = database.CreateCommand(
            $"""
            {prefix} SELECT {StoredTest.Columns} FROM performance_tests t {LatestRun.Joins}
            WHERE t.id = $1 AND t.deleted_at IS NULL
            """
        );
        command.Parameters.AddWithValue(id);
        return command;
    }

    /// <summary>The query of a run in progress of a test; a prefix (<c>EXPLAIN</c>) may be put before it.</summary>
    public static NpgsqlCommand CreateFindActive(NpgsqlConnection connection, Guid id, string prefix = "")
    {
        var command = new NpgsqlCommand(
            $"{prefix} SELECT id FROM performance_test_runs WHERE test_id = $1 AND status IN ('queued', 'running') LIMIT 1",
            connection
        );
        command.Parameters.AddWithValue(id);
        return command;
    }

    private void AddSchedule(NpgsqlCommand command, Schedule? schedule)
    {
        command.Parameters.Add(
            new NpgsqlParameter
            {
                NpgsqlDbType = NpgsqlDbType.Jsonb,
                Value = schedule is null ? DBNull.Value : JsonSerializer.Serialize(schedule, RunJson.Options),
            }
        );
        command.Parameters.Add(
            new NpgsqlParameter
            {
                NpgsqlDbType = NpgsqlDbType.TimestampTz,
                Value = (object?)schedule?.NextAfter(time.GetUtcNow(), options.NightlyCron) ?? DBNull.Value,
            }
        );
    }

    // The change and its row in the audit trail: both, or neither.
    private async Task<StoredTest?> ChangeAsync(
        NpgsqlCommand command,
        Caller? by,
        string action,
        CancellationToken cancellation
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        command.Connection = connection;
        if (await ReadOneAsync(command, cancellation) is not { } test)
        {
            return null;
        }
        var target = test.Configuration is { } asked ? $" against {asked.BaseUrl}" : "";
        var entry = new AuditEntry(by, action, AuditOutcomes.Done)
        {
            Environment = test.Environment,
            Subject = $"{test.Id}",
            Detail = string.Create(
                CultureInfo.InvariantCulture,
                $"version {test.Version}, {EnumText.Lower(test.TestType)}{target}{(test.Schedule is null ? "" : ", by schedule")}"
            ),
        };
        await AuditLog.AppendAsync(connection, entry, cancellation);
        await transaction.CommitAsync(cancellation);
        return test;
    }

    private static async Task<StoredTest?> ReadOneAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? StoredTest.Read(row) : null;
    }
}

/// <summary>What came of deleting a test.</summary>
public abstract record DeleteAnswer
{
    private DeleteAnswer() { }

    /// <summary>It is gone; its runs stay.</summary>
    public sealed record Deleted : DeleteAnswer;

    /// <summary>There is no such test.</summary>
    public sealed record Unknown : DeleteAnswer;

    /// <summary>It is not what the caller saw.</summary>
    /// <param name="Version">What it is now.</param>
    public sealed record Changed(long Version) : DeleteAnswer;

    /// <summary>A run of it waits or is under load.</summary>
    /// <param name="RunId">That run.</param>
    public sealed record InProgress(Guid RunId) : DeleteAnswer;
}
