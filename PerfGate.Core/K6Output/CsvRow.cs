namespace PerfGate.Core.K6Output;

/// <summary>A row of CSV taken apart (RFC 4180), the texts of quoted fields without their quotes.</summary>
internal sealed class CsvRow
{
    private byte[] _text = new byte[4096];
    private (int Start, int Length)[] _fields = new (int, int)[64];

    /// <summary>Fields of the row split last.</summary>
    public int Count { get; private set; }

    /// <summary>A field's text, valid until the next split; empty for an index below 0.</summary>
    public ReadOnlySpan<byte> this[int index] =>
        index < 0 ? [] : _text.AsSpan(_fields[index].Start, _fields[index].Length);

    /// <summary>
    /// Finds the end of the first row: a line feed outside of quotes. A quote begins a field or is part of a quoted one, whose end a
    /// comma or the row's end follows: anything else would let a stray quote swallow the rows after it.
    /// </summary>
    /// <param name="rest">What is there.</param>
    /// <param name="line">The row with its line feed, where it was found.</param>
    public static RowEnd FindEnd(Span<byte> rest, out Span<byte> line)
    {
        line = default;
        var at = 0;
        while (at < rest.Length)
        {
            var isQuoted = rest[at] == (byte)'"';
            if (isQuoted ? !TrySkipQuoted(rest, ref at) : !TrySkipPlain(rest, ref at))
            {
                break;
            }
            if (isQuoted && rest[at..].StartsWith("\r\n"u8))
            {
                at++;
            }
            switch (rest[at++])
            {
                case (byte)',':
                    continue;
                case (byte)'\n':
                    line = rest[..at];
                    return RowEnd.Found;
                case (byte)'\r' when at == rest.Length:
                    return RowEnd.NotThere;
                default:
                    return RowEnd.StrayQuote;
            }
        }
        return RowEnd.NotThere;
    }

    // To what follows its last quote; false where that is not there yet.
    private static bool TrySkipQuoted(ReadOnlySpan<byte> rest, ref int at)
    {
        do
        {
            var quote = rest[(at + 1)..].IndexOf((byte)'"');
            if (quote < 0)
            {
                return false;
            }
            at += quote + 2;
            // Two of them are one of its text.
        } while (at < rest.Length && rest[at] == (byte)'"');
        return at < rest.Length;
    }

    private static bool TrySkipPlain(ReadOnlySpan<byte> rest, ref int at)
    {
        var next = rest[at..].IndexOfAny((byte)',', (byte)'"', (byte)'\n');
        at += Math.Max(next, 0);
        return next >= 0;
    }

    /// <summary>Takes a row apart; false where a quoted field does not end, or text follows its end.</summary>
    /// <param name="line">Without its line feed.</param>
    public bool TrySplit(ReadOnlySpan<byte> line)
    {
        if (_text.Length < line.Length)
        {
            _text = new byte[line.Length];
        }
        Count = 0;
        var write = 0;
        var start = 0;
        while (true)
        {
            if (Count == _fields.Length)
            {
                Array.Resize(ref _fields, _fields.Length * 2);
            }
            int next;
            var from = write;
            if (start < line.Length && line[start] == (byte)'"')
            {
                if (!TryUnquote(line, start, ref write, out next))
                {
                    return false;
                }
            }
            else
            {
                var comma = line[start..].IndexOf((byte)',');
                next = comma < 0 ? line.Length : start + comma;
                line[start..next].CopyTo(_text.AsSpan(write));
                write += next - start;
            }
            _fields[Count++] = (from, write - from);
            if (next == line.Length)
            {
                return true;
            }
            start = next + 1;
        }
    }

    private bool TryUnquote(ReadOnlySpan<byte> line, int start, ref int write, out int next)
    {
        for (var read = start + 1; read < line.Length; read++)
        {
            if (line[read] != (byte)'"')
            {
                _text[write++] = line[read];
            }
            else if (read + 1 < line.Length && line[read + 1] == (byte)'"')
            {
                _text[write++] = (byte)'"';
                read++;
            }
            else
            {
                next = read + 1;
                return next == line.Length || line[next] == (byte)',';
            }
        }
        next = 0;
        return false;
    }
}

/// <summary>Where a row ends.</summary>
internal enum RowEnd
{
    /// <summary>Its line feed was found.</summary>
    Found,

    /// <summary>Its end is not there yet.</summary>
    NotThere,

    /// <summary>It has a quote where none may be.</summary>
    StrayQuote,
}
