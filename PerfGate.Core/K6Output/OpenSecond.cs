using PerfGate.Core.Metrics;

namespace PerfGate.Core.K6Output;

/// <summary>A second whose samples are still coming in.</summary>
internal sealed class OpenSecond(long second, Stack<DurationGatherer> pool)
{
    private readonly Dictionary<RequestKey, OpenRequests> _requests = [];
    private readonly Dictionary<string, OpenCheck> _checks = [];
    private readonly Dictionary<FailureKey, long> _failures = [];
    private readonly Dictionary<string, OpenCustom> _custom = [];
    private readonly DurationGatherer?[] _phases = new DurationGatherer?[6];
    private int? _vus;
    private int? _vusMax;
    private double _iterations;
    private double _dropped;
    private double _sent;
    private double _received;
    private bool _touched;

    /// <summary>Unix time, seconds.</summary>
    public long Second => second;

    public void Add(Series series, double value)
    {
        if (!ReferenceEquals(series.Bound, this))
        {
            Bind(series);
        }
        if (series.Kind <= SampleKind.Receiving)
        {
            series.Durations!.Add(value);
            return;
        }
        switch (series.Kind)
        {
            case SampleKind.Duration:
                series.Durations!.Add(value);
                break;
            case SampleKind.Requests:
                series.Requests!.Count += (long)value;
                break;
            case SampleKind.Failed:
                if (value != 0)
                {
                    Fail(series);
                }
                break;
            case SampleKind.Custom:
                series.Custom!.Add(value);
                break;
            case SampleKind.Checks:
                series.Check!.Add(value);
                break;
            case SampleKind.DataSent:
                _sent += value;
                break;
            case SampleKind.DataReceived:
                _received += value;
                break;
            case SampleKind.Iterations:
                _iterations += value;
                break;
            case SampleKind.Dropped:
                _dropped += value;
                break;
            case SampleKind.Vus:
                _vus = Math.Max(_vus ?? 0, (int)value);
                break;
            case SampleKind.VusMax:
                _vusMax = Math.Max(_vusMax ?? 0, (int)value);
                break;
        }
    }

    /// <summary>The record; null where nothing in this second is condensed. What was lent is given back: the second is over.</summary>
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
                Custom = [.. _custom.Select(c => new CustomRecord(c.Key, c.Value.NotZero, Take(c.Value.Values)))],
            }
            : null;

    /// <summary>Finds the parts of this second that the series adds to.</summary>
    private void Bind(Series series)
    {
        series.Bound = this;
        switch (series.Kind)
        {
            case <= SampleKind.Receiving:
                series.Durations = _phases[(int)series.Kind] ??= Rent();
                break;
            case SampleKind.Duration:
                var requests = Requests(series.Request!);
                series.Durations = series.Answered ? requests.Answered ??= Rent() : requests.Unexpected ??= Rent();
                break;
            case SampleKind.Requests:
                series.Requests = Requests(series.Request!);
                break;
            case SampleKind.Checks:
                if (!_checks.TryGetValue(series.Name, out var check))
                {
                    _checks.Add(series.Name, check = new OpenCheck());
                }
                series.Check = check;
                break;
            case SampleKind.Custom:
                if (!_custom.TryGetValue(series.Name, out var custom))
                {
                    _custom.Add(series.Name, custom = new OpenCustom(Rent()));
                }
                series.Custom = custom;
                break;
            case SampleKind.Ignored:
                return;
        }
        _touched = true;
    }

    private OpenRequests Requests(RequestKey key)
    {
        if (!_requests.TryGetValue(key, out var requests))
        {
            _requests.Add(key, requests = new OpenRequests());
        }
        return requests;
    }

    private void Fail(Series series)
    {
        Requests(series.Request!).Failed++;
        var key = series.Failure!;
        _failures[key] = _failures.GetValueOrDefault(key) + 1;
    }

    private RequestRecord CloseRequests(RequestKey key, OpenRequests requests) =>
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
}

/// <summary>Requests of one key in an open second.</summary>
internal sealed class OpenRequests
{
    public long Count { get; set; }

    public long Failed { get; set; }

    public DurationGatherer? Answered { get; set; }

    public DurationGatherer? Unexpected { get; set; }
}

/// <summary>A check in an open second.</summary>
internal sealed class OpenCheck
{
    public long Passes { get; private set; }

    public long Fails { get; private set; }

    public void Add(double value)
    {
        if (value != 0)
        {
            Passes++;
        }
        else
        {
            Fails++;
        }
    }
}

/// <summary>Values of a metric of the script's own making in an open second.</summary>
internal sealed class OpenCustom(DurationGatherer values)
{
    public DurationGatherer Values => values;

    /// <summary>Values other than 0: what a rate counts.</summary>
    public long NotZero { get; private set; }

    public void Add(double value)
    {
        NotZero += value != 0 ? 1 : 0;
        values.Add(value);
    }
}
