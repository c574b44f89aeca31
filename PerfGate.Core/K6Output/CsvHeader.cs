using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace PerfGate.Core.K6Output;

/// <summary>Where k6's CSV has what. Columns that PerfGate does not know are passed over.</summary>
internal sealed class CsvHeader
{
    private static readonly string[] Names =
    [
        "metric_name",
        "timestamp",
        "metric_value",
        "check",
        "error",
        "error_code",
        "expected_response",
        "group",
        "method",
        "name",
        "scenario",
        "status",
    ];

    private readonly int[] _columns;

    private CsvHeader(int fields, int[] columns) => (Fields, _columns) = (fields, columns);

    /// <summary>Fields of every row.</summary>
    public int Fields { get; }

    /// <summary>Whether name, time and value come first and in this order, as k6 writes them.</summary>
    public bool HasPlainOrder => _columns is [0, 1, 2, ..];

    private const int LongestName = 100;

    /// <summary>Reads the header's row; false where a column that must be there is not, or one is there twice.</summary>
    public static bool TryRead(
        CsvRow row,
        [NotNullWhen(true)] out CsvHeader? header,
        [NotNullWhen(false)] out string? problem
    )
    {
        (header, problem) = (null, null);
        var columns = new int[Names.Length];
        Array.Fill(columns, -1);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < row.Count; i++)
        {
            var name = Encoding.UTF8.GetString(row[i]);
            if (!seen.Add(name))
            {
                problem = $"the header has column {name[..Math.Min(name.Length, LongestName)]} twice";
                return false;
            }
            var known = Array.IndexOf(Names, name);
            if (known >= 0)
            {
                columns[known] = i;
            }
        }
        for (var required = 0; required < 3; required++)
        {
            if (columns[required] < 0)
            {
                problem = $"the header has no column {Names[required]}";
                return false;
            }
        }
        header = new CsvHeader(row.Count, columns);
        return true;
    }

    public ReadOnlySpan<byte> Time(CsvRow row) => row[_columns[1]];

    public ReadOnlySpan<byte> Value(CsvRow row) => row[_columns[2]];

    public TagText Tags(CsvRow row) =>
        new()
        {
            Metric = row[_columns[0]],
            Check = row[_columns[3]],
            Error = row[_columns[4]],
            ErrorCode = row[_columns[5]],
            ExpectedResponse = row[_columns[6]],
            Group = row[_columns[7]],
            Method = row[_columns[8]],
            Name = row[_columns[9]],
            Scenario = row[_columns[10]],
            Status = row[_columns[11]],
        };
}
