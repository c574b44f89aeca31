using System.Numerics;

namespace PerfGate.K6.Options;

/// <summary>
/// One segment of a sequence that fills the whole test, with k6's striping (<c>lib/execution_segment.go</c>): VUs, iterations
/// and arrivals are dealt out in turns of <see cref="Cycle"/>, so that what the segments get adds up to the whole exactly.
/// </summary>
public sealed class SegmentTuple
{
    private readonly List<(long Numerator, long Denominator)> _bounds;
    private readonly int _index;
    private readonly long[] _owned;

    private SegmentTuple(List<(long Numerator, long Denominator)> bounds, int index, long cycle, long[] owned)
    {
        _bounds = bounds;
        _index = index;
        _owned = owned;
        Cycle = cycle;
        Share = (double)owned.Length / cycle;
    }

    /// <summary>The whole test in one process.</summary>
    public static SegmentTuple Whole { get; } = new([(0, 1), (1, 1)], 0, 1, [0]);

    /// <summary>Length of a turn: the least common denominator of all segments.</summary>
    public long Cycle { get; }

    /// <summary>This segment's share of the whole, 0 to 1.</summary>
    public double Share { get; }

    /// <summary>Reads k6's <c>--execution-segment</c> and <c>--execution-segment-sequence</c>.</summary>
    /// <exception cref="ScriptException">They cannot be read, or the segment is none of the sequence.</exception>
    public static SegmentTuple Create(string? segment, string? sequence)
    {
        if (segment is null)
        {
            return sequence is null
                ? Whole
                : throw new ScriptException("an execution segment sequence needs an execution segment");
        }
        var own = ExecutionSegment.Parse(segment);
        var bounds = sequence is null
            ? [own.From, own.To]
            : sequence.Split(',').Select(point => ExecutionSegment.Fraction(point.Trim(), sequence)).ToList();
        if (Compare(bounds[0], (0, 1)) != 0)
        {
            bounds.Insert(0, (0, 1));
        }
        if (Compare(bounds[^1], (1, 1)) != 0)
        {
            bounds.Add((1, 1));
        }
        var index = bounds.FindIndex(bound => Compare(bound, own.From) == 0);
        return index >= 0 && index + 1 < bounds.Count && Compare(bounds[index + 1], own.To) == 0
            ? Deal(bounds, index)
            : throw new ScriptException($"couldn't find segment {segment} in sequence {sequence}");
    }

    /// <summary>This segment's part of a number of VUs or iterations.</summary>
    public long Scale(long whole) => (whole / Cycle * _owned.Length) + _owned.Count(item => item < whole % Cycle);

    /// <summary>Position in the whole of this segment's n-th item, both from 0.</summary>
    public long Global(long local) => (local / _owned.Length * Cycle) + _owned[local % _owned.Length];

    /// <summary>
    /// The tuple whose shares are those that the segments have of this many VUs: who has no VU gets no iteration either. Null
    /// where this segment has none.
    /// </summary>
    public SegmentTuple? ForVus(long vus)
    {
        if (vus % Cycle == 0)
        {
            return this;
        }
        var bounds = new List<(long Numerator, long Denominator)> { (0, 1) };
        var index = -1;
        var sum = 0L;
        for (var i = 0; i + 1 < _bounds.Count; i++)
        {
            var own = Deal(_bounds, i).Scale(vus);
            if (own == 0)
            {
                continue;
            }
            index = i == _index ? bounds.Count - 1 : index;
            sum += own;
            bounds.Add((sum, vus));
        }
        return index < 0 ? null : Deal(bounds, index);
    }

    private static SegmentTuple Deal(List<(long Numerator, long Denominator)> bounds, int index)
    {
        var lengths = new List<(long Numerator, long Denominator)>();
        var cycle = 1L;
        for (var i = 0; i + 1 < bounds.Count; i++)
        {
            var (from, to) = (bounds[i], bounds[i + 1]);
            var numerator =
                ((BigInteger)to.Numerator * from.Denominator) - ((BigInteger)from.Numerator * to.Denominator);
            var denominator = (BigInteger)to.Denominator * from.Denominator;
            var common = BigInteger.GreatestCommonDivisor(numerator, denominator);
            if (numerator <= 0)
            {
                throw new ScriptException("the points of an execution segment sequence must increase");
            }
            lengths.Add(((long)(numerator / common), (long)(denominator / common)));
            cycle = (long)(
                cycle / BigInteger.GreatestCommonDivisor(cycle, lengths[i].Denominator) * lengths[i].Denominator
            );
        }
        if (cycle > 1_000_000)
        {
            throw new ScriptException(
                "the execution segments have no small common denominator; use fractions such as 1/3"
            );
        }
        // Largest first; each takes an item whenever its share of the turn so far asks for one.
        var order = lengths
            .Select((length, i) => (Part: length.Numerator * (cycle / length.Denominator), Index: i))
            .OrderByDescending(entry => entry.Part)
            .ToList();
        var chosen = new long[order.Count];
        var owned = new List<long>();
        for (var item = 0L; item < cycle; item++)
        {
            for (var i = 0; i < order.Count; i++)
            {
                if (item * order[i].Part >= chosen[i] * cycle)
                {
                    chosen[i]++;
                    if (order[i].Index == index)
                    {
                        owned.Add(item);
                    }
                    break;
                }
            }
        }
        return new SegmentTuple(bounds, index, cycle, [.. owned]);
    }

    private static int Compare((long Numerator, long Denominator) a, (long Numerator, long Denominator) b) =>
        ((BigInteger)a.Numerator * b.Denominator).CompareTo((BigInteger)b.Numerator * a.Denominator);
}
