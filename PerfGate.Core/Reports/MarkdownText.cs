using System.Text;

namespace PerfGate.Core.Reports;

/// <summary>Outside text in GitHub-flavoured Markdown.</summary>
internal static class MarkdownText
{
    private const string Special = "\\`*_{}[]<>()#+!|~&$";

    /// <summary>Text that stays text: punctuation escaped, one line, and a mention (<c>@name</c>) that reaches nobody.</summary>
    public static string Escape(string? text)
    {
        var escaped = new StringBuilder();
        foreach (var character in PlainText.OneLine(text, 1000))
        {
            if (Special.Contains(character, StringComparison.Ordinal))
            {
                escaped.Append('\\');
            }
            escaped.Append(character);
            if (character == '@')
            {
                escaped.Append('\u200B');
            }
        }
        return escaped.ToString();
    }

    /// <summary>
    /// A code span. Its fence is longer than any run of backticks inside (CommonMark 6.1); pipes are escaped for tables
    /// (GFM 4.10), which a code span outside of one would show, so this is for tables and for text without pipes alike.
    /// </summary>
    public static string Code(string? text)
    {
        var line = PlainText.OneLine(text).Replace("|", "\\|", StringComparison.Ordinal);
        if (line.Length == 0)
        {
            return "";
        }
        var fence = new string('`', LongestRun(line) + 1);
        var pad = line[0] == '`' || line[^1] == '`' ? " " : "";
        return fence + pad + line + pad + fence;
    }

    private static int LongestRun(string line)
    {
        var longest = 0;
        var run = 0;
        foreach (var character in line)
        {
            run = character == '`' ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }
        return longest;
    }
}
