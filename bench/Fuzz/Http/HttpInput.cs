using System.Globalization;
using System.Text;

namespace PerfGate.Bench.Fuzz.Http;

/// <summary>A request as it is said.</summary>
/// <param name="Bytes">All of it.</param>
/// <param name="IsFramed">Whether it ends where its headers say.</param>
/// <param name="Token">The token in it, changed or not; null where there is none.</param>
internal sealed record HttpInput(byte[] Bytes, bool IsFramed, string? Token)
{
    /// <summary>The tokens that were issued, where the one in it was made of one of them: it may have become another.</summary>
    public IReadOnlyList<string>? Issued { get; init; }

    /// <summary>Whether it stores something where it is good.</summary>
    public bool IsImport { get; init; }

    /// <summary>Puts a request together that ends where it says.</summary>
    /// <param name="method">The method.</param>
    /// <param name="target">Path and query, percent-encoded.</param>
    /// <param name="token">The token.</param>
    /// <param name="headers">More headers, each with its line end.</param>
    /// <param name="body">The body; null for none.</param>
    public static HttpInput Framed(string method, string target, string token, string headers, byte[]? body = null) =>
        new(Write(method, target, token, Encoding.Latin1.GetBytes(headers), body), true, token);

    /// <summary>The bytes of a request.</summary>
    public static byte[] Write(string method, string target, string token, byte[] headers, byte[]? body)
    {
        var head = Encoding.Latin1.GetBytes(
            $"{method} {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
        );
        var length = body is null
            ? "\r\n"
            : string.Create(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n\r\n");
        return [.. head, .. headers, .. Encoding.Latin1.GetBytes(length), .. body ?? []];
    }

    /// <summary>Bytes as a part of a query, those that a request line cannot hold percent-encoded.</summary>
    public static string Escape(byte[] value, FuzzRandom random)
    {
        var text = new StringBuilder();
        foreach (var one in value.AsSpan(0, Math.Min(value.Length, 2000)))
        {
            var isPlain = char.IsAsciiLetterOrDigit((char)one) || "-._~:/?@!$'()*,;=".Contains((char)one);
            text.Append(
                isPlain || (one is > 0x20 and < 0x7f && random.OneIn(20))
                    ? ((char)one).ToString()
                    : string.Create(CultureInfo.InvariantCulture, $"%{one:X2}")
            );
        }
        return text.ToString();
    }
}
