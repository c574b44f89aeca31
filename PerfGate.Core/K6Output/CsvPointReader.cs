using System.Buffers.Text;
using System.Text;

namespace PerfGate.Core.K6Output;

/// <summary>
/// Reads k6's <c>--out csv</c> as it arrives: bytes go in through <see cref="GetMemory"/> and <see cref="Advance"/>, points
/// come out of <see cref="TryRead"/>. Columns are found by the header, fields may be quoted (RFC 4180). A last line that was
/// cut off is ignored, since a killed engine leaves one; anything else that is not a row of k6 is an error. Allocates
/// nothing per row.
/// </summary>
public sealed class CsvPointReader
{
    /// <summary>Longest accepted row, bytes.</summary>
    public const int MaxLineBytes = 1024 * 1024;

    private static readonly string[] ColumnNames =
    [
        "metric_name",
        "timestamp",
        "metric_value",
        "check",
        "error",
        "error_code",
        "expected_response",
        "group",
        "method",
        "name",
        "scenario",
        "status",
    ];

    private readonly int[] _columns = new int[ColumnNames.Length];
    private byte[] _buffer = new byte[64 * 1024];
    private (int Start, int Length)[] _fields = new (int, int)[64];
    private int _start;
    private int _end;
    private int _fieldCount;
    private int _headerFields;

    /// <summary>Lines read so far, the header included.</summary>
    public long Lines { get; private set; }

    /// <summary>Why reading stopped; null while all is well.</summary>
    public CsvError? Error { get; private set; }

    /// <summary>Whether bytes of an unfinished line are left over.</summary>
    public bool HasCutLine => _end > _start;

    /// <summary>Room for further bytes, at least <paramref name="sizeHint"/>. Points read before are no longer valid.</summary>
    public Memory<byte> GetMemory(int sizeHint = 32 * 1024)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }
        if (_buffer.Length - _end < sizeHint)
        {
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _end + sizeHint));
        }
        return _buffer.AsMemory(_end);
    }

    /// <summary>Says that so many bytes were written into the memory got last.</summary>
    public void Advance(int bytes) => _end += bytes;

    /// <summary>Forgets what was put in and not read: for going on to empty the source after an error.</summary>
    public void Drop() => (_start, _end) = (0, 0);

    /// <summary>Copies bytes in.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(GetMemory(bytes.Length).Span);
        Advance(bytes.Length);
    }

    /// <summary>The next point; false where more bytes are needed, or reading stopped with <see cref="Error"/>.</summary>
    public bool TryRead(out CsvPoint point)
    {
        point = default;
        while (Error is null && TryTakeLine(out var line))
        {
            Lines++;
            if (!TrySplit(line))
            {
                return Fail("a quoted field does not end, or text follows its end");
            }
            if (Lines == 1)
            {
                if (!TryReadHeader(line))
                {
                    return false;
                }
                continue;
            }
            return TryMakePoint(line, out point);
        }
        return false;
    }

    private bool Fail(string problem)
    {
        Error = new CsvError(Math.Max(Lines, 1), problem);
        return false;
    }

    private bool TryTakeLine(out Span<byte> line)
    {
        var rest = _buffer.AsSpan(_start, _end - _start);
        var length = 0;
        while (true)
        {
            var newline = rest[length..].IndexOf((byte)'\n');
            if (newline < 0)
            {
                line = default;
                return rest.Length > MaxLineBytes
                    && Fail(FormattableString.Invariant($"a line is longer than {MaxLineBytes} bytes"));
            }
            length += newline;
            // A line break inside quotes belongs to the field: quotes come in pairs on a whole row.
            if (rest[..length].Count((byte)'"') % 2 == 0)
            {
                break;
            }
            length++;
        }
        line = rest[..length];
        if (line.EndsWith("\r"u8))
        {
            line = line[..^1];
        }
        _start += length + 1;
        return true;
    }

    private bool TrySplit(Span<byte> line)
    {
        _fieldCount = 0;
        var start = 0;
        while (true)
        {
            if (_fieldCount == _fields.Length)
            {
                Array.Resize(ref _fields, _fields.Length * 2);
            }
            if (start < line.Length && line[start] == (byte)'"')
            {
                if (!TryUnquote(line, start, out var length, out var next))
                {
                    return false;
                }
                _fields[_fieldCount++] = (start, length);
                if (next == line.Length)
                {
                    return true;
                }
                start = next + 1;
                continue;
            }
            var comma = line[start..].IndexOf((byte)',');
            _fields[_fieldCount++] = (start, comma < 0 ? line.Length - start : comma);
            if (comma < 0)
            {
                return true;
            }
            start += comma + 1;
        }
    }

    /// <summary>Writes the field's text over its quoted form, which is never shorter.</summary>
    private static bool TryUnquote(Span<byte> line, int start, out int length, out int next)
    {
        var write = start;
        for (var read = start + 1; read < line.Length; read++)
        {
            if (line[read] != (byte)'"')
            {
                line[write++] = line[read];
            }
            else if (read + 1 < line.Length && line[read + 1] == (byte)'"')
            {
                line[write++] = (byte)'"';
                read++;
            }
            else
            {
                length = write - start;
                next = read + 1;
                return next == line.Length || line[next] == (byte)',';
            }
        }
        (length, next) = (0, 0);
        return false;
    }

    private bool TryReadHeader(ReadOnlySpan<byte> line)
    {
        _headerFields = _fieldCount;
        Array.Fill(_columns, -1);
        for (var i = 0; i < _fieldCount; i++)
        {
            var name = Encoding.UTF8.GetString(line.Slice(_fields[i].Start, _fields[i].Length));
            var column = Array.IndexOf(ColumnNames, name);
            if (column >= 0)
            {
                _columns[column] = i;
            }
        }
        for (var required = 0; required < 3; required++)
        {
            if (_columns[required] < 0)
            {
                return Fail($"the header has no column {ColumnNames[required]}");
            }
        }
        return true;
    }

    private bool TryMakePoint(ReadOnlySpan<byte> line, out CsvPoint point)
    {
        point = default;
        if (_fieldCount != _headerFields)
        {
            return Fail(FormattableString.Invariant($"it has {_fieldCount} fields, the header has {_headerFields}"));
        }
        if (!TryParseSecond(Field(line, CsvColumn.Timestamp), out var second))
        {
            return Fail("its timestamp is not a Unix time in seconds");
        }
        if (!TryParseValue(Field(line, CsvColumn.MetricValue), out var value))
        {
            return Fail("its metric_value is not a finite number");
        }
        if (Field(line, CsvColumn.MetricName).IsEmpty)
        {
            return Fail("its metric_name is empty");
        }
        point = new CsvPoint(line, _fields.AsSpan(0, _fieldCount), _columns, second, value);
        return true;
    }

    private ReadOnlySpan<byte> Field(ReadOnlySpan<byte> line, CsvColumn column)
    {
        var (start, length) = _fields[_columns[(int)column]];
        return line.Slice(start, length);
    }

    private static bool TryParseSecond(ReadOnlySpan<byte> text, out long second) =>
        Utf8Parser.TryParse(text, out second, out var used)
        && used == text.Length
        && second is > 0 and < 100_000_000_000;

    private static bool TryParseValue(ReadOnlySpan<byte> text, out double value) =>
        Utf8Parser.TryParse(text, out value, out var used) && used == text.Length && double.IsFinite(value);
}
