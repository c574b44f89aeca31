using System.Text;

namespace PerfGate.Core.Reports;

/// <summary>Text from outside, made fit to stand in a document.</summary>
internal static class PlainText
{
    /// <summary>
    /// Puts U+FFFD for what neither HTML nor XML may hold (control characters, lone surrogates, U+FFFE, U+FFFF) and for
    /// characters that reorder the text around them (bidirectional overrides and isolates). Tabs and line ends stay.
    /// </summary>
    public static string Clean(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "";
        }
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            clean.Append(IsUnfit(rune) ? Rune.ReplacementChar : rune);
        }
        return clean.ToString();
    }

    /// <summary><see cref="Clean"/>, on one line and no longer than <paramref name="longest"/> characters.</summary>
    public static string OneLine(string? text, int longest = 300)
    {
        var line = string.Join(' ', Clean(text).Split(['\r', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries))
            .Trim();
        return line.Length <= longest ? line : Clean(line[..(longest - 1)]) + "…";
    }

    private static bool IsUnfit(Rune rune) =>
        rune.Value switch
        {
            '\t' or '\n' or '\r' => false,
            < 0x20 or (>= 0x7F and <= 0x9F) => true,
            (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069) or 0x200E or 0x200F or 0x061C => true,
            0xFFFE or 0xFFFF => true,
            _ => false,
        };
}
