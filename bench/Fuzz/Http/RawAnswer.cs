using System.Globalization;
using System.Text;

namespace PerfGate.Bench.Fuzz.Http;

/// <summary>An answer as it came.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Head">Status line and headers.</param>
/// <param name="Body">The body, its chunks put together.</param>
internal sealed record RawAnswer(int Status, string Head, byte[] Body)
{
    /// <summary>Whether the connection can be used again.</summary>
    public bool StaysOpen => !string.Equals(Header("Connection"), "close", StringComparison.OrdinalIgnoreCase);

    /// <summary>A header; null where there is none.</summary>
    public string? Header(string name) => Header(Head, name);

    /// <summary>The type of the content, without its parameters; empty where none is told.</summary>
    public string MediaType => (Header("Content-Type") ?? "").Split(';')[0];

    /// <summary>Reads the first answer of these bytes; null where it is not whole yet.</summary>
    /// <param name="bytes">What has come so far.</param>
    /// <param name="ended">Whether nothing more comes.</param>
    /// <exception cref="FormatException">It is no HTTP.</exception>
    public static RawAnswer? Read(ReadOnlySpan<byte> bytes, bool ended)
    {
        while (true)
        {
            var end = bytes.IndexOf("\r\n\r\n"u8);
            if (end < 0)
            {
                return null;
            }
            var head = Encoding.Latin1.GetString(bytes[..end]);
            if (
                !head.StartsWith("HTTP/1.1 ", StringComparison.Ordinal)
                || !int.TryParse(head.AsSpan(9, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var status)
            )
            {
                throw new FormatException($"No answer of HTTP/1.1: {head.Split('\r')[0]}");
            }
            bytes = bytes[(end + 4)..];
            if (status < 200)
            {
                // "Go on": the answer follows.
                continue;
            }
            return BodyOf(head, status, bytes, ended) is { } body ? new RawAnswer(status, head, body) : null;
        }
    }

    private static byte[]? BodyOf(string head, int status, ReadOnlySpan<byte> bytes, bool ended)
    {
        if (status is 204 or 304)
        {
            return [];
        }
        if (Header(head, "Content-Length") is { } length)
        {
            var wanted = int.Parse(length, CultureInfo.InvariantCulture);
            return bytes.Length >= wanted ? bytes[..wanted].ToArray() : null;
        }
        if (Header(head, "Transfer-Encoding") is null)
        {
            return ended ? bytes.ToArray() : null;
        }
        using var body = new MemoryStream();
        while (bytes.IndexOf("\r\n"u8) is var line and >= 0)
        {
            var size = int.Parse(bytes[..line], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            bytes = bytes[(line + 2)..];
            if (bytes.Length < size + 2)
            {
                return null;
            }
            body.Write(bytes[..size]);
            bytes = bytes[(size + 2)..];
            if (size == 0)
            {
                return body.ToArray();
            }
        }
        return null;
    }

    private static string? Header(string head, string name) =>
        head.Split("\r\n")
            .Skip(1)
            .Select(line => line.Split(':', 2))
            .Where(parts => parts.Length == 2 && parts[0].Equals(name, StringComparison.OrdinalIgnoreCase))
            .Select(parts => parts[1].Trim())
            .FirstOrDefault();
}
