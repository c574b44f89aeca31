namespace PerfGate.Core.Metrics;

/// <summary>Everything measured in a run, merged over its segments.</summary>
public sealed record RunMetrics
{
    /// <summary>Measured length of the load, seconds: first to last sample.</summary>
    public required double DurationSeconds { get; init; }

    /// <summary>All requests of the run.</summary>
    public required RequestStats Overall { get; init; }

    /// <summary>By scenario name.</summary>
    public IReadOnlyDictionary<string, RequestStats> ByScenario { get; init; } = new Dictionary<string, RequestStats>();

    /// <summary>By k6 group path without the leading colons (<c>forms::rsvp</c>).</summary>
    public IReadOnlyDictionary<string, RequestStats> ByGroup { get; init; } = new Dictionary<string, RequestStats>();

    /// <summary>By endpoint: method and k6's <c>name</c> tag.</summary>
    public IReadOnlyDictionary<string, RequestStats> ByEndpoint { get; init; } = new Dictionary<string, RequestStats>();

    /// <summary>Failed requests by k6 error code and status, most frequent first.</summary>
    public IReadOnlyList<FailureCount> Failures { get; init; } = [];

    /// <summary>Where the time of requests went.</summary>
    public PhaseStats Phases { get; init; } = new(null, null, null, null, null, null);

    /// <summary>k6 checks by name.</summary>
    public IReadOnlyList<CheckCount> Checks { get; init; } = [];

    /// <summary>Iterations finished.</summary>
    public long Iterations { get; init; }

    /// <summary>Iterations that an arrival-rate scenario could not start for want of a free VU.</summary>
    public long DroppedIterations { get; init; }

    /// <summary>Most VUs active at once.</summary>
    public int MaxVus { get; init; }

    /// <summary>Bytes sent to the target.</summary>
    public double DataSentBytes { get; init; }

    /// <summary>Bytes received from the target.</summary>
    public double DataReceivedBytes { get; init; }

    /// <summary>
    /// One point a second, in order of time; up to 10,000, each for several seconds where there were more. Seconds of which nothing
    /// was reported have none.
    /// </summary>
    public IReadOnlyList<SeriesPoint> Series { get; init; } = [];

    /// <summary>State of the machine that made the load.</summary>
    public LoadGeneratorStats? LoadGenerator { get; init; }

    /// <summary>
    /// Values of k6's own summary by metric and submetric as k6 names them (<c>http_req_duration{scenario:x}</c>), then by
    /// statistic (<c>p(95)</c>, <c>rate</c>, <c>count</c>, ...). Durations in milliseconds. Empty where no summary was written.
    /// </summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> K6Values { get; init; } =
        new Dictionary<string, IReadOnlyDictionary<string, double>>();

    /// <summary>Where the percentiles come from, and how exact they are.</summary>
    public string Source { get; init; } = "";
}

/// <summary>Requests of one kind.</summary>
/// <param name="Requests">Requests that ended, answered or not.</param>
/// <param name="Failed">Those that k6 counts as failed (<c>http_req_failed</c>).</param>
/// <param name="ThroughputRps">Requests a second over the load's length.</param>
/// <param name="All">Durations of all, refused ones at 0 ms included: never judge these alone.</param>
/// <param name="Answered">Durations where <c>expected_response</c> is true; null where there was none.</param>
public sealed record RequestStats(
    long Requests,
    long Failed,
    double ThroughputRps,
    DurationStats? All,
    DurationStats? Answered
)
{
    /// <summary>Failed over all, 0 to 1; 0 where there was no request: look at <see cref="Requests"/> first.</summary>
    public double ErrorRate => Requests == 0 ? 0 : (double)Failed / Requests;
}

/// <summary>A distribution of durations, milliseconds.</summary>
public sealed record DurationStats(
    long Count,
    double Avg,
    double Min,
    double Med,
    double Max,
    double P90,
    double P95,
    double P99
);

/// <summary>k6's phases of a request; each null where nothing was recorded.</summary>
public sealed record PhaseStats(
    DurationStats? Blocked,
    DurationStats? Connecting,
    DurationStats? TlsHandshaking,
    DurationStats? Sending,
    DurationStats? Waiting,
    DurationStats? Receiving
);

/// <summary>How often requests failed in one way.</summary>
/// <param name="ErrorCode">k6's <c>error_code</c>: 1000s network, 1400s and 1500s status; empty where none.</param>
/// <param name="Status">HTTP status, 0 for none.</param>
/// <param name="Error">k6's error text, sanitised.</param>
/// <param name="Count">Requests.</param>
public sealed record FailureCount(string ErrorCode, int Status, string Error, long Count);

/// <summary>One k6 check over the run.</summary>
public sealed record CheckCount(string Name, long Passes, long Fails);

/// <summary>One second of a run, or, in a long one, some seconds.</summary>
/// <param name="Second">The first second: Unix time, seconds.</param>
/// <param name="Vus">Active VUs; of several seconds, the most.</param>
/// <param name="Requests">Requests that ended in them.</param>
/// <param name="Failed">Failed ones.</param>
/// <param name="Dropped">Iterations dropped.</param>
/// <param name="MedMs">Median duration of their answered requests; null where none.</param>
/// <param name="P95Ms">95th percentile; null where none.</param>
/// <param name="P99Ms">99th percentile; null where none.</param>
/// <param name="Seconds">How many seconds it stands for.</param>
/// <param name="Lowest">
/// Of several seconds the lowest figures of one: of a second, or, in a run of which more than 100,000 seconds were reported, of a
/// stretch of 2, 4, 8, ... of them, by the second. Null of one second.
/// </param>
/// <param name="Highest">The highest ones: what would be hidden by the point's own.</param>
public sealed record SeriesPoint(
    long Second,
    int Vus,
    long Requests,
    long Failed,
    long Dropped,
    double? MedMs,
    double? P95Ms,
    double? P99Ms,
    int Seconds = 1,
    SecondFigures? Lowest = null,
    SecondFigures? Highest = null
);

/// <summary>Figures of a second.</summary>
/// <param name="Requests">Requests that ended in it.</param>
/// <param name="Failed">Failed ones.</param>
/// <param name="Dropped">Iterations dropped.</param>
/// <param name="MedMs">Median duration of answered requests; null where none.</param>
/// <param name="P95Ms">95th percentile; null where none.</param>
/// <param name="P99Ms">99th percentile; null where none.</param>
public sealed record SecondFigures(
    double Requests,
    double Failed,
    double Dropped,
    double? MedMs,
    double? P95Ms,
    double? P99Ms
);

/// <summary>How hard the load generator worked: a tired one measures itself.</summary>
/// <param name="Cores">Cores it may use.</param>
/// <param name="MachineCpuAvg">Average share of the machine's CPU in use by anyone, 0 to 1.</param>
/// <param name="MachineCpuMax">Highest ten-second (or shorter, if the run was) mean of it.</param>
/// <param name="EngineCpuAvg">Average share of the machine's CPU used by the load engine, 0 to 1.</param>
/// <param name="EngineCpuMax">Highest ten-second mean of it.</param>
/// <param name="EngineMemoryMaxBytes">Largest resident memory of the engine.</param>
/// <param name="MachineMemoryUsedMax">Highest share of the machine's memory in use, 0 to 1.</param>
/// <param name="TargetIsLocal">Whether the target answered from this very machine, so that its CPU is the target's too.</param>
public sealed record LoadGeneratorStats(
    int Cores,
    double MachineCpuAvg,
    double MachineCpuMax,
    double EngineCpuAvg,
    double EngineCpuMax,
    long EngineMemoryMaxBytes,
    double MachineMemoryUsedMax,
    bool TargetIsLocal
);
