using PerfGate.Core.Metrics;

namespace PerfGate.Core.K6Output;

/// <summary>
/// What k6 reported of one second of one segment. A second may have several records, where samples came late: they are merged
/// by adding (and by taking the greatest of the VU counts).
/// </summary>
public sealed record SecondRecord
{
    /// <summary>Unix time, seconds.</summary>
    public required long Second { get; init; }

    /// <summary>Active VUs; null where k6 said nothing in this second.</summary>
    public int? Vus { get; init; }

    /// <summary>Allocated VUs; null where k6 said nothing in this second.</summary>
    public int? VusMax { get; init; }

    /// <summary>Iterations finished.</summary>
    public long Iterations { get; init; }

    /// <summary>Iterations that could not be started for want of a VU.</summary>
    public long DroppedIterations { get; init; }

    /// <summary>Bytes sent.</summary>
    public double DataSent { get; init; }

    /// <summary>Bytes received.</summary>
    public double DataReceived { get; init; }

    /// <summary>Checks by name.</summary>
    public IReadOnlyList<CheckCount> Checks { get; init; } = [];

    /// <summary>Requests that ended in this second: one entry for each scenario, group and endpoint.</summary>
    public IReadOnlyList<RequestRecord> Requests { get; init; } = [];

    /// <summary>Phases of all requests.</summary>
    public PhaseSketches Phases { get; init; } = PhaseSketches.Empty;

    /// <summary>Failed requests by error code, status and text.</summary>
    public IReadOnlyList<FailureCount> Failures { get; init; } = [];

    /// <summary>Metrics of the script's own making, and those of k6 that have no place above, by name.</summary>
    public IReadOnlyList<CustomRecord> Custom { get; init; } = [];
}

/// <summary>A metric of whatever type: what it is, the samples alone do not tell.</summary>
/// <param name="Name">As k6 writes it.</param>
/// <param name="NotZero">Values other than 0: what a rate counts.</param>
/// <param name="Values">
/// Its values, in the metric's own unit where a duration has milliseconds. Percentiles know values from 0 to 3.6 million.
/// </param>
public sealed record CustomRecord(string Name, long NotZero, DurationSketch Values);

/// <summary>Requests of one scenario, group and endpoint in a second.</summary>
/// <param name="Scenario">Scenario; empty in setup and teardown.</param>
/// <param name="Group">Group path without the leading colons; empty for none.</param>
/// <param name="Endpoint">Method and name tag; URLs without query and user.</param>
/// <param name="Requests">Requests that ended.</param>
/// <param name="Failed">Failed ones.</param>
/// <param name="Answered">Durations where <c>expected_response</c> is true.</param>
/// <param name="Unexpected">Durations of the others: together with the answered ones, all.</param>
public sealed record RequestRecord(
    string Scenario,
    string Group,
    string Endpoint,
    long Requests,
    long Failed,
    DurationSketch Answered,
    DurationSketch Unexpected
);

/// <summary>k6's phases of a request.</summary>
public sealed record PhaseSketches(
    DurationSketch Blocked,
    DurationSketch Connecting,
    DurationSketch TlsHandshaking,
    DurationSketch Sending,
    DurationSketch Waiting,
    DurationSketch Receiving
)
{
    /// <summary>Nothing.</summary>
    public static PhaseSketches Empty { get; } =
        new(
            DurationSketch.Empty,
            DurationSketch.Empty,
            DurationSketch.Empty,
            DurationSketch.Empty,
            DurationSketch.Empty,
            DurationSketch.Empty
        );
}
