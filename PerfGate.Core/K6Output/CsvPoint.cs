namespace PerfGate.Core.K6Output;

/// <summary>Columns of k6's CSV output that PerfGate reads. Others are skipped; any of these but the first three may be absent.</summary>
internal enum CsvColumn
{
    MetricName,
    Timestamp,
    MetricValue,
    Check,
    Error,
    ErrorCode,
    ExpectedResponse,
    Group,
    Method,
    Name,
    Scenario,
    Status,
}

/// <summary>
/// One sample: a row of k6's <c>--out csv</c>. Its spans point into the reader's buffer and are valid until the next read.
/// </summary>
public readonly ref struct CsvPoint
{
    private readonly ReadOnlySpan<byte> _line;
    private readonly ReadOnlySpan<(int Start, int Length)> _fields;
    private readonly ReadOnlySpan<int> _columns;

    internal CsvPoint(
        ReadOnlySpan<byte> line,
        ReadOnlySpan<(int Start, int Length)> fields,
        ReadOnlySpan<int> columns,
        long second,
        double value
    )
    {
        _line = line;
        _fields = fields;
        _columns = columns;
        Second = second;
        Value = value;
    }

    /// <summary>Unix time of the sample, seconds.</summary>
    public long Second { get; }

    /// <summary>Value: milliseconds for durations, 0 or 1 for rates, otherwise the metric's own unit.</summary>
    public double Value { get; }

    /// <summary>k6's metric name, UTF-8.</summary>
    public ReadOnlySpan<byte> Metric => this[CsvColumn.MetricName];

    /// <summary>Name of the check; empty where the sample is none.</summary>
    public ReadOnlySpan<byte> Check => this[CsvColumn.Check];

    /// <summary>k6's error text; empty where none.</summary>
    public ReadOnlySpan<byte> Error => this[CsvColumn.Error];

    /// <summary>k6's error code; empty where none.</summary>
    public ReadOnlySpan<byte> ErrorCode => this[CsvColumn.ErrorCode];

    /// <summary><c>true</c>, <c>false</c>, or empty.</summary>
    public ReadOnlySpan<byte> ExpectedResponse => this[CsvColumn.ExpectedResponse];

    /// <summary>Group path with leading colons; empty for none.</summary>
    public ReadOnlySpan<byte> Group => this[CsvColumn.Group];

    /// <summary>HTTP method; empty for none.</summary>
    public ReadOnlySpan<byte> Method => this[CsvColumn.Method];

    /// <summary>The <c>name</c> tag: the URL where the script gives none.</summary>
    public ReadOnlySpan<byte> Name => this[CsvColumn.Name];

    /// <summary>Scenario; empty in setup and teardown.</summary>
    public ReadOnlySpan<byte> Scenario => this[CsvColumn.Scenario];

    /// <summary>HTTP status, 0 for no answer; empty for samples of no request.</summary>
    public ReadOnlySpan<byte> Status => this[CsvColumn.Status];

    private ReadOnlySpan<byte> this[CsvColumn column]
    {
        get
        {
            var index = _columns[(int)column];
            if (index < 0)
            {
                return [];
            }
            var (start, length) = _fields[index];
            return _line.Slice(start, length);
        }
    }
}

/// <summary>Why k6's CSV cannot be read on.</summary>
/// <param name="Line">Line number, the header being line 1.</param>
/// <param name="Problem">What is wrong with it.</param>
public sealed record CsvError(long Line, string Problem);
