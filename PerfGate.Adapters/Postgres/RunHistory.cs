using System.Globalization;
using System.Text;
using Npgsql;
using PerfGate.Core.Requests;
using PerfGate.Core.Runs;

namespace PerfGate.Adapters.Postgres;

/// <summary>Which runs of the history are wanted; what is null does not count.</summary>
public sealed record RunFilter
{
    /// <summary>Shape of load.</summary>
    public TestType? TestType { get; init; }

    /// <summary>Where it was aimed.</summary>
    public TargetEnvironment? Environment { get; init; }

    /// <summary>Where it stands.</summary>
    public RunStatus? Status { get; init; }

    /// <summary>What came of it.</summary>
    public Verdict? Verdict { get; init; }

    /// <summary>The stored test it belongs to.</summary>
    public Guid? TestDefinitionId { get; init; }

    /// <summary>Accepted at this time or later, UTC.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Accepted before this time, UTC.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>The last run of the page before; null at the first.</summary>
    public RunPlace? After { get; init; }

    /// <summary>Most runs of a page, 1 to 200.</summary>
    public int Limit { get; init; } = 50;
}

/// <summary>A run's place in the history: when it was accepted, and its id among those of the same microsecond.</summary>
public sealed record RunPlace(DateTimeOffset CreatedAt, Guid Id);

/// <summary>A page of the history, the newest first.</summary>
/// <param name="Runs">The runs.</param>
/// <param name="Next">Where the next page begins; null where this is the last.</param>
public sealed record RunPage(IReadOnlyList<RunHistoryRow> Runs, RunPlace? Next);

/// <summary>
/// Past and present runs with their figures. A page is a range of one index of migration 0011, read backwards: which index
/// that is is said by the query, since a planner that believes filters to be spread evenly over time would walk through a
/// million newer runs to the few that a filter lets through.
/// </summary>
public sealed class RunHistory(NpgsqlDataSource database)
{
    // The first whose columns are all filtered for is taken; what it lacks is left out while walking through it.
    private static readonly string[][] Indexes =
    [
        ["test_id"],
        ["environment", "verdict"],
        ["environment", "status"],
        ["test_type", "environment"],
        ["verdict"],
        ["status"],
        ["test_type"],
        ["environment"],
        [],
    ];

    /// <summary>A page of the runs that a filter lets through.</summary>
    public async Task<RunPage> ReadAsync(RunFilter filter, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var batch = CreateBatch(connection, filter);
        var runs = new List<RunHistoryRow>();
        await using var row = await batch.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            runs.Add(RunHistoryRow.Read(row));
        }
        if (runs.Count <= filter.Limit)
        {
            return new RunPage(runs, null);
        }
        runs.RemoveAt(filter.Limit);
        return new RunPage(runs, new RunPlace(runs[^1].CreatedAt, runs[^1].TestId));
    }

    /// <summary>The query of a page, for a transaction of its own; a prefix (<c>EXPLAIN</c>) may be put before it.</summary>
    public static NpgsqlBatch CreateBatch(NpgsqlConnection connection, RunFilter filter, string prefix = "")
    {
        var batch = new NpgsqlBatch(connection);
        // Else the index on created_at alone looks as good, with runs of the same instant sorted: after a bulk load all are.
        batch.BatchCommands.Add(new NpgsqlBatchCommand("SET LOCAL enable_incremental_sort = off"));
        var query = new NpgsqlBatchCommand();
        query.CommandText = prefix + Write(query.Parameters, filter);
        batch.BatchCommands.Add(query);
        return batch;
    }

    private static string Write(NpgsqlParameterCollection parameters, RunFilter filter)
    {
        var filters = new Dictionary<string, string>();
        Filter("test_type", filter.TestType is { } type ? EnumText.Lower(type) : null);
        Filter("environment", filter.Environment is { } environment ? EnumText.Lower(environment) : null);
        Filter("status", filter.Status is { } status ? EnumText.Lower(status) : null);
        Filter("verdict", filter.Verdict is { } verdict ? EnumText.Lower(verdict) : null);
        Filter("test_id", filter.TestDefinitionId);
        var index = Indexes.First(columns => columns.All(filters.ContainsKey));
        string[] key = [.. index, "created_at", "id"];
        var values = string.Concat(index.Select(column => filters[column] + ", "));

        // Ranges over the whole key and an order by all of it: only this index has both.
        var columns = string.Join(", ", key.Select(column => $"r.{column}"));
        var text = new StringBuilder($"SELECT {RunHistoryRow.Columns} FROM performance_test_runs r WHERE ");
        text.Append(
            CultureInfo.InvariantCulture,
            $"({columns}) >= ({values}{Time(filter.From, "-infinity")}, {Least})"
        );
        text.Append(CultureInfo.InvariantCulture, $" AND ({columns}) < ({values}{UpperBound()})");
        foreach (var (column, value) in filters.Where(one => !index.Contains(one.Key)))
        {
            text.Append(CultureInfo.InvariantCulture, $" AND r.{column} = {value}");
        }
        text.Append(" ORDER BY ").AppendJoin(", ", key.Select(column => $"r.{column} DESC"));
        // One more than is shown tells whether there is a next page.
        return text.Append(" LIMIT ").Append(Add(filter.Limit + 1)).ToString();

        void Filter(string column, object? value)
        {
            if (value is not null)
            {
                filters.Add(column, Add(value));
            }
        }

        string UpperBound() =>
            filter.After is { } after && !(after.CreatedAt >= filter.To)
                ? $"{Add(after.CreatedAt)}, {Add(after.Id)}"
                : $"{Time(filter.To, "infinity")}, {Least}";

        string Time(DateTimeOffset? time, string otherwise) => time is { } at ? Add(at) : $"'{otherwise}'::timestamptz";

        string Add(object value)
        {
            parameters.Add(new NpgsqlParameter { Value = value });
            return string.Create(CultureInfo.InvariantCulture, $"${parameters.Count}");
        }
    }

    private const string Least = "'00000000-0000-0000-0000-000000000000'::uuid";
}
