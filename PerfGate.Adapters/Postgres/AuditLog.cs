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
public sealed class AuditLog(NpgsqlDataSource database)
{
    // As many rows as one transaction takes: everybody else who records something waits for its end.
    private const int MostTogether = 200;

    private readonly Lock _lock = new();
    private readonly List<Waiting> _waiting = [];
    private bool _isWriting;

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

    /// <summary>
    /// Records something that changes nothing in the database: a refusal, or that something was read. The chain takes one transaction at
    /// a time, and each waits for the disk: what is recorded meanwhile goes together into the next.
    /// </summary>
    /// <exception cref="AuditFailedException">The database refuses the row.</exception>
    public Task AppendAsync(AuditEntry entry, CancellationToken cancellation)
    {
        var mine = new Waiting(entry, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (_lock)
        {
            _waiting.Add(mine);
            if (!_isWriting)
            {
                _isWriting = true;
                // For all who wait: nothing of it belongs to the trace of whoever came first.
                using var nobodys = ExecutionContext.SuppressFlow();
                _ = Task.Run(WriteWaitingAsync, CancellationToken.None);
            }
        }
        return mine.Written.Task.WaitAsync(cancellation);
    }

    private async Task WriteWaitingAsync()
    {
        while (true)
        {
            List<Waiting> next;
            lock (_lock)
            {
                if (_waiting.Count == 0)
                {
                    _isWriting = false;
                    return;
                }
                next = _waiting[..Math.Min(_waiting.Count, MostTogether)];
                _waiting.RemoveRange(0, next.Count);
            }
            await WriteAsync(next);
        }
    }

    /// <summary>Writes all of them or none, or, where the database refuses one, all but those that it refuses.</summary>
    private async Task WriteAsync(List<Waiting> together)
    {
        try
        {
            await using var connection = await database.OpenConnectionAsync(CancellationToken.None);
            await using var transaction = await connection.BeginTransactionAsync(CancellationToken.None);
            foreach (var each in together)
            {
                await AppendAsync(connection, each.Entry, CancellationToken.None);
            }
            await transaction.CommitAsync(CancellationToken.None);
        }
        catch (AuditFailedException) when (together.Count > 1)
        {
            foreach (var each in together)
            {
                await WriteAsync([each]);
            }
            return;
        }
#pragma warning disable CA1031 // Whoever waits is told.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            together.ForEach(each => each.Written.TrySetException(failure));
            return;
        }
        together.ForEach(each => each.Written.TrySetResult());
    }

    private sealed record Waiting(AuditEntry Entry, TaskCompletionSource Written);
}
