using System.Text;

namespace PerfGate.Runner.Engines;

/// <summary>Lines of what an engine prints. One without an end takes no more memory than the longest that is read.</summary>
internal static class LineReader
{
    /// <summary>Most of a line that is read, characters; the rest of it is passed over.</summary>
    public const int MaxLength = 64 * 1024;

    /// <summary>Reads to the end; lines end with a line feed, a carriage return or both.</summary>
    public static async Task ReadAsync(TextReader reader, Action<string> onLine)
    {
        var buffer = new char[4096];
        var line = new StringBuilder();
        var afterReturn = false;
        int count;
        while ((count = await reader.ReadAsync(buffer)) > 0)
        {
            var rest = buffer.AsMemory(0, count);
            while (rest.Length > 0)
            {
                if (afterReturn && rest.Span[0] == '\n')
                {
                    rest = rest[1..];
                    afterReturn = false;
                    continue;
                }
                var end = rest.Span.IndexOfAny('\r', '\n');
                var part = end < 0 ? rest : rest[..end];
                line.Append(part[..Math.Min(part.Length, MaxLength - line.Length)]);
                afterReturn = end >= 0 && rest.Span[end] == '\r';
                if (end < 0)
                {
                    break;
                }
                onLine(line.ToString());
                line.Clear();
                rest = rest[(end + 1)..];
            }
        }
        if (line.Length > 0)
        {
            onLine(line.ToString());
        }
    }
}
