namespace PerfGate.Core.K6Output;

/// <summary>
/// Turns k6's samples into one record a second. A second is closed once samples of a later one, by more than the lateness,
/// have been seen; samples that come later still make a further record of their second. Takes the samples of one reader.
/// </summary>
public sealed class Condenser
{
    /// <summary>How long a second stays open after the next one began, seconds, unless told otherwise.</summary>
    public const int DefaultLatenessSeconds = 1;

    private readonly int _lateness;
    private readonly SortedDictionary<long, OpenSecond> _open = [];
    private readonly Stack<DurationGatherer> _pool = new();
    private long _newest;
    private OpenSecond? _last;

    /// <param name="latenessSeconds">0 or more.</param>
    public Condenser(int latenessSeconds = DefaultLatenessSeconds)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(latenessSeconds);
        _lateness = latenessSeconds;
    }

    /// <summary>Samples added so far, of whatever metric.</summary>
    public long Points { get; private set; }

    /// <summary>Adds a sample.</summary>
    internal void Add(in Sample sample)
    {
        Points++;
        var second = _last;
        if (second is null || second.Second != sample.Second)
        {
            second = Open(sample.Second);
        }
        second.Add(sample.Series, sample.Value);
    }

    /// <summary>The seconds that have closed since the last call, in order.</summary>
    public IReadOnlyList<SecondRecord> TakeClosed() => TakeUpTo(_newest - 1 - _lateness);

    /// <summary>Closes and gives all that is left, in order.</summary>
    public IReadOnlyList<SecondRecord> TakeAll() => TakeUpTo(long.MaxValue);

    private OpenSecond Open(long second)
    {
        if (!_open.TryGetValue(second, out var open))
        {
            _open.Add(second, open = new OpenSecond(second, _pool));
        }
        _newest = Math.Max(_newest, second);
        return _last = open;
    }

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
