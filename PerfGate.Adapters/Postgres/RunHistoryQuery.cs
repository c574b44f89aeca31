using System.Globalization;
using System.Text;
using Npgsql;
using PerfGate.Core.Requests;
using PerfGate.Core.Runs;

namespace PerfGate.Adapters.Postgres;

/// <summary>
/// The SQL of a page of the history: a range of one index, read backwards, or where none has just the columns that are filtered for,
/// a range for each value of the others, each a page at most; the newest of all are the page. So no run is read to be left out.
/// Which index it is is said by the order (migration 0042), since a planner that believes filters to be spread evenly over time
/// would walk through a million newer runs to the few that a filter lets through.
/// </summary>
internal sealed class RunHistoryQuery(RunFilter filter)
{
    // Of those that have all columns that are filtered for, and others only that have few values, the one with the fewest others
    // is taken. The day is the one that its time counts from.
    private static readonly HistoryIndex[] Indexes =
    [
        new([], null),
        new(["test_type"], 1),
        new(["environment"], 2),
        new(["status"], 3),
        new(["verdict"], 4),
        new(["test_type", "environment"], 5),
        new(["environment", "verdict"], 6),
        new(["environment", "status"], 7),
        new(["test_type", "environment", "status", "verdict"], 8, KnowsNoValue: true),
        new(["test_id", "status", "verdict"], 9, KnowsNoValue: true),
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
            var conditions = index.Columns.Select(column => $"{index.Expression(column)} = {Value(column)}").ToList();
            if (filter.From is { } begin)
            {
                conditions.Add($"{index.Time} >= {index.Since(Add(begin))}");
            }
            if (filter.To is { } end)
            {
                conditions.Add($"{index.Time} < {index.Since(Add(end))}");
            }
            if (filter.After is { } after)
            {
                conditions.Add($"({index.Time}, r.id) < ({index.Since(Add(after.CreatedAt))}, {Add(after.Id)})");
            }
            var where = string.Join(" AND ", conditions.DefaultIfEmpty("TRUE"));
            return $"SELECT {RunHistoryRow.Columns} FROM performance_test_runs r WHERE {where}{ofTest} "
                + $"ORDER BY {index.Time} DESC, r.id DESC LIMIT {limit}";
        }
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

    /// <param name="Columns">Its columns before time and id.</param>
    /// <param name="Day">Of January 2000, from which its time counts; null where it is <c>created_at</c> itself.</param>
    /// <param name="KnowsNoValue">Whether a column without a value is the empty text in it.</param>
    private sealed record HistoryIndex(string[] Columns, int? Day, bool KnowsNoValue = false)
    {
        public string Time => Since("r.created_at");

        public string Since(string time) =>
            Day is { } day
                ? string.Create(CultureInfo.InvariantCulture, $"({time} - timestamptz '2000-01-{day:00} 00:00:00+00')")
                : time;

        public string Expression(string column) =>
            KnowsNoValue && column is not ("status" or "test_id") ? $"coalesce(r.{column}, '')" : $"r.{column}";
    }
}
