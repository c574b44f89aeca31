using Cronos;
using PerfGate.Core.Requests;
using PerfGate.Core.Schedules;

namespace PerfGate.Core.Admission;

/// <summary>
/// When loads may begin on an environment: it opens at the times of a cron expression and stays open for a while.
/// Written <c>0 22 * * 1-5 for 6h in Europe/Zurich</c>; without a zone it is UTC.
/// </summary>
public sealed record ChangeWindow
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    private readonly CronExpression _opens;
    private readonly TimeZoneInfo _zone;

    private ChangeWindow(string text, CronExpression opens, TimeSpan length, TimeZoneInfo zone) =>
        (Text, _opens, Length, _zone) = (text, opens, length, zone);

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>How long it stays open.</summary>
    public TimeSpan Length { get; }

    /// <summary>What <see cref="Read"/> reads, for an error.</summary>
    public const string Form =
        "a cron expression of five fields, how long it is open (1m to 168h), and an IANA time zone or none: \"0 22 * * 1-5 for 6h in Europe/Zurich\"";

    /// <summary>Reads one; null where it cannot be read or never opens.</summary>
    public static ChangeWindow? Read(string text)
    {
        var (rest, zoneName) = Cut(text, " in ") ?? (text, "UTC");
        if (
            Cut(rest, " for ") is not var (cron, length)
            || !DurationText.TryParse(length, out var open)
            || open < TimeSpan.FromMinutes(1)
            || open > Longest
            || !TimeZoneInfo.TryFindSystemTimeZoneById(zoneName, out var zone)
            || !CronText.TryParse(cron, out var opens, out _)
        )
        {
            return null;
        }
        return new ChangeWindow(text, opens, open, zone);
    }

    /// <summary>Whether it is open.</summary>
    public bool IsOpen(DateTimeOffset now) =>
        _opens.GetNextOccurrence(now - Length, _zone) is { } opened && opened <= now;

    /// <summary>When it opens next, UTC; null where never.</summary>
    public DateTimeOffset? OpensAfter(DateTimeOffset now) => _opens.GetNextOccurrence(now, _zone)?.ToUniversalTime();

    private static (string Before, string After)? Cut(string text, string mark) =>
        text.IndexOf(mark, StringComparison.Ordinal) is var at and >= 0
            ? (text[..at].Trim(), text[(at + mark.Length)..].Trim())
            : null;
}
