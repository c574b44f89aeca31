using PerfGate.Core.K6Output;

namespace PerfGate.Core.Metrics;

/// <summary>
/// What the seconds of a run came to, over all its segments, in bounded room: up to <see cref="MostStretches"/> stretches are
/// kept. They are of one second each, as long as that is enough (a day of load, whatever lies between its samples); where more
/// are needed, of two, of four, and so on.
/// </summary>
/// <param name="mostStretches">Most stretches kept, 1 or more.</param>
internal sealed class SecondTotals(int mostStretches = SecondTotals.MostStretches)
{
    /// <summary>Most stretches kept: a run of 27 hours keeps each of its seconds.</summary>
    public const int MostStretches = 100_000;

    private readonly DurationTotal _scratch = new();
    private SortedDictionary<long, SecondTotal> _stretches = [];

    /// <summary>Seconds of each stretch: a power of two.</summary>
    public int Width { get; private set; } = 1;

    /// <summary>Stretches of which anything was reported.</summary>
    public int Count => _stretches.Count;

    /// <summary>First second of which anything was reported.</summary>
    public long First { get; private set; } = long.MaxValue;

    /// <summary>Last one.</summary>
    public long Last { get; private set; } = long.MinValue;

    /// <summary>First second with load; null where none was seen: k6 also reports VUs while nothing happens.</summary>
    public long? FirstLoad { get; private set; }

    /// <summary>Last one.</summary>
    public long? LastLoad { get; private set; }

    /// <summary>Adds a record of a segment.</summary>
    /// <exception cref="FormatException">A histogram in it is damaged.</exception>
    public void Add(int segment, SecondRecord record)
    {
        (First, Last) = (Math.Min(First, record.Second), Math.Max(Last, record.Second));
        Of(record.Second).Add(segment, record, _scratch);
        if (SecondTotal.IsLoad(record))
        {
            FirstLoad = Math.Min(FirstLoad ?? record.Second, record.Second);
            LastLoad = Math.Max(LastLoad ?? record.Second, record.Second);
        }
    }

    /// <summary>
    /// The stretches of which anything was reported, in order of time, by their first second, with the VUs active in each: a
    /// segment that said nothing has as many as it had before.
    /// </summary>
    public IEnumerable<(long Second, int Vus, SecondTotal Total)> InOrder()
    {
        var bySegment = new Dictionary<int, int>();
        foreach (var (place, total) in _stretches)
        {
            foreach (var (segment, vus) in total.VusBySegment)
            {
                bySegment[segment] = vus;
            }
            yield return (Math.Max(place * Width, First), bySegment.Values.Sum(), total);
        }
    }

    private SecondTotal Of(long second)
    {
        while (true)
        {
            if (_stretches.TryGetValue(second / Width, out var known))
            {
                return known;
            }
            if (_stretches.Count < mostStretches)
            {
                var total = new SecondTotal();
                _stretches.Add(second / Width, total);
                return total;
            }
            Widen();
        }
    }

    private void Widen()
    {
        Width *= 2;
        var wider = new SortedDictionary<long, SecondTotal>();
        foreach (var (place, total) in _stretches)
        {
            if (wider.TryGetValue(place / 2, out var earlier))
            {
                earlier.Add(total, _scratch);
            }
            else
            {
                wider.Add(place / 2, total);
            }
        }
        _stretches = wider;
    }
}
