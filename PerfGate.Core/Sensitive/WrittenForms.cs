using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace PerfGate.Core.Sensitive;

/// <summary>A text as its reader will read it: percent-encoding of URLs and forms, escapes of JSON, references of HTML hide nothing.</summary>
internal static partial class WrittenForms
{
    // Encoded twice is not an accident any more; three times is not looked for.
    private const int Rounds = 2;

    /// <summary>The text, and what it becomes when it is decoded.</summary>
    public static IEnumerable<string> Of(string text)
    {
        yield return text;
        for (var round = 0; round < Rounds; round++)
        {
            var decoded = Decoded(text);
            if (decoded == text)
            {
                yield break;
            }
            yield return text = decoded;
        }
    }

    private static string Decoded(string text)
    {
        if (text.Contains('%', StringComparison.Ordinal))
        {
            text = Uri.UnescapeDataString(text);
        }
        if (text.Contains("\\u", StringComparison.OrdinalIgnoreCase))
        {
            text = Escape().Replace(text, one => ((char)Number(one.Groups[1].Value)).ToString());
        }
        return text.Contains('&', StringComparison.Ordinal) ? WebUtility.HtmlDecode(text) : text;
    }

    private static int Number(string hex) => int.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\\u([0-9a-f]{4})", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Escape();
}
