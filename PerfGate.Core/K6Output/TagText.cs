namespace PerfGate.Core.K6Output;

/// <summary>The texts of a row that PerfGate looks at, UTF-8, unquoted and unescaped; empty where the row has none.</summary>
internal ref struct TagText
{
    /// <summary>k6's metric name.</summary>
    public ReadOnlySpan<byte> Metric;

    /// <summary>Name of the check.</summary>
    public ReadOnlySpan<byte> Check;

    /// <summary>k6's error text.</summary>
    public ReadOnlySpan<byte> Error;

    /// <summary>k6's error code.</summary>
    public ReadOnlySpan<byte> ErrorCode;

    /// <summary><c>true</c>, <c>false</c>, or empty.</summary>
    public ReadOnlySpan<byte> ExpectedResponse;

    /// <summary>Group path with leading colons.</summary>
    public ReadOnlySpan<byte> Group;

    /// <summary>HTTP method.</summary>
    public ReadOnlySpan<byte> Method;

    /// <summary>The <c>name</c> tag: the URL where the script gives none.</summary>
    public ReadOnlySpan<byte> Name;

    /// <summary>Scenario; empty in setup and teardown.</summary>
    public ReadOnlySpan<byte> Scenario;

    /// <summary>HTTP status, 0 for no answer.</summary>
    public ReadOnlySpan<byte> Status;
}
