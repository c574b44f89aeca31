using System.Diagnostics.CodeAnalysis;
using Npgsql;
using NpgsqlTypes;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;

namespace PerfGate.Adapters.Postgres;

/// <summary>What was to be done could not be recorded, and so was not done.</summary>
[SuppressMessage("Design", "CA1032", Justification = "It always has the database's reason.")]
public sealed class AuditFailedException(Exception why)
    : Exception("It could not be recorded in the audit trail, and was not done.", why);

/// <summary>
/// Writes the audit trail (<c>audit_log</c>). The database itself chains the rows, and refuses to change or delete one.
/// </summary>
public sealed class AuditLog(NpgsqlDataSource database) : IDisposable
{
    // The chain takes one row at a time: more that wait for it in the database would only keep connections from whoever reads.
    private const int AtOnce = 4;

    private readonly SemaphoreSlim _turns = new(AtOnce);

    /// <summary>
    /// Records something in the transaction of its change: either both are there afterwards, or neither. To be called last in a
    /// transaction: from here to its end, everybody else who records something waits.
    /// </summary>
    /// <param name="connection">With the transaction open.</param>
    /// <param name="entry">What was done.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="AuditFailedException">The database refuses the row. The transaction must not be committed.</exception>
    public static async Task AppendAsync(NpgsqlConnection connection, AuditEntry entry, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO audit_log (principal, role, from_address, action, environment, subject, outcome, detail)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """,
            connection
        );
        Add(entry.Principal);
        Add(entry.Role);
        Add(entry.FromAddress);
        Add(entry.Action);
        Add(entry.Environment is { } environment ? EnumText.Lower(environment) : null);
        Add(entry.Subject);
        Add(entry.Outcome);
        Add(entry.Detail);
        try
        {
            await command.ExecuteNonQueryAsync(cancellation);
        }
        catch (PostgresException refused) when (!DatabaseAway.Explains(refused))
        {
            throw new AuditFailedException(refused);
        }

        void Add(string? text) =>
            command.Parameters.Add(
                new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Text, Value = (object?)text ?? DBNull.Value }
            );
    }

    /// <summary>Records something that changes nothing in the database: a refusal, or that something was read.</summary>
    /// <exception cref="AuditFailedException">The database refuses the row.</exception>
    public async Task AppendAsync(AuditEntry entry, CancellationToken cancellation)
    {
        await _turns.WaitAsync(cancellation);
        try
        {
            await using var connection = await database.OpenConnectionAsync(cancellation);
            await AppendAsync(connection, entry, cancellation);
        }
        finally
        {
            _turns.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => _turns.Dispose();
}
