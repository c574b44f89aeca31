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

    /// <summary>A row with its line feed, which is none inside quotes: they come in pairs on a whole row.</summary>
    public static bool TryFindEnd(Span<byte> rest, out Span<byte> line)
    {
        var inQuotes = false;
        var at = 0;
        while (true)
        {
            var next = rest[at..].IndexOfAny((byte)'"', (byte)'\n');
            if (next < 0)
            {
                line = default;
                return false;
            }
            at += next + 1;
            if (rest[at - 1] == (byte)'"')
            {
                inQuotes = !inQuotes;
            }
            else if (!inQuotes)
            {
                line = rest[..at];
                return true;
            }
        }
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
