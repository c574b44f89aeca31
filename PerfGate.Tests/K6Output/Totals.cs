using System.Globalization;
using PerfGate.Core.K6Output;

namespace PerfGate.Tests.K6Output;

/// <summary>Figures by name, to compare two ways of coming by them.</summary>
internal sealed class Totals
{
    private readonly Dictionary<string, double> _counts = [];
    private readonly Dictionary<string, double> _greatest = [];
    private readonly Dictionary<string, (long Count, double Sum, double Min, double Max)> _figures = [];
    private readonly Dictionary<(string Name, int Place), long> _places = [];

    public void Count(string name, double value) => _counts[name] = _counts.GetValueOrDefault(name) + value;

    public void Greatest(string name, double? value)
    {
        if (value is { } number)
        {
            _greatest[name] = Math.Max(_greatest.GetValueOrDefault(name), number);
        }
    }

    public void Distribute(string name, double milliseconds)
    {
        Add(name, 1, milliseconds, milliseconds, milliseconds);
        var units = (long)Math.Clamp(Math.Round(milliseconds * 1e6), 0, 3.6e12);
        // HdrHistogram by the book: halve until it fits into 2048 sub-buckets.
        var (doubling, sub) = (0, units);
        while (sub >= 2048)
        {
            (doubling, sub) = (doubling + 1, sub / 2);
        }
        var place = (name, (1024 * doubling) + (int)sub);
        _places[place] = _places.GetValueOrDefault(place) + 1;
    }

    public void Distribute(string name, DurationSketch sketch)
    {
        if (sketch.Count == 0)
        {
            return;
        }
        Add(name, sketch.Count, sketch.SumMs, sketch.MinMs, sketch.MaxMs);
        var counts = new ValueCounts();
        sketch.AddTo(counts);
        foreach (var (place, count) in counts.Held())
        {
            _places[(name, place)] = _places.GetValueOrDefault((name, place)) + count;
        }
    }

    public SortedDictionary<string, string> Lines()
    {
        var lines = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in _counts.Where(count => count.Value != 0))
        {
            lines[name] = value.ToString("R", CultureInfo.InvariantCulture);
        }
        foreach (var (name, value) in _greatest)
        {
            lines[name] = value.ToString("R", CultureInfo.InvariantCulture);
        }
        foreach (var (name, figures) in _figures)
        {
            lines[name] = FormattableString.Invariant(
                $"{figures.Count} sum {figures.Sum:0.000} min {figures.Min:R} max {figures.Max:R}"
            );
        }
        foreach (var ((name, place), count) in _places)
        {
            lines[FormattableString.Invariant($"{name} at {place}")] = count.ToString(CultureInfo.InvariantCulture);
        }
        return lines;
    }

    private void Add(string name, long count, double sum, double min, double max) =>
        _figures[name] = _figures.TryGetValue(name, out var known)
            ? (known.Count + count, known.Sum + sum, Math.Min(known.Min, min), Math.Max(known.Max, max))
            : (count, sum, min, max);
}
