using PerfGate.Core.K6Output;

namespace PerfGate.Core.Metrics;

/// <summary>Everything that the records of all segments come to.</summary>
internal sealed class RecordTotals
{
    private static readonly string[] PhaseNames =
    [
        "http_req_blocked",
        "http_req_connecting",
        "http_req_tls_handshaking",
        "http_req_sending",
        "http_req_waiting",
        "http_req_receiving",
    ];

    private readonly DurationTotal[] _phases = [new(), new(), new(), new(), new(), new()];
    private readonly Dictionary<string, (long Passes, long Fails)> _checks = [];

    public Dictionary<(string Scenario, string Group, string Endpoint), RequestTotal> Requests { get; } = [];

    public Dictionary<(string Code, int Status, string Error), long> Failures { get; } = [];

    public Dictionary<string, CustomTotal> Custom { get; } = [];

    /// <summary>Phases of requests by k6's names of them.</summary>
    public IEnumerable<(string Metric, DurationTotal Durations)> Phases => PhaseNames.Zip(_phases);

    public IEnumerable<CheckCount> Checks =>
        _checks.Select(check => new CheckCount(check.Key, check.Value.Passes, check.Value.Fails));

    public long CheckPasses => _checks.Values.Sum(check => check.Passes);

    public long CheckFails => _checks.Values.Sum(check => check.Fails);

    public long Iterations { get; private set; }

    public long Dropped { get; private set; }

    public double DataSent { get; private set; }

    public double DataReceived { get; private set; }

    /// <summary>Adds a record.</summary>
    /// <exception cref="FormatException">A histogram in it is damaged.</exception>
    public void Add(SecondRecord record)
    {
        Iterations += record.Iterations;
        Dropped += record.DroppedIterations;
        DataSent += record.DataSent;
        DataReceived += record.DataReceived;
        foreach (var request in record.Requests)
        {
            var key = (request.Scenario, request.Group, request.Endpoint);
            if (!Requests.TryGetValue(key, out var total))
            {
                Requests.Add(key, total = new RequestTotal());
            }
            total.Add(request);
        }
        foreach (var check in record.Checks)
        {
            var (passes, fails) = _checks.GetValueOrDefault(check.Name);
            _checks[check.Name] = (passes + check.Passes, fails + check.Fails);
        }
        foreach (var failure in record.Failures)
        {
            var key = (failure.ErrorCode, failure.Status, failure.Error);
            Failures[key] = Failures.GetValueOrDefault(key) + failure.Count;
        }
        foreach (var own in record.Custom)
        {
            if (!Custom.TryGetValue(own.Name, out var total))
            {
                Custom.Add(own.Name, total = new CustomTotal());
            }
            total.Add(own);
        }
        _phases[0].Add(record.Phases.Blocked);
        _phases[1].Add(record.Phases.Connecting);
        _phases[2].Add(record.Phases.TlsHandshaking);
        _phases[3].Add(record.Phases.Sending);
        _phases[4].Add(record.Phases.Waiting);
        _phases[5].Add(record.Phases.Receiving);
    }

    /// <summary>Where the time of requests went.</summary>
    public PhaseStats PhaseStats() =>
        new(
            _phases[0].Stats(),
            _phases[1].Stats(),
            _phases[2].Stats(),
            _phases[3].Stats(),
            _phases[4].Stats(),
            _phases[5].Stats()
        );
}

/// <summary>A metric of the script's own making over all segments.</summary>
internal sealed class CustomTotal
{
    public DurationTotal Values { get; } = new();

    public long NotZero { get; private set; }

    public void Add(CustomRecord record)
    {
        Values.Add(record.Values);
        NotZero += record.NotZero;
    }
}
