namespace PerfGate.Core.K6Output;

/// <summary>
/// Keeps the seconds of samples that come in as they are made in one unbroken row, though the load engine's clock is set meanwhile,
/// or is wrong from the beginning: an hour that nobody waited for would make a run longer than it was, and its throughput lower.
/// Where a second is too far from what it should be, it and those beside it are moved. Samples may come in any order within the
/// tolerance, also around a change of the clock.
/// </summary>
/// <param name="time">A clock that is right at the beginning; afterwards only its steady part is read.</param>
public sealed class SteadySeconds(TimeProvider time)
{
    /// <summary>How far samples may be off: they are written some seconds late, and in another order than they were made.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(30);

    private static readonly long Off = (long)Tolerance.TotalSeconds;

    private const int MostShifts = 8;

    // By how many seconds clocks that were seen are moved, the latest first.
    private readonly List<long> _shifts = [0];
    private long? _newest;
    private long _seen;

    /// <summary>Where a second that the engine has written belongs: Unix time, seconds.</summary>
    public long Place(long second)
    {
        var now = time.GetTimestamp();
        var (newest, passed) = _newest is { } known
            ? (known, (long)time.GetElapsedTime(_seen, now).TotalSeconds)
            : (time.GetUtcNow().ToUnixTimeSeconds(), 0);
        var shift = Shift(second, newest - Off, newest + passed + Off) ?? Begin(newest + passed - second);
        var place = second + shift;
        if (_newest is null || place > _newest)
        {
            (_newest, _seen) = (place, now);
        }
        return place;
    }

    private long? Shift(long second, long from, long to)
    {
        foreach (var shift in _shifts)
        {
            if (second + shift >= from && second + shift <= to)
            {
                return shift;
            }
        }
        return null;
    }

    private long Begin(long shift)
    {
        _shifts.Insert(0, shift);
        if (_shifts.Count > MostShifts)
        {
            _shifts.RemoveAt(MostShifts);
        }
        return shift;
    }
}
