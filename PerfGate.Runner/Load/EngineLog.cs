using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using PerfGate.Core.K6Output;
using PerfGate.Core.Sensitive;

namespace PerfGate.Runner.Load;

/// <summary>
/// What the engine printed: stripped of secrets, cut to a size, and read for exceptions of the script, which k6 reports
/// nowhere else.
/// </summary>
internal sealed class EngineLog
{
    /// <summary>Most that is kept, characters. What comes after is counted.</summary>
    public const int MaxLength = 1024 * 1024;

    private const int MaxLineLength = 4000;

    private static readonly Regex KeyBegin = LinearPattern.Of("-----BEGIN [A-Z ]*PRIVATE KEY-----\\s*\\z");

    // Base64, or a header of an encrypted key (RFC 1421).
    private static readonly Regex KeyLine = LinearPattern.Of("^[A-Za-z0-9+/=\\s]+\\z|^(Proc-Type|DEK-Info): ");

    // Lines are as long as whoever printed them likes: from each quote a search for the next would take the line's length squared.
    private static readonly Regex Quoted = LinearPattern.Of("\"(?:[^\"\\\\]|\\\\.)*\"");

    private static readonly Regex Message = LinearPattern.Of("msg=\"(?:[^\"\\\\]|\\\\.)*\"");

    private readonly Lock _lock = new();
    private readonly StringBuilder _text = new();
    private long _omitted;
    private string? _lastError;
    private bool _withinKey;

    /// <summary>Exceptions thrown by the script.</summary>
    public long ScriptExceptions { get; private set; }

    /// <summary>The first of them, stripped.</summary>
    public string? FirstScriptException { get; private set; }

    /// <summary>The message of the last line of level error, stripped; else the last line; null where nothing was printed.</summary>
    public string? LastError
    {
        get
        {
            lock (_lock)
            {
                return _lastError ?? LastLine();
            }
        }
    }

    /// <summary>Adds a line. Safe from several threads.</summary>
    public void Add(string line)
    {
        // Text in quotes is the script's own and may look like anything.
        var marks = Quoted.Replace(line, "");
        lock (_lock)
        {
            var stripped = IsOfKey(line) ? "[stripped]" : SensitiveText.Strip(line, MaxLineLength);
            if (marks.Contains("level=error", StringComparison.Ordinal) && !IsOutOfTurn(line))
            {
                _lastError = MessageOf(stripped);
                if (
                    marks.Contains("source=stacktrace", StringComparison.Ordinal)
                    || line.Contains("hint=\"script exception\"", StringComparison.Ordinal)
                )
                {
                    ScriptExceptions++;
                    FirstScriptException ??= _lastError;
                }
            }
            if (_text.Length + stripped.Length < MaxLength)
            {
                _text.Append(stripped).Append('\n');
            }
            else
            {
                _omitted++;
            }
        }
    }

    /// <summary>The log as UTF-8.</summary>
    public byte[] ToUtf8()
    {
        lock (_lock)
        {
            var end =
                _omitted > 0
                    ? string.Create(CultureInfo.InvariantCulture, $"({_omitted} further lines omitted)\n")
                    : "";
            return Encoding.UTF8.GetBytes(_text + end);
        }
    }

    /// <summary>Whether a line is within a private key that an earlier one began: alone it looks like nothing.</summary>
    private bool IsOfKey(string line)
    {
        var within = _withinKey && KeyLine.IsMatch(line);
        _withinKey = within || KeyBegin.IsMatch(line);
        return within;
    }

    /// <summary>
    /// k6's own way to end a user whose turn to make a request (<c>rps</c>) would come after the end of the load: no fault of the
    /// script's.
    /// </summary>
    private static bool IsOutOfTurn(string line) =>
        line.Contains("rate: Wait(n=1) would exceed context deadline", StringComparison.Ordinal);

    private static string MessageOf(string line)
    {
        var message = Message.Match(line);
        var text = message.Success
            ? message.Value["msg=\"".Length..^1].Replace("\\n", "\n").Replace("\\t", " ").Replace("\\\"", "\"").Trim()
            : line;
        return SensitiveText.Strip(text, 1000);
    }

    private string? LastLine() =>
        _text.Length == 0 ? null
        : _text.ToString().TrimEnd('\n').Split('\n')[^1] is { Length: > 0 } line ? line
        : null;
}
