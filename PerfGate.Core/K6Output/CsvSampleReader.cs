namespace PerfGate.Core.K6Output;

/// <summary>
/// Reads k6's <c>--out csv</c>. Columns are found by the header, any but the first three may be absent; fields may be quoted
/// (RFC 4180); empty lines are passed over. Allocates nothing for a row whose text, time and value aside, was seen before.
/// </summary>
/// <remarks>
/// Three ways through a row, each but the last a short cut to the same result: the row that came next the last time, compared
/// byte by byte; a row known by its bytes; a row taken apart field by field.
/// </remarks>
public sealed class CsvSampleReader : SampleReader
{
    private readonly KnownRows _rows = new();
    private readonly CsvRow _row = new();

    // With the comma after it.
    private readonly SecondText _second = new();
    private CsvHeader? _header;

    private const string StrayQuote = "it has a quote in a field that is not quoted, or text after one that is";

    /// <inheritdoc />
    public override void Complete()
    {
        // A quote that is never closed would make one cut last line of all the rows after it.
        if (Problem is null && IsFollowedByRows())
        {
            Lines++;
            Fail("a quoted field does not end: whole rows follow its quote");
            Drop();
        }
    }

    internal override bool TryRead(out Sample sample) => TryReadExpected(out sample) || TryReadNext(out sample);

    private bool TryReadExpected(out Sample sample)
    {
        sample = default;
        if (_rows.Expected is not { } row || _second.Text.Length == 0)
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

    private bool TryReadNext(out Sample sample)
    {
        sample = default;
        while (Problem is null)
        {
            var rest = Rest;
            var end = rest.IndexOf((byte)'\n');
            if (end < 0)
            {
                return NeedsMore();
            }
            var line = rest[..(end + 1)];
            var quoted = line.Contains((byte)'"');
            if (!quoted && _header is { HasPlainOrder: true } && TryReadPlain(line, out sample))
            {
                return true;
            }
            if (quoted && CsvRow.FindEnd(rest, out line) is var found and not RowEnd.Found)
            {
                return found == RowEnd.NotThere ? NeedsMore() : Refuse();
            }
            Take(line.Length);
            if (line.Count((byte)'\n') is > 1 and var breaks)
            {
                Lines += breaks - 1;
            }
            var text = line.EndsWith("\r\n"u8) ? line[..^2] : line[..^1];
            if (text.IsEmpty)
            {
                continue;
            }
            if (!_row.TrySplit(text))
            {
                return Fail(StrayQuote);
            }
            if (_header is not null)
            {
                return TryMakeSample(_header, line, out sample);
            }
            if (!CsvHeader.TryRead(_row, out _header, out var problem))
            {
                return Fail(problem);
            }
        }
        return false;
    }

    // The row is not taken, but counted.
    private bool Refuse()
    {
        Take(0);
        return Fail(StrayQuote);
    }

    /// <summary>Whether what is left is more than one row, all but the first of its lines looked at by themselves.</summary>
    private bool IsFollowedByRows()
    {
        ReadOnlySpan<byte> rest = Rest;
        for (var end = rest.IndexOf((byte)'\n'); end >= 0; end = rest.IndexOf((byte)'\n'))
        {
            rest = rest[(end + 1)..];
            var next = rest.IndexOf((byte)'\n');
            if (
                _header is null
                || (
                    next >= 0
                    && _row.TrySplit(rest[..next].TrimEnd((byte)'\r'))
                    && _row.Count == _header.Fields
                    && TimeText.TryRead(_header.Time(_row), out _)
                )
            )
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>A row known by its bytes; false where it is none, or is not plain.</summary>
    private bool TryReadPlain(ReadOnlySpan<byte> line, out Sample sample)
    {
        sample = default;
        var prefix = line.IndexOf((byte)',') + 1;
        var time = prefix == 0 ? 0 : line[prefix..].IndexOf((byte)',') + 1;
        if (time == 0 || !IsSecond(line.Slice(prefix, time)))
        {
            return false;
        }
        var valueAt = prefix + time;
        var used = DecimalText.Read(line[valueAt..], out var value);
        var suffix = line[(valueAt + used)..];
        if (
            used == 0
            || !_rows.TryFind(SeriesCache.Hash(line[..prefix], suffix), line[..prefix], suffix, out var series)
        )
        {
            return false;
        }
        Take(line.Length);
        sample = new Sample(series!, _second.Second, value);
        return true;
    }

    /// <summary>Whether a time with the comma after it is one; it is then the current second.</summary>
    private bool IsSecond(ReadOnlySpan<byte> text)
    {
        if (_second.TryMoveTo(text))
        {
            return true;
        }
        if (!TimeText.TryRead(text[..^1], out var second) || !IsNearTheFirst(second))
        {
            return false;
        }
        _second.MoveTo(text, second);
        return true;
    }

    private bool TryMakeSample(CsvHeader header, ReadOnlySpan<byte> line, out Sample sample)
    {
        sample = default;
        if (_row.Count != header.Fields)
        {
            return Fail(FormattableString.Invariant($"it has {_row.Count} fields, the header has {header.Fields}"));
        }
        var tags = header.Tags(_row);
        if (!TimeText.TryRead(header.Time(_row), out var second))
        {
            return Fail("its timestamp is neither a Unix time nor one of RFC 3339");
        }
        var number = header.Value(_row);
        if (DecimalText.Read(number, out var value) != number.Length || number.IsEmpty)
        {
            return Fail("its metric_value is no number that can be measured");
        }
        if (tags.Metric.IsEmpty)
        {
            return Fail("its metric_name is empty");
        }
        if (!IsNearTheFirst(second))
        {
            return Fail(TooFar);
        }
        sample = new Sample(Learn(header, line, tags), second, value);
        return true;
    }

    private Series Learn(CsvHeader header, ReadOnlySpan<byte> line, in TagText tags)
    {
        if (!header.HasPlainOrder || line[0] == (byte)'"')
        {
            return _rows.Pass(tags);
        }
        // Neither time nor value is ever quoted by k6: where they are, this row is not looked for again. Nor is one of
        // several lines, which would have to be counted.
        var prefix = line.IndexOf((byte)',') + 1;
        var valueAt = prefix + line[prefix..].IndexOf((byte)',') + 1;
        var used = DecimalText.Read(line[valueAt..], out _);
        if (used == 0 || line[prefix] == (byte)'"' || line.Count((byte)'\n') > 1)
        {
            return _rows.Pass(tags);
        }
        var suffix = line[(valueAt + used)..];
        return _rows.Learn(SeriesCache.Hash(line[..prefix], suffix), line[..prefix], suffix, tags);
    }
}
