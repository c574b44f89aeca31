using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Npgsql;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;

namespace PerfGate.Adapters.Postgres;

/// <summary>Which rows of the audit trail are wanted; null for any.</summary>
public sealed record AuditFilter
{
    /// <summary>Who.</summary>
    public string? Principal { get; init; }

    /// <summary>What was done.</summary>
    public string? Action { get; init; }

    /// <summary>Id of the run, test or baseline.</summary>
    public string? Subject { get; init; }

    /// <summary>On which environment.</summary>
    public TargetEnvironment? Environment { get; init; }

    /// <summary>Not before.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Before.</summary>
    public DateTimeOffset? To { get; init; }
}

/// <summary>Reads the audit trail.</summary>
public sealed class AuditPages(NpgsqlDataSource database)
{
    private const int Batch = 1000;

    // The time as the text that was hashed; whatever somebody has put there can be read.
    private const string Columns = """
        id, coalesce(to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), at::text), principal, role, from_address,
        action, environment, subject, outcome, detail, encode(previous_hash, 'hex'), encode(hash, 'hex')
        """;

    /// <summary>A page, the newest first.</summary>
    /// <param name="filter">Which rows.</param>
    /// <param name="before">Only rows before this place; null from the newest.</param>
    /// <param name="limit">How many.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The rows, and the place before which the next page begins; null at the last.</returns>
    public async Task<(IReadOnlyList<AuditRow> Rows, long? Next)> ReadAsync(
        AuditFilter filter,
        long? before,
        int limit,
        CancellationToken cancellation
    )
    {
        await using var command = database.CreateCommand();
        Fill(command, filter, before is { } place ? ("id <", place) : null, "DESC", limit + 1);
        var rows = new List<AuditRow>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add(Read(reader));
        }
        return rows.Count <= limit ? (rows, null) : (rows[..limit], rows[limit - 1].Id);
    }

    /// <summary>Every row, the oldest first. No connection is held while the rows are used.</summary>
    public async IAsyncEnumerable<AuditRow> StreamAsync(
        AuditFilter filter,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        // Also what somebody has put before the first.
        var last = long.MinValue;
        List<AuditRow> rows;
        do
        {
            rows = [];
            await using (var command = database.CreateCommand())
            {
                Fill(command, filter, ("id >", last), "ASC", Batch);
                await using var reader = await command.ExecuteReaderAsync(cancellation);
                while (await reader.ReadAsync(cancellation))
                {
                    rows.Add(Read(reader));
                }
            }
            foreach (var row in rows)
            {
                yield return row;
                last = row.Id;
            }
        } while (rows.Count == Batch);
    }

    private static void Fill(
        NpgsqlCommand command,
        AuditFilter filter,
        (string Than, long Place)? side,
        string direction,
        int limit
    )
    {
        var text = new StringBuilder($"SELECT {Columns} FROM audit_log WHERE TRUE");
        Add("principal =", filter.Principal);
        Add("action =", filter.Action);
        Add("subject =", filter.Subject);
        Add("environment =", filter.Environment is { } environment ? EnumText.Lower(environment) : null);
        Add("at >=", filter.From);
        Add("at <", filter.To);
        Add(side?.Than, side?.Place);
        text.Append(CultureInfo.InvariantCulture, $" ORDER BY id {direction} LIMIT {limit}");
        command.CommandText = text.ToString();

        void Add(string? condition, object? value)
        {
            if (value is not null)
            {
                command.Parameters.Add(new NpgsqlParameter { Value = value });
                text.Append(CultureInfo.InvariantCulture, $" AND {condition} ${command.Parameters.Count}");
            }
        }
    }

    private static AuditRow Read(NpgsqlDataReader row) =>
        new()
        {
            Id = row.GetInt64(0),
            At = row.GetString(1),
            Principal = row.GetString(2),
            Role = Text(row, 3),
            FromAddress = Text(row, 4),
            Action = row.GetString(5),
            Environment = Text(row, 6),
            Subject = Text(row, 7),
            Outcome = row.GetString(8),
            Detail = Text(row, 9),
            PreviousHash = row.GetString(10),
            Hash = row.GetString(11),
        };

    private static string? Text(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetString(column);
}
