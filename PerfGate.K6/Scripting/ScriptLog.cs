using System.Globalization;
using System.Text;

namespace PerfGate.K6.Scripting;

/// <summary>k6's log: a line of logfmt an event, or of JSON with <c>--log-format json</c>.</summary>
public sealed class ScriptLog(TextWriter? target, bool json)
{
    private readonly Lock _lock = new();

    /// <summary>Writes <c>level=info</c>.</summary>
    public void Info(string message, params ReadOnlySpan<(string Name, string Value)> fields) =>
        Write("info", message, fields);

    /// <summary>Writes <c>level=warning</c>.</summary>
    public void Warn(string message, params ReadOnlySpan<(string Name, string Value)> fields) =>
        Write("warning", message, fields);

    /// <summary>Writes <c>level=error</c>.</summary>
    public void Error(string message, params ReadOnlySpan<(string Name, string Value)> fields) =>
        Write("error", message, fields);

    /// <summary>Writes a line.</summary>
    public void Write(string level, string message, ReadOnlySpan<(string Name, string Value)> fields)
    {
        if (target is null)
        {
            return;
        }
        var now = DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        var line = new StringBuilder();
        if (json)
        {
            line.Append('{');
            foreach (var (name, value) in fields)
            {
                line.Append(JsonText(name)).Append(':').Append(JsonText(value)).Append(',');
            }
            line.Append(CultureInfo.InvariantCulture, $"\"level\":\"{level}\",\"msg\":{JsonText(message)},");
            line.Append(CultureInfo.InvariantCulture, $"\"time\":\"{now}\"}}");
        }
        else
        {
            line.Append(CultureInfo.InvariantCulture, $"time=\"{now}\" level={level} msg={Quote(message)}");
            foreach (var (name, value) in fields)
            {
                line.Append(' ').Append(name).Append('=').Append(Quote(value));
            }
        }
        lock (_lock)
        {
            target.WriteLine(line);
            target.Flush();
        }
    }

    private static string JsonText(string text) => System.Text.Json.JsonSerializer.Serialize(text);

    // As logrus: bare where only harmless characters, else a Go string literal.
    private static string Quote(string text)
    {
        if (
            text.Length > 0
            && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '/' or '@' or '^' or '+')
        )
        {
            return text;
        }
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append("\\\\"),
                '\n' => quoted.Append("\\n"),
                '\r' => quoted.Append("\\r"),
                '\t' => quoted.Append("\\t"),
                < ' ' => quoted.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}"),
                _ => quoted.Append(c),
            };
        }
        return quoted.Append('"').ToString();
    }
}
