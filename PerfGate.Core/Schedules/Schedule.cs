using Cronos;

namespace PerfGate.Core.Schedules;

/// <summary>When a stored test runs by itself.</summary>
public sealed record Schedule
{
    /// <summary>When tests without an expression of their own run: every night at two.</summary>
    public const string DefaultNightly = "0 2 * * *";

    /// <summary>
    /// Cron expression of five fields (minute, hour, day of month, month, day of week), as
    /// <see href="https://github.com/HangfireIO/Cronos">Cronos</see> reads it; null for nightly, when the host says.
    /// </summary>
    public string? Cron { get; init; }

    /// <summary>IANA name of the time zone that the expression is meant in; default <c>UTC</c>.</summary>
    public string TimeZone { get; init; } = "UTC";

    /// <summary>Whether it starts runs; default true.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>
    /// The next time after another one, UTC; null where it is not enabled or never comes. A time that the clocks leap over in
    /// spring comes at the end of the leap; one that comes twice in autumn counts once, unless it is one of an interval.
    /// </summary>
    /// <param name="after">Not this time itself.</param>
    /// <param name="nightly">The host's expression for nightly tests; default <see cref="DefaultNightly"/>.</param>
    /// <exception cref="CronFormatException">An expression cannot be read.</exception>
    /// <exception cref="TimeZoneNotFoundException">The machine does not know the time zone.</exception>
    public DateTimeOffset? NextAfter(DateTimeOffset after, string nightly = DefaultNightly) =>
        Enabled
            ? CronExpression
                .Parse(Cron ?? nightly)
                .GetNextOccurrence(after, TimeZoneInfo.FindSystemTimeZoneById(TimeZone))
                ?.ToUniversalTime()
            : null;
}

/// <summary>Where a schedule stands.</summary>
/// <param name="NextAt">When it starts the next run, UTC; null where it does not. A time that was missed is made up for once.</param>
/// <param name="LastAt">When it was due last, UTC; null where never.</param>
/// <param name="LastOutcome">What came of it then, a sentence; null where it was never due.</param>
public sealed record ScheduleState(DateTimeOffset? NextAt, DateTimeOffset? LastAt, string? LastOutcome);
