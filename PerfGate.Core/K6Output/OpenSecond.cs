using System.Buffers.Text;
using PerfGate.Core.Metrics;

namespace PerfGate.Core.K6Output;

/// <summary>A second whose samples are still coming in.</summary>
internal sealed class OpenSecond(long second, CondenserNames names, Stack<DurationGatherer> pool)
{
    private readonly Dictionary<(string Scenario, string Group, string Endpoint), OpenRequests> _requests = [];
    private readonly Dictionary<string, (long Passes, long Fails)> _checks = [];
    private readonly Dictionary<(string Code, int Status, string Error), long> _failures = [];
    private readonly DurationGatherer?[] _phases = new DurationGatherer?[6];
    private int? _vus;
    private int? _vusMax;
    private double _iterations;
    private double _dropped;
    private double _sent;
    private double _received;
    private bool _touched;

    public void Add(in CsvPoint point)
    {
        var metric = point.Metric;
        if (metric.StartsWith("http_req"u8))
        {
            AddHttp(metric["http_req".Length..], point);
        }
        else if (metric.SequenceEqual("checks"u8))
        {
            var name = names.Checks.Get(point.Check);
            var (passes, fails) = _checks.GetValueOrDefault(name);
            _checks[name] = point.Value != 0 ? (passes + 1, fails) : (passes, fails + 1);
        }
        else if (metric.SequenceEqual("data_sent"u8))
        {
            _sent += point.Value;
        }
        else if (metric.SequenceEqual("data_received"u8))
        {
            _received += point.Value;
        }
        else if (metric.SequenceEqual("iterations"u8))
        {
            _iterations += point.Value;
        }
        else if (metric.SequenceEqual("dropped_iterations"u8))
        {
            _dropped += point.Value;
        }
        else if (metric.SequenceEqual("vus"u8))
        {
            _vus = Math.Max(_vus ?? 0, (int)point.Value);
        }
        else if (metric.SequenceEqual("vus_max"u8))
        {
            _vusMax = Math.Max(_vusMax ?? 0, (int)point.Value);
        }
        else
        {
            return;
        }
        _touched = true;
    }

    /// <summary>The record; null where nothing in this second is condensed.</summary>
    public SecondRecord? Close() =>
        _touched
            ? new SecondRecord
            {
                Second = second,
                Vus = _vus,
                VusMax = _vusMax,
                Iterations = (long)_iterations,
                DroppedIterations = (long)_dropped,
                DataSent = _sent,
                DataReceived = _received,
                Checks = [.. _checks.Select(c => new CheckCount(c.Key, c.Value.Passes, c.Value.Fails))],
                Requests = [.. _requests.Select(r => CloseRequests(r.Key, r.Value))],
                Phases = new PhaseSketches(
                    Take(_phases[0]),
                    Take(_phases[1]),
                    Take(_phases[2]),
                    Take(_phases[3]),
                    Take(_phases[4]),
                    Take(_phases[5])
                ),
                Failures = [.. _failures.Select(f => new FailureCount(f.Key.Code, f.Key.Status, f.Key.Error, f.Value))],
            }
            : null;

    private void AddHttp(ReadOnlySpan<byte> kind, in CsvPoint point)
    {
        if (kind.SequenceEqual("s"u8))
        {
            Requests(point).Count += (long)point.Value;
        }
        else if (kind.SequenceEqual("_duration"u8))
        {
            var requests = Requests(point);
            (IsAnswered(point) ? requests.Answered ??= Rent() : requests.Unexpected ??= Rent()).Add(point.Value);
        }
        else if (kind.SequenceEqual("_failed"u8))
        {
            if (point.Value != 0)
            {
                Requests(point).Failed++;
                AddFailure(point);
            }
        }
        else if (Phase(kind) is var phase and >= 0)
        {
            (_phases[phase] ??= Rent()).Add(point.Value);
        }
    }

    private static int Phase(ReadOnlySpan<byte> kind) =>
        kind.SequenceEqual("_blocked"u8) ? 0
        : kind.SequenceEqual("_connecting"u8) ? 1
        : kind.SequenceEqual("_tls_handshaking"u8) ? 2
        : kind.SequenceEqual("_sending"u8) ? 3
        : kind.SequenceEqual("_waiting"u8) ? 4
        : kind.SequenceEqual("_receiving"u8) ? 5
        : -1;

    /// <summary>As k6 says; where a script has switched that tag off, whatever has no error code.</summary>
    private static bool IsAnswered(in CsvPoint point) =>
        point.ExpectedResponse.IsEmpty ? point.ErrorCode.IsEmpty : point.ExpectedResponse.SequenceEqual("true"u8);

    private OpenRequests Requests(in CsvPoint point)
    {
        var key = (
            names.Scenarios.Get(point.Scenario),
            names.Groups.Get(point.Group),
            names.Endpoint(point.Method, point.Name)
        );
        if (!_requests.TryGetValue(key, out var requests))
        {
            _requests.Add(key, requests = new OpenRequests());
        }
        return requests;
    }

    private void AddFailure(in CsvPoint point)
    {
        _ = Utf8Parser.TryParse(point.Status, out int status, out _);
        var key = (names.ErrorCodes.Get(point.ErrorCode), status, names.Errors.Get(point.Error));
        _failures[key] = _failures.GetValueOrDefault(key) + 1;
    }

    private RequestRecord CloseRequests((string Scenario, string Group, string Endpoint) key, OpenRequests requests) =>
        new(
            key.Scenario,
            key.Group,
            key.Endpoint,
            requests.Count,
            requests.Failed,
            Take(requests.Answered),
            Take(requests.Unexpected)
        );

    private DurationGatherer Rent() => pool.TryPop(out var gatherer) ? gatherer : new DurationGatherer();

    private DurationSketch Take(DurationGatherer? gatherer)
    {
        if (gatherer is null)
        {
            return DurationSketch.Empty;
        }
        var sketch = gatherer.Take();
        pool.Push(gatherer);
        return sketch;
    }

    private sealed class OpenRequests
    {
        public long Count { get; set; }

        public long Failed { get; set; }

        public DurationGatherer? Answered { get; set; }

        public DurationGatherer? Unexpected { get; set; }
    }
}
