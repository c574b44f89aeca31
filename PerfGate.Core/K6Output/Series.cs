namespace PerfGate.Core.K6Output;

/// <summary>What PerfGate makes of a metric's samples. The phases come in the order of <see cref="PhaseSketches"/>.</summary>
internal enum SampleKind
{
    Blocked,
    Connecting,
    TlsHandshaking,
    Sending,
    Waiting,
    Receiving,
    Requests,
    Duration,
    Failed,
    Checks,
    DataSent,
    DataReceived,
    Iterations,
    Dropped,
    Vus,
    VusMax,

    /// <summary>A metric of the script's own making, or one of k6 that is not condensed by a name of its own.</summary>
    Custom,

    /// <summary>One more metric of the script's own making than are condensed.</summary>
    Ignored,
}

/// <summary>
/// A metric with one set of tags: what a row says beside time and value. Made once for every distinct text of the tags, so
/// that a further row of the same series costs no look at them. Carries what it adds to in the second that is open.
/// </summary>
internal sealed class Series
{
    public SampleKind Kind { get; set; }

    /// <summary>Scenario, group and endpoint; null where the kind needs none.</summary>
    public RequestKey? Request { get; set; }

    /// <summary>Whether the answer was expected: k6's <c>expected_response</c>.</summary>
    public bool Answered { get; set; }

    /// <summary>Name of the check, or of the metric of the script's own making.</summary>
    public string Name { get; set; } = "";

    public FailureKey? Failure { get; set; }

    /// <summary>The second whose parts the following are; anything else is out of date.</summary>
    public OpenSecond? Bound { get; set; }

    public OpenRequests? Requests { get; set; }

    public DurationGatherer? Durations { get; set; }

    public OpenCustom? Custom { get; set; }

    public OpenCheck? Check { get; set; }
}

/// <summary>One sample.</summary>
/// <param name="Series">Valid until the next sample is read.</param>
/// <param name="Second">Unix time, seconds.</param>
/// <param name="Value">Milliseconds for durations, 0 or 1 for rates, otherwise the metric's own unit.</param>
internal readonly record struct Sample(Series Series, long Second, double Value);

/// <summary>What requests are told apart by. One object for each, so that it is found by reference.</summary>
internal sealed class RequestKey(string scenario, string group, string endpoint)
{
    public string Scenario => scenario;

    public string Group => group;

    public string Endpoint => endpoint;
}

/// <summary>A way in which requests fail. One object for each.</summary>
internal sealed class FailureKey(string code, int status, string error)
{
    public string Code => code;

    public int Status => status;

    public string Error => error;
}
