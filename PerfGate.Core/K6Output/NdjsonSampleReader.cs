using System.Text;

namespace PerfGate.Core.K6Output;

/// <summary>
/// Reads k6's <c>--out json</c>: a line of JSON for every sample (<c>Point</c>) and for every metric (<c>Metric</c>). Keys may
/// come in any order, unknown ones and empty lines are passed over. Allocates nothing for a line whose text, time and value
/// aside, was seen before.
/// </summary>
/// <remarks>The three ways through a line are those of <see cref="CsvSampleReader"/>.</remarks>
public sealed class NdjsonSampleReader : SampleReader
{
    private const int MaxMetrics = 1000;

    private readonly KnownRows _rows = new();
    private readonly NdjsonRow _row = new();
    private readonly Dictionary<string, string> _types = [];

    // The time up to its decimals; and from the zone to the value: Z","value":
    private readonly SecondText _second = new();
    private byte[] _zone = [];

    /// <inheritdoc />
    public override IReadOnlyDictionary<string, string> MetricTypes => _types;

    private static ReadOnlySpan<byte> Start => "{\"metric\":\""u8;

    private static ReadOnlySpan<byte> AfterMetric => "\",\"type\":\"Point\",\"data\":{\"time\":\""u8;

    private static ReadOnlySpan<byte> AfterTime => "\",\"value\":"u8;

    /// <inheritdoc />
    public override void Complete()
    {
        var line = Rest[(Rest.LastIndexOf((byte)'\n') + 1)..];
        if (Problem is null && !line.IsEmpty && _row.Read(line) is null)
        {
            Append("\n"u8);
        }
    }

    internal override bool TryRead(out Sample sample) => TryReadExpected(out sample) || TryReadNext(out sample);

    private bool TryReadExpected(out Sample sample)
    {
        sample = default;
        if (_rows.Expected is not { } row || _zone.Length == 0)
        {
            return false;
        }
        ReadOnlySpan<byte> rest = Rest;
        var beginning = row.Beginning(_second.Text);
        if (!rest.StartsWith(beginning))
        {
            return false;
        }
        var at = beginning.Length;
        at += Decimals(rest[at..]);
        if (!rest[at..].StartsWith(_zone))
        {
            return false;
        }
        at += _zone.Length;
        var used = DecimalText.Read(rest[at..], out var value);
        if (used == 0 || !rest[(at + used)..].StartsWith(row.Suffix))
        {
            return false;
        }
        Take(at + used + row.Suffix.Length);
        _rows.MoveTo(row);
        sample = new Sample(row.Series, _second.Second, value);
        return true;
    }

    /// <summary>Length of a point with up to nine digits; 0 for none.</summary>
    private static int Decimals(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || text[0] != (byte)'.')
        {
            return 0;
        }
        var digits = DecimalText.Digits(text[1..]);
        return digits is > 0 and <= 9 ? digits + 1 : 0;
    }

    private bool TryReadNext(out Sample sample)
    {
        sample = default;
        while (Problem is null)
        {
            ReadOnlySpan<byte> line = Rest;
            var end = line.IndexOf((byte)'\n');
            if (end < 0)
            {
                return NeedsMore();
            }
            line = line[..(end + 1)];
            Take(line.Length);
            var usual = TryFindParts(line, out var prefix, out var suffix, out var value);
            if (usual && _rows.TryFind(SeriesCache.Hash(prefix, suffix), prefix, suffix, out var series))
            {
                sample = new Sample(series!, _second.Second, value);
                return true;
            }
            if (line.IndexOfAnyExcept(" \t\r\n"u8) < 0)
            {
                continue;
            }
            if (_row.Read(line) is { } problem)
            {
                return Fail(problem);
            }
            if (_row.IsPoint)
            {
                return TryMakeSample(usual, prefix, suffix, out sample);
            }
            if (!_row.IsMetric)
            {
                return Fail("its type is neither Point nor Metric");
            }
            if (_types.Count < MaxMetrics)
            {
                _types[Encoding.UTF8.GetString(_row.MetricName)] = Encoding.UTF8.GetString(_row.MetricType);
            }
        }
        return false;
    }

    /// <summary>Takes a line apart that is written as k6 writes it, and moves to its second.</summary>
    private bool TryFindParts(
        ReadOnlySpan<byte> line,
        out ReadOnlySpan<byte> prefix,
        out ReadOnlySpan<byte> suffix,
        out double value
    )
    {
        prefix = suffix = [];
        value = 0;
        if (!line.StartsWith(Start))
        {
            return false;
        }
        var metric = line[Start.Length..].IndexOf((byte)'"');
        var at = Start.Length + metric;
        if (metric < 0 || !line[at..].StartsWith(AfterMetric))
        {
            return false;
        }
        at += AfterMetric.Length;
        prefix = line[..at];
        var time = line[at..].IndexOf((byte)'"');
        if (time < 0 || !line[(at + time)..].StartsWith(AfterTime) || !IsSecond(line[at..], time))
        {
            return false;
        }
        at += time + AfterTime.Length;
        var used = DecimalText.Read(line[at..], out value);
        suffix = line[(at + used)..];
        return used > 0;
    }

    /// <summary>Whether the text begins with a time of this length; it is then in the current second.</summary>
    private bool IsSecond(ReadOnlySpan<byte> text, int length)
    {
        if (length <= TimeText.SecondLength)
        {
            return false;
        }
        var beginning = text[..TimeText.SecondLength];
        var zone = TimeText.SecondLength + Decimals(text[TimeText.SecondLength..]);
        var isSameZone = _zone.Length > 0 && text[zone..].StartsWith(_zone);
        if (isSameZone && _second.TryMoveTo(beginning))
        {
            return true;
        }
        if (!TimeText.TryRead(text[..length], out var second) || !IsNearTheFirst(second))
        {
            return false;
        }
        if (!isSameZone)
        {
            _second.Clear();
            _zone = text[zone..(length + AfterTime.Length)].ToArray();
        }
        _second.MoveTo(beginning, second);
        return true;
    }

    private bool TryMakeSample(bool usual, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> suffix, out Sample sample)
    {
        sample = default;
        if (!TimeText.TryRead(_row.TimeText, out var second))
        {
            return Fail("its time is neither of RFC 3339 nor a Unix time");
        }
        if (_row.Value is not { } value)
        {
            return Fail("it has no value");
        }
        if (_row.MetricName.IsEmpty)
        {
            return Fail("it names no metric");
        }
        if (!IsNearTheFirst(second))
        {
            return Fail(TooFar);
        }
        var tags = _row.TagText();
        var series = usual ? _rows.Learn(SeriesCache.Hash(prefix, suffix), prefix, suffix, tags) : _rows.Pass(tags);
        sample = new Sample(series, second, value);
        return true;
    }
}
