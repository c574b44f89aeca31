using System.Text.Json;

namespace PerfGate.Core.K6Output;

/// <summary>What k6 writes of a run.</summary>
public enum OutputFormat
{
    /// <summary><c>--out csv</c>: a sample a row.</summary>
    Csv,

    /// <summary><c>--out json</c>: a sample a line.</summary>
    Ndjson,

    /// <summary>One of the three shapes that <see cref="SummaryReader"/> reads.</summary>
    Summary,
}

/// <summary>Tells formats apart by how they begin: names of files and types of parts may say anything.</summary>
public static class OutputFormats
{
    /// <summary>Bytes that tell every format.</summary>
    public const int BytesNeeded = 64 * 1024;

    private static readonly string[] SummaryKeys =
    [
        "metrics",
        "root_group",
        "options",
        "state",
        "setup_data",
        "results",
        "config",
        "metadata",
        "version",
    ];

    /// <summary>Whether the bytes begin as gzip's do.</summary>
    public static bool IsGzip(ReadOnlySpan<byte> start) => start.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b]);

    /// <summary>The format of what begins so, unpacked; null where it is none of k6's.</summary>
    public static OutputFormat? Of(ReadOnlySpan<byte> start)
    {
        var text = start.TrimStart(" \t\r\n"u8);
        if (text.StartsWith("{"u8))
        {
            return OfJson(text);
        }
        var end = text.IndexOf((byte)'\n');
        var line = end < 0 ? text : text[..end];
        // Any CSV: whether its columns are k6's, its reader says better.
        return line.Contains((byte)',') ? OutputFormat.Csv : null;
    }

    private static OutputFormat? OfJson(ReadOnlySpan<byte> text)
    {
        try
        {
            var json = new Utf8JsonReader(text, isFinalBlock: false, default);
            json.Read();
            if (!json.Read() || json.TokenType != JsonTokenType.PropertyName)
            {
                return null;
            }
            var first = json.GetString();
            return first is "metric" or "type" or "data" ? OutputFormat.Ndjson
                : Array.IndexOf(SummaryKeys, first) >= 0 ? OutputFormat.Summary
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // A first key that is no Unicode is none of k6's.
            return null;
        }
    }
}
