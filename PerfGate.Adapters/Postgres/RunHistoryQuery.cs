using System.Globalization;
using System.Text;
using Npgsql;
using PerfGate.Core.Requests;
using PerfGate.Core.Runs;

namespace PerfGate.Adapters.Postgres;

/// <summary>
/// The SQL of a page of the history. Which index it comes from is said by the query, by ranges over the whole key and an order by
/// all of it, since a planner that believes filters to be spread evenly over time would walk through a million newer runs to the
/// few that a filter lets through. Where no index has just the columns that are filtered for, one that has more is read once for
/// each value of the others: each reads a page at most, and the newest of all are the page. So no run is read to be left out.
/// </summary>
internal sealed class RunHistoryQuery(RunFilter filter)
{
    private const string Least = "'00000000-0000-0000-0000-000000000000'::uuid";

    // Of those that have all columns that are filtered for, and others only that have few values, the one with the fewest others
    // is taken. Each is followed by created_at and id.
    private static readonly HistoryIndex[] Indexes =
    [
        new([]),
        new(["test_type"]),
        new(["environment"]),
        new(["status"]),
        new(["verdict"]),
        new(["test_type", "environment"]),
        new(["environment", "verdict"]),
        new(["environment", "status"]),
        new(["test_type", "environment", "status", "verdict"], KnowsNoValue: true),
        new(["test_id"]),
        new(["test_id", "status", "verdict"], KnowsNoValue: true),
    ];

    // What can stand in a column, an absent value as the empty text.
    private static readonly Dictionary<string, string[]> Values = new()
    {
        ["test_type"] = [.. Enum.GetValues<TestType>().Select(EnumText.Lower), ""],
        ["environment"] = [.. Enum.GetValues<TargetEnvironment>().Select(EnumText.Lower), ""],
        ["status"] = [.. Enum.GetValues<RunStatus>().Select(EnumText.Lower)],
        ["verdict"] = [.. Enum.GetValues<Verdict>().Select(EnumText.Lower), ""],
    };

    private readonly Dictionary<string, string> _filters = [];

    /// <summary>Writes it, and adds its parameters.</summary>
    public string Write(NpgsqlParameterCollection parameters)
    {
        Filter("test_type", filter.TestType is { } type ? EnumText.Lower(type) : null);
        Filter("environment", filter.Environment is { } environment ? EnumText.Lower(environment) : null);
        Filter("status", filter.Status is { } status ? EnumText.Lower(status) : null);
        Filter("verdict", filter.Verdict is { } verdict ? EnumText.Lower(verdict) : null);
        Filter("test_id", filter.TestDefinitionId);
        var ofTest = filter.TestDefinitionId is null ? "" : OfTest();
        var index = Indexes
            .Where(one => _filters.Keys.All(column => one.Columns.Contains(column)))
            .Where(one => one.Columns.All(column => _filters.ContainsKey(column) || Values.ContainsKey(column)))
            .MinBy(one => one.Columns.Length - _filters.Count)!;
        // One more than is shown tells whether there is a next page.
        var limit = Add(filter.Limit + 1);
        var page = Page();
        var others = index.Columns.Where(column => !_filters.ContainsKey(column)).ToArray();
        return others.Length == 0 ? page : OverAll(others, page, limit);

        void Filter(string column, object? value)
        {
            if (value is not null)
            {
                _filters.Add(column, Add(value));
            }
        }

        string Add(object value)
        {
            parameters.Add(new NpgsqlParameter { Value = value });
            return string.Create(CultureInfo.InvariantCulture, $"${parameters.Count}");
        }

        string Page()
        {
            string[] key = [.. index.Columns.Select(index.Expression), "r.created_at", "r.id"];
            var values = string.Concat(index.Columns.Select(column => $"{Value(column)}, "));
            var columns = string.Join(", ", key);
            var order = string.Join(", ", key.Select(column => $"{column} DESC"));
            var text = new StringBuilder($"SELECT {RunHistoryRow.Columns} FROM performance_test_runs r");
            text.Append(
                CultureInfo.InvariantCulture,
                $" WHERE ({columns}) >= ({values}{Time(filter.From, "-infinity")}, {Least})"
            );
            text.Append(CultureInfo.InvariantCulture, $" AND ({columns}) < ({values}{UpperBound()}){ofTest}");
            return text.Append(CultureInfo.InvariantCulture, $" ORDER BY {order} LIMIT {limit}").ToString();
        }

        string UpperBound() =>
            filter.After is { } after && !(after.CreatedAt >= filter.To)
                ? $"{Add(after.CreatedAt)}, {Add(after.Id)}"
                : $"{Time(filter.To, "infinity")}, {Least}";

        string Time(DateTimeOffset? time, string otherwise) => time is { } at ? Add(at) : $"'{otherwise}'::timestamptz";
    }

    private string Value(string column) => _filters.GetValueOrDefault(column, $"other_{column}.value");

    // A test's runs are all of its own type and environment: these are asked of the test, once, not of each run.
    private string OfTest()
    {
        var conditions = new StringBuilder();
        foreach (var column in new[] { "test_type", "environment" })
        {
            if (_filters.Remove(column, out var value))
            {
                conditions.Append(
                    CultureInfo.InvariantCulture,
                    $" AND (SELECT t.{column} FROM performance_tests t WHERE t.id = {_filters["test_id"]}) = {value}"
                );
            }
        }
        return conditions.ToString();
    }

    private static string OverAll(string[] columns, string page, string limit)
    {
        var text = new StringBuilder("SELECT page.* FROM ");
        foreach (var column in columns)
        {
            var rows = string.Join(", ", Values[column].Select(value => $"('{value}')"));
            text.Append(CultureInfo.InvariantCulture, $"(VALUES {rows}) other_{column} (value) CROSS JOIN ");
        }
        text.Append(CultureInfo.InvariantCulture, $"LATERAL ({page}) page");
        return text.Append(CultureInfo.InvariantCulture, $" ORDER BY page.created_at DESC, page.id DESC LIMIT {limit}")
            .ToString();
    }

    /// <param name="Columns">Its columns before created_at and id.</param>
    /// <param name="KnowsNoValue">Whether a column without a value is the empty text in it.</param>
    private sealed record HistoryIndex(string[] Columns, bool KnowsNoValue = false)
    {
        public string Expression(string column) =>
            KnowsNoValue && column is not ("status" or "test_id") ? $"coalesce(r.{column}, '')" : $"r.{column}";
    }
}
