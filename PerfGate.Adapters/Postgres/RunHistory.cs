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
/// Past and present runs with their figures. A page is a range of one index, read backwards, or a few ranges of one
/// (<see cref="RunHistoryQuery"/>), whatever is filtered for and however few runs that lets through.
/// </summary>
public sealed class RunHistory(NpgsqlDataSource database)
{
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
        query.CommandText = prefix + new RunHistoryQuery(filter).Write(query.Parameters);
        batch.BatchCommands.Add(query);
        return batch;
    }
}
