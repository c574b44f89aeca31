using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace PerfGate.Core.Scripts;

/// <summary>
/// Writes JSON as a JavaScript literal that can only ever be data. Beyond JSON: everything outside printable ASCII is escaped
/// (so are U+2028 and U+2029, which end a line in old JavaScript), so is the beginning of <c>&lt;/script</c> and
/// <c>&lt;!--</c>, and a member named <c>__proto__</c> is written as a computed name, which makes a member where the plain
/// one would set the prototype.
/// </summary>
public static class JsLiteral
{
    private const string Prototype = "__proto__";
    private const int LongestLine = 80;

    /// <summary>The literal, two spaces a level, lines ended by <c>\n</c>. Members in the order of the node.</summary>
    public static string Write(JsonNode? node)
    {
        var text = new StringBuilder();
        Write(text, node, 0);
        return text.ToString();
    }

    /// <summary>A string literal in double quotes.</summary>
    public static string Text(string value)
    {
        var text = new StringBuilder();
        WriteText(text, value);
        return text.ToString();
    }

    private static void Write(StringBuilder text, JsonNode? node, int level)
    {
        switch (node)
        {
            case JsonObject { Count: > 0 } members:
                WriteBlock(text, "{}", [.. members], level, member => WriteMember(text, member, level + 1));
                break;
            case JsonArray { Count: > 0 } entries:
                WriteBlock(text, "[]", [.. entries], level, entry => Write(text, entry, level + 1));
                break;
            case JsonValue value when value.TryGetValue<string>(out var characters):
                WriteText(text, characters);
                break;
            default:
                text.Append(node?.ToJsonString() ?? "null");
                break;
        }
    }

    /// <summary>A block on one line where it fits, like a stage; else an item a line.</summary>
    private static void WriteBlock<T>(StringBuilder text, string brackets, T[] items, int level, Action<T> write)
    {
        var start = text.Length;
        var space = brackets == "{}" ? " " : "";
        text.Append(brackets[0]).Append(space);
        for (var index = 0; index < items.Length; index++)
        {
            text.Append(index == 0 ? "" : ", ");
            write(items[index]);
        }
        text.Append(space).Append(brackets[1]);
        var written = text.ToString(start, text.Length - start);
        if (written.Length <= LongestLine && !written.Contains('\n', StringComparison.Ordinal))
        {
            return;
        }
        text.Length = start;
        text.Append(brackets[0]);
        foreach (var item in items)
        {
            text.Append('\n').Append(' ', (level + 1) * 2);
            write(item);
            text.Append(',');
        }
        text.Append('\n').Append(' ', level * 2).Append(brackets[1]);
    }

    private static void WriteMember(StringBuilder text, KeyValuePair<string, JsonNode?> member, int level)
    {
        WriteName(text, member.Key);
        Write(text, member.Value, level);
    }

    private static void WriteName(StringBuilder text, string name)
    {
        if (name == Prototype)
        {
            text.Append('[');
            WriteText(text, name);
            text.Append(']');
        }
        else
        {
            WriteText(text, name);
        }
        text.Append(": ");
    }

    private static void WriteText(StringBuilder text, string value)
    {
        text.Append('"');
        for (var index = 0; index < value.Length; index++)
        {
            var c = value[index];
            switch (c)
            {
                case '"':
                    text.Append("\\\"");
                    break;
                case '\\':
                    text.Append("\\\\");
                    break;
                case '\n':
                    text.Append("\\n");
                    break;
                case '<' when index + 1 < value.Length && value[index + 1] is '/' or '!':
                case < ' ':
                case > '~':
                    text.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
                    break;
                default:
                    text.Append(c);
                    break;
            }
        }
        text.Append('"');
    }
}
