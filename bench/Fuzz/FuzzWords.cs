using System.Text;
using System.Text.RegularExpressions;

namespace PerfGate.Bench.Fuzz;

/// <summary>
/// What mutations put in: names and values out of valid inputs, and what readers of numbers, texts and times are known to
/// stumble over.
/// </summary>
internal sealed partial class FuzzWords
{
    private const int MostWords = 2000;
    private const int LongestWord = 64;

    /// <summary>Numbers at and beyond the edges.</summary>
    public static IReadOnlyList<byte[]> Numbers { get; } =
        Bytes(
            "0",
            "-0",
            "-1",
            "1",
            "0.5",
            "1e999",
            "-1e999",
            "1e-999",
            "1e308",
            "1.7976931348623157e308",
            "5e-324",
            "2147483647",
            "2147483648",
            "-2147483649",
            "9223372036854775807",
            "9223372036854775808",
            "-9223372036854775808",
            "18446744073709551616",
            "99999999999999999999999999999999999999999999",
            "0.1e-400",
            "00012",
            "1_000",
            "1,5",
            "+1",
            "1.",
            ".1",
            "0x10",
            "NaN",
            "Infinity",
            "-Infinity",
            "null",
            "true",
            "1e",
            "253402300800",
            "-62135596801",
            "1767225600",
            "٣"
        );

    /// <summary>Pieces of text that break texts.</summary>
    public static IReadOnlyList<byte[]> Traps { get; } =
    [
        .. Bytes(
            "\\ud800",
            "\\udc00\\ud800",
            "\\u0000",
            "\0",
            "\r\n",
            "\n",
            "\r",
            "\u2028",
            "\ufeff",
            "\\",
            "\\\"",
            "\"",
            "'",
            "\"\"",
            "%00",
            "%",
            "%zz",
            "+",
            "../",
            "//",
            "://",
            "@",
            "?",
            "#",
            ";",
            ",",
            ":",
            "=",
            "{",
            "}",
            "[",
            "]",
            "{}",
            "[]",
            "{{",
            "}}",
            "${",
            "<script>",
            "]]>",
            "<!--",
            "*",
            "p(",
            "P1D",
            "9999-12-31T23:59:59Z",
            "0001-01-01T00:00:00+14:00",
            "2026-02-30T25:61:61Z",
            "1h",
            "-1s",
            "1e9h",
            "0 0 31 2 *",
            "* * * * *",
            "@every_minute",
            "W",
            "L",
            "Infinity",
            "127.0.0.1",
            "0x7f.1",
            "[::1]",
            "[::ffff:169.254.169.254]",
            "xn--",
            "ｅｘａｍｐｌｅ",
            "ß",
            "\u202e",
            "\ud83d\ude00",
            "𝟘"
        ),
        // What UTF-8 forbids: overlong, surrogates, beyond the last, and alone.
        [0xC0, 0x80],
        [0xED, 0xA0, 0x80],
        [0xF4, 0x90, 0x80, 0x80],
        [0xF8, 0x88, 0x80, 0x80, 0x80],
        [0x80],
        [0xFF],
        [0xC3],
        [0xEF, 0xBB, 0xBF],
        [0x1F, 0x8B],
    ];

    private FuzzWords(IReadOnlyList<byte[]> known) => Known = known;

    /// <summary>Names and values of valid inputs.</summary>
    public IReadOnlyList<byte[]> Known { get; }

    /// <summary>Takes them out of valid inputs.</summary>
    public static FuzzWords Of(IEnumerable<byte[]> corpus)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var text in corpus.Select(Encoding.UTF8.GetString))
        {
            foreach (var word in Word().EnumerateMatches(text))
            {
                if (word.Length <= LongestWord && seen.Count < MostWords)
                {
                    seen.Add(text.Substring(word.Index, word.Length));
                }
            }
        }
        return new FuzzWords(Bytes([.. seen.Append("x").Order(StringComparer.Ordinal)]));
    }

    /// <summary>One of all.</summary>
    public byte[] Pick(FuzzRandom random) =>
        random.Below(5) switch
        {
            0 => random.Pick(Numbers),
            1 => random.Pick(Traps),
            _ => random.Pick(Known),
        };

    private static byte[][] Bytes(params string[] words) => [.. words.Select(Encoding.UTF8.GetBytes)];

    // A text in quotes, a word with its signs, or a number.
    [GeneratedRegex("\"[^\"\\r\\n]*\"|[A-Za-z_][A-Za-z0-9_.:/-]*|-?[0-9][0-9.:TZ+-]*", RegexOptions.CultureInvariant)]
    private static partial Regex Word();
}
