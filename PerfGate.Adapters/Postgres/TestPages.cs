using System.Globalization;
using System.Text;
using Npgsql;
using PerfGate.Core.Requests;

namespace PerfGate.Adapters.Postgres;

/// <summary>Which stored tests are wanted; what is null does not count.</summary>
public sealed record TestFilter
{
    /// <summary>Shape of load.</summary>
    public TestType? TestType { get; init; }

    /// <summary>Where it is aimed.</summary>
    public TargetEnvironment? Environment { get; init; }

    /// <summary>Its name, exactly.</summary>
    public string? Name { get; init; }

    /// <summary>The last test of the page before; null at the first.</summary>
    public TestPlace? After { get; init; }

    /// <summary>Most tests of a page, 1 to 200.</summary>
    public int Limit { get; init; } = 50;
}

/// <summary>A test's place among all: when it was stored, and its id among those of the same microsecond.</summary>
public sealed record TestPlace(DateTimeOffset CreatedAt, Guid Id);

/// <summary>A page of stored tests, the newest first.</summary>
/// <param name="Tests">The tests.</param>
/// <param name="Next">Where the next page begins; null where this is the last.</param>
public sealed record TestPage(IReadOnlyList<StoredTest> Tests, TestPlace? Next);

/// <summary>
/// Stored tests a page at a time, each with its latest runs. A page is a range of one index of migration 0006, read backwards,
/// as in <see cref="RunHistory"/>.
/// </summary>
public sealed class TestPages(NpgsqlDataSource database)
{
    // The first whose columns are all filtered for is taken; what it lacks is left out while walking through it.
    private static readonly string[][] Indexes =
    [
        ["name"],
        ["test_type", "environment"],
        ["test_type"],
        ["environment"],
        [],
    ];

    /// <summary>A page of the tests that a filter lets through.</summary>
    public async Task<TestPage> ReadAsync(TestFilter filter, CancellationToken cancellation)
    {
        await using var command = CreateCommand(database, filter);
        var tests = new List<StoredTest>();
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            tests.Add(StoredTest.Read(row));
        }
        if (tests.Count <= filter.Limit)
        {
            return new TestPage(tests, null);
        }
        tests.RemoveAt(filter.Limit);
        return new TestPage(tests, new TestPlace(tests[^1].CreatedAt, tests[^1].Id));
    }

    /// <summary>The query of a page; a prefix (<c>EXPLAIN</c>) may be put before it.</summary>
    public static NpgsqlCommand CreateCommand(NpgsqlDataSource database, TestFilter filter, string prefix = "")
    {
        var command = database.CreateCommand();
        var filters = new Dictionary<string, string>();
        Filter("name", filter.Name);
        Filter("test_type", filter.TestType is { } type ? EnumText.Lower(type) : null);
        Filter("environment", filter.Environment is { } environment ? EnumText.Lower(environment) : null);
        var index = Indexes.First(columns => columns.All(filters.ContainsKey));
        string[] key = [.. index, "created_at", "id"];
        var values = string.Concat(index.Select(column => filters[column] + ", "));
        var upper = filter.After is { } after ? $"{Add(after.CreatedAt)}, {Add(after.Id)}" : $"'infinity', {Least}";

        // Ranges over the whole key and an order by all of it: only this index has both.
        var columns = string.Join(", ", key);
        var text = new StringBuilder(prefix);
        text.Append(CultureInfo.InvariantCulture, $" SELECT {StoredTest.Columns} FROM (");
        text.Append(" SELECT * FROM performance_tests WHERE deleted_at IS NULL");
        text.Append(CultureInfo.InvariantCulture, $" AND ({columns}) >= ({values}'-infinity', {Least})");
        text.Append(CultureInfo.InvariantCulture, $" AND ({columns}) < ({values}{upper})");
        foreach (var (column, value) in filters.Where(one => !index.Contains(one.Key)))
        {
            text.Append(CultureInfo.InvariantCulture, $" AND {column} = {value}");
        }
        // One more than is shown tells whether there is a next page.
        var order = string.Join(", ", key.Select(column => $"{column} DESC"));
        text.Append(CultureInfo.InvariantCulture, $" ORDER BY {order} LIMIT {Add(filter.Limit + 1)}) t ");
        text.Append(LatestRun.Joins);
        // Joined as they come they stay in order, but only an order that is asked for is promised.
        text.Append(" ORDER BY ").AppendJoin(", ", key.Select(column => $"t.{column} DESC"));
        command.CommandText = text.ToString();
        return command;

        void Filter(string column, object? value)
        {
            if (value is not null)
            {
                filters.Add(column, Add(value));
            }
        }

        string Add(object value)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
            return string.Create(CultureInfo.InvariantCulture, $"${command.Parameters.Count}");
        }
    }

    private const string Least = "'00000000-0000-0000-0000-000000000000'::uuid";
}
