namespace PerfGate.Core.K6Output;

/// <summary>
/// Turns k6's samples into one record a second. A second is closed once samples of a later one, by more than the lateness,
/// have been seen; samples that come later still make a further record of their second. Takes the samples of one reader.
/// </summary>
public sealed class Condenser
{
    /// <summary>How long a second stays open after the next one began, seconds, unless told otherwise.</summary>
    public const int DefaultLatenessSeconds = 1;

    // Open seconds take a hundred times the room of closed ones: where samples come faster than anybody takes them, they are closed
    // all the same.
    private const int MostOpen = 60;

    private readonly int _lateness;
    private readonly SteadySeconds? _steady;
    private readonly SortedDictionary<long, OpenSecond> _open = [];
    private readonly List<SecondRecord> _closed = [];
    private readonly Stack<DurationGatherer> _pool = new();
    private long _newest;
    private OpenSecond? _last;
    private long _lastWritten;

    /// <param name="latenessSeconds">0 or more.</param>
    /// <param name="steady">
    /// Where the seconds belong of samples that come in as they are made; null (default) takes them as they are written.
    /// </param>
    public Condenser(int latenessSeconds = DefaultLatenessSeconds, SteadySeconds? steady = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(latenessSeconds);
        _lateness = latenessSeconds;
        _steady = steady;
    }

    /// <summary>Samples added so far, of whatever metric.</summary>
    public long Points { get; private set; }

    /// <summary>Adds a sample.</summary>
    internal void Add(in Sample sample)
    {
        Points++;
        var second = _last;
        if (second is null || _lastWritten != sample.Second)
        {
            second = Open(_steady?.Place(sample.Second) ?? sample.Second);
            _lastWritten = sample.Second;
        }
        second.Add(sample.Series, sample.Value);
    }

    /// <summary>The seconds that have closed since the last call, in the order in which they did.</summary>
    public IReadOnlyList<SecondRecord> TakeClosed() => TakeUpTo(_newest - 1 - _lateness);

    /// <summary>Closes and gives all that is left.</summary>
    public IReadOnlyList<SecondRecord> TakeAll() => TakeUpTo(long.MaxValue);

    private OpenSecond Open(long second)
    {
        if (!_open.TryGetValue(second, out var open))
        {
            _open.Add(second, open = new OpenSecond(second, _pool));
        }
        _newest = Math.Max(_newest, second);
        if (_open.Count > MostOpen)
        {
            CloseUpTo(Math.Min(_newest - 1 - _lateness, second - 1));
        }
        return _last = open;
    }

    private List<SecondRecord> TakeUpTo(long newest)
    {
        CloseUpTo(newest);
        var taken = _closed.ToList();
        _closed.Clear();
        return taken;
    }

    private void CloseUpTo(long newest)
    {
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
                _closed.Add(record);
            }
            if (oldest == _last)
            {
                _last = null;
            }
        }
    }
}
