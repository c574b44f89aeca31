namespace PerfGate.Core.K6Output;

/// <summary>
/// Turns k6's samples into one record a second. A second is closed once samples of a later one, by more than the lateness,
/// have been seen; samples that come later still make a further record of their second.
/// </summary>
public sealed class Condenser
{
    /// <summary>How long a second stays open after the next one began, seconds, unless told otherwise.</summary>
    public const int DefaultLatenessSeconds = 1;

    private readonly int _lateness;
    private readonly CondenserNames _names = new();
    private readonly SortedDictionary<long, OpenSecond> _open = [];
    private readonly Stack<DurationGatherer> _pool = new();
    private long _newest;
    private long _lastSecond;
    private OpenSecond? _last;

    /// <param name="latenessSeconds">0 or more.</param>
    public Condenser(int latenessSeconds = DefaultLatenessSeconds)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(latenessSeconds);
        _lateness = latenessSeconds;
    }

    /// <summary>Samples added so far, of whatever metric.</summary>
    public long Points { get; private set; }

    /// <summary>Adds a sample. Metrics that PerfGate does not condense are counted and otherwise ignored.</summary>
    public void Add(in CsvPoint point)
    {
        Points++;
        if (point.Second != _lastSecond || _last is null)
        {
            if (!_open.TryGetValue(point.Second, out var second))
            {
                _open.Add(point.Second, second = new OpenSecond(point.Second, _names, _pool));
            }
            (_lastSecond, _last) = (point.Second, second);
            _newest = Math.Max(_newest, point.Second);
        }
        _last.Add(point);
    }

    /// <summary>The seconds that have closed since the last call, in order.</summary>
    public IReadOnlyList<SecondRecord> TakeClosed() => TakeUpTo(_newest - 1 - _lateness);

    /// <summary>Closes and gives all that is left, in order.</summary>
    public IReadOnlyList<SecondRecord> TakeAll() => TakeUpTo(long.MaxValue);

    private List<SecondRecord> TakeUpTo(long newest)
    {
        var records = new List<SecondRecord>();
        while (_open.Count > 0)
        {
            var (second, oldest) = _open.First();
            if (second > newest)
            {
                break;
            }
            _open.Remove(second);
            if (oldest.Close() is { } record)
            {
                records.Add(record);
            }
        }
        if (records.Count > 0)
        {
            _last = null;
        }
        return records;
    }
}

/// <summary>Names that a run has used, each decoded once.</summary>
internal sealed class CondenserNames
{
    // Enough for a hand-written script; a script that puts an id into every name must not fill the memory.
    private const int MaxNames = 500;

    public Names Scenarios { get; } = new(MaxNames, text => text);

    public Names Groups { get; } =
        new(MaxNames, text => text.StartsWith("::", StringComparison.Ordinal) ? text[2..] : text);

    public Names Methods { get; } = new(50, text => text);

    public Names Urls { get; } = new(MaxNames, text => SensitiveText.Strip(text, 300));

    public Names Checks { get; } = new(MaxNames, text => SensitiveText.Strip(text, 300));

    public Names ErrorCodes { get; } = new(MaxNames, text => text);

    public Names Errors { get; } = new(100, text => SensitiveText.Strip(text, 300));

    private readonly Dictionary<(string Method, string Name), string> _endpoints = [];

    /// <summary>Method and name; a name that begins with the method already stands alone.</summary>
    public string Endpoint(ReadOnlySpan<byte> methodUtf8, ReadOnlySpan<byte> nameUtf8)
    {
        var key = (Method: Methods.Get(methodUtf8), Name: Urls.Get(nameUtf8));
        if (!_endpoints.TryGetValue(key, out var endpoint))
        {
            endpoint =
                key.Method.Length == 0 || key.Name.StartsWith(key.Method + " ", StringComparison.Ordinal)
                    ? key.Name
                    : $"{key.Method} {key.Name}";
            _endpoints.Add(key, endpoint);
        }
        return endpoint;
    }
}
