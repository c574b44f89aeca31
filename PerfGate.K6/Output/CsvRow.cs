using System.Buffers;
using System.Buffers.Text;
using System.Text;
using PerfGate.K6.Metrics;

namespace PerfGate.K6.Output;

/// <summary>Parts of the rows of the CSV output, in the words of Go's <c>encoding/csv</c> and <c>%f</c>.</summary>
internal static class CsvRow
{
    // Below it the millionths of a value, and a tenth of one, are exact enough in a double.
    private const double MostScaled = 1e14;

    // k6 keeps these two apart from the tags, in a column of its own.
    private static readonly string[] Metadata = ["iter", "vu"];

    /// <summary>Columns for tags: the system tags that are on, sorted, but for those that are metadata.</summary>
    public static string[] TagColumns(IReadOnlySet<string> systemTags) =>
        [.. systemTags.Where(tag => !Metadata.Contains(tag)).Order(StringComparer.Ordinal)];

    /// <summary>What follows the value: a comma and the tag columns, the other tags, the metadata, the end of the line.</summary>
    public static byte[] Tags(TagSet tags, string[] columns)
    {
        var row = new StringBuilder();
        foreach (var column in columns)
        {
            row.Append(',').Append(Quoted(tags.Find(column) ?? ""));
        }
        var others = tags.Tags.Where(tag => !columns.Contains(tag.Key)).ToLookup(tag => Metadata.Contains(tag.Key));
        row.Append(',').Append(Quoted(Pairs(others[false])));
        row.Append(',').Append(Quoted(Pairs(others[true]))).Append('\n');
        return Encoding.UTF8.GetBytes(row.ToString());
    }

    /// <summary>Writes a value with six decimals; at most 320 bytes.</summary>
    /// <returns>Bytes written.</returns>
    public static int Value(double value, Span<byte> target)
    {
        int written;
        var scaled = Math.Abs(value) * 1_000_000;
        var whole = Math.Floor(scaled);
        var rest = scaled - whole;
        // Near a tie only the exact expansion knows which way to round; so does the slow way.
        if (!(scaled < MostScaled) || Math.Abs(rest - 0.5) < 0.1 || double.IsNegative(value))
        {
            Utf8Formatter.TryFormat(value, target, out written, new StandardFormat('F', 6));
            return written;
        }
        var millionths = (long)whole + (rest > 0.5 ? 1 : 0);
        var (units, decimals) = Math.DivRem(millionths, 1_000_000);
        Utf8Formatter.TryFormat(units, target, out written);
        target[written] = (byte)'.';
        for (var at = written + 6; at > written; at--)
        {
            (decimals, var digit) = Math.DivRem(decimals, 10);
            target[at] = (byte)('0' + digit);
        }
        return written + 7;
    }

    private static string Pairs(IEnumerable<KeyValuePair<string, string>> tags) =>
        string.Join('&', tags.Select(tag => $"{tag.Key}={tag.Value}"));

    private static string Quoted(string text) =>
        text.Length > 0 && (text == @"\." || text.AsSpan().IndexOfAny(",\"\r\n") >= 0 || char.IsWhiteSpace(text[0]))
            ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : text;
}
