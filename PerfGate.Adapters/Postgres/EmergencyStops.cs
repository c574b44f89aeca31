using Npgsql;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;
using PerfGate.Core.Runs;

namespace PerfGate.Adapters.Postgres;

/// <summary>What a stop did.</summary>
/// <param name="Stops">What is in force now.</param>
/// <param name="Cancelled">Runs that waited, and will make no load.</param>
/// <param name="Cancelling">Runs that are under load, and end within seconds.</param>
public sealed record StopAnswer(
    IReadOnlyList<EmergencyStop> Stops,
    IReadOnlyList<Guid> Cancelled,
    IReadOnlyList<Guid> Cancelling
);

/// <summary>Stops every run of an environment and keeps it so until the stop is lifted, for all servers on a database.</summary>
public sealed class EmergencyStops(NpgsqlDataSource database, TimeProvider time)
{
    private const string InForce =
        "SELECT environment, stopped_at, stopped_by, stop_reason FROM performance_environments WHERE stopped_at IS NOT NULL ORDER BY environment DESC";

    /// <summary>What is in force, staging first.</summary>
    public async Task<IReadOnlyList<EmergencyStop>> ListAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await ListAsync(connection, cancellation);
    }

    /// <summary>
    /// Stops; a stop that is in force stays as it is, and its environment's runs are cancelled again.
    /// </summary>
    /// <exception cref="InvalidOperationException">An environment is not stopped afterwards; then nothing was done.</exception>
    public async Task<StopAnswer> StopAsync(
        IReadOnlyCollection<TargetEnvironment> environments,
        Caller by,
        string reason,
        CancellationToken cancellation
    )
    {
        var now = time.GetUtcNow();
        var names = environments.Select(EnumText.Lower).ToArray();
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var stop = new NpgsqlCommand(
            """
            INSERT INTO performance_environments AS known (environment, stopped_at, stopped_by, stop_reason)
            SELECT environment, $2, $3, $4 FROM unnest($1) environment ORDER BY environment
            ON CONFLICT (environment) DO UPDATE SET
              stopped_at = coalesce(known.stopped_at, excluded.stopped_at),
              stopped_by = coalesce(known.stopped_by, excluded.stopped_by),
              stop_reason = coalesce(known.stop_reason, excluded.stop_reason)
            """,
            connection
        );
        stop.Parameters.AddWithValue(names);
        stop.Parameters.AddWithValue(now);
        stop.Parameters.AddWithValue(by.Name ?? AuditEntry.Nobody);
        stop.Parameters.AddWithValue(reason);
        if (await stop.ExecuteNonQueryAsync(cancellation) != names.Length)
        {
            throw new InvalidOperationException($"{string.Join(" and ", names)} could not be stopped.");
        }
        await using var cancel = RunStore.CreateCancel(
            connection,
            "environment = ANY ($1)",
            names,
            new Reason("cancelled", $"An emergency stop cancelled the run while it waited; no load was made: {reason}"),
            now
        );
        var cancelled = new List<Guid>();
        var cancelling = new List<Guid>();
        var results = new List<AuditEntry>();
        await using (var row = await cancel.ExecuteReaderAsync(cancellation))
        {
            while (await row.ReadAsync(cancellation))
            {
                var run = row.GetGuid(3);
                if (row.GetString(0) != "cancelled")
                {
                    cancelling.Add(run);
                    continue;
                }
                cancelled.Add(run);
                results.Add(RunStore.ResultOfCancelled(row.GetString(1), run, "cancelled"));
            }
        }
        var stops = await ListAsync(connection, cancellation);
        var detail = $"{reason}; under load: {Named(cancelling)}; waiting: {Named(cancelled)}";
        await RecordAsync(connection, by, AuditActions.StopAll, environments, detail, cancellation);
        foreach (var result in results)
        {
            await AuditLog.AppendAsync(connection, result, cancellation);
        }
        await transaction.CommitAsync(cancellation);
        return new StopAnswer(stops, cancelled, cancelling);
    }

    /// <summary>Lifts; what is in force after it.</summary>
    public async Task<IReadOnlyList<EmergencyStop>> LiftAsync(
        IReadOnlyCollection<TargetEnvironment> environments,
        Caller by,
        CancellationToken cancellation
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var lift = new NpgsqlCommand(
            """
            UPDATE performance_environments SET stopped_at = NULL, stopped_by = NULL, stop_reason = NULL
            WHERE environment = ANY ($1)
            """,
            connection
        );
        lift.Parameters.AddWithValue(environments.Select(EnumText.Lower).ToArray());
        await lift.ExecuteNonQueryAsync(cancellation);
        var stops = await ListAsync(connection, cancellation);
        await RecordAsync(connection, by, AuditActions.LiftStop, environments, null, cancellation);
        await transaction.CommitAsync(cancellation);
        return stops;
    }

    private static async Task RecordAsync(
        NpgsqlConnection connection,
        Caller by,
        string action,
        IReadOnlyCollection<TargetEnvironment> environments,
        string? detail,
        CancellationToken cancellation
    )
    {
        foreach (var environment in environments)
        {
            var entry = new AuditEntry(by, action, AuditOutcomes.Done) { Environment = environment, Detail = detail };
            await AuditLog.AppendAsync(connection, entry, cancellation);
        }
    }

    private static string Named(List<Guid> runs) => runs.Count == 0 ? "none" : string.Join(", ", runs);

    private static async Task<IReadOnlyList<EmergencyStop>> ListAsync(
        NpgsqlConnection connection,
        CancellationToken cancellation
    )
    {
        await using var list = new NpgsqlCommand(InForce, connection);
        await using var row = await list.ExecuteReaderAsync(cancellation);
        var stops = new List<EmergencyStop>();
        while (await row.ReadAsync(cancellation))
        {
            stops.Add(
                new EmergencyStop(
                    Enum.Parse<TargetEnvironment>(row.GetString(0), ignoreCase: true),
                    row.GetFieldValue<DateTimeOffset>(1),
                    row.GetString(2),
                    row.GetString(3)
                )
            );
        }
        return stops;
    }
}
