using System.Text.Json;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;

namespace PerfGate.Core.Schedules;

/// <summary>Reads <c>{cron, timeZone, enabled}</c>.</summary>
public static class ScheduleReader
{
    private static readonly string[] Known = ["cron", "timeZone", "enabled"];

    private const int LongestCron = 100;
    private const int LongestZone = 100;
    private const string CronForm =
        "a cron expression of five fields: minute, hour, day of month, month, day of week; such as \"0 2 * * 1-5\"";
    private const string ZoneForm = "an IANA time zone such as \"Europe/Zurich\"";

    // Cronos looks centuries ahead: what does not come after this day never does.
    private static readonly DateTimeOffset SomeDay = new(2027, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Reads a schedule that stands alone, with <c>confirmEnvironment</c> beside its fields; <c>null</c> is none.</summary>
    /// <param name="json">UTF-8.</param>
    /// <param name="type">The test's type: only endurance tests have a time by default.</param>
    /// <param name="limits">What may be asked for.</param>
    public static Validated<ScheduleChange> Read(ReadOnlyMemory<byte> json, TestType type, Limits limits) =>
        json.Span.Trim(" \t\r\n"u8).SequenceEqual("null"u8)
            ? Validated<ScheduleChange>.Ok(new ScheduleChange(null))
            : RequestDocument.Read(
                json,
                limits,
                (root, errors) =>
                {
                    var fields = FieldReader.Open(root, "", errors, [.. Known, Confirmation.Field])!;
                    return new ScheduleChange(Read(fields, type)) { ConfirmEnvironment = Confirmation.Read(fields) };
                }
            );

    /// <summary>Reads a schedule within a definition; null where it cannot be used.</summary>
    internal static Schedule? Read(JsonElement value, string path, TestType? type, ErrorList errors)
    {
        return FieldReader.Open(value, path, errors, Known) is { } fields ? Read(fields, type) : null;
    }

    private static Schedule Read(FieldReader fields, TestType? type)
    {
        var zone = Zone(fields);
        var cron = fields.Text("cron", LongestCron, CronForm, required: type is not (null or TestType.Endurance));
        if (cron is not null && Problem(cron) is { } problem)
        {
            fields.Refuse(fields.At("cron"), $"is \"{FieldPath.Shown(cron)}\": {problem}", CronForm);
        }
        var enabled = fields.Raw("enabled");
        if (enabled is { ValueKind: not (JsonValueKind.True or JsonValueKind.False) } other)
        {
            fields.Refuse(fields.At("enabled"), $"is {FieldReader.Kind(other)}", "true or false");
        }
        return new Schedule
        {
            Cron = cron,
            TimeZone = zone ?? "UTC",
            Enabled = enabled is not { ValueKind: JsonValueKind.False },
        };
    }

    private static string? Zone(FieldReader fields)
    {
        var name = fields.Text("timeZone", LongestZone, ZoneForm);
        if (name is null || TimeZoneInfo.TryFindSystemTimeZoneById(name, out _))
        {
            return name;
        }
        fields.Refuse(fields.At("timeZone"), $"is \"{FieldPath.Shown(name)}\", which is not known here", ZoneForm);
        return null;
    }

    private static string? Problem(string text) =>
        !CronText.TryParse(text, out var cron, out var problem) ? problem
        : cron.GetNextOccurrence(SomeDay, TimeZoneInfo.Utc) is null ? "it never comes"
        : null;
}

/// <summary>A schedule to be set.</summary>
/// <param name="Schedule">The schedule; null takes it away.</param>
public sealed record ScheduleChange(Schedule? Schedule)
{
    /// <summary>The environment as it was named a second time; null where it was not.</summary>
    public string? ConfirmEnvironment { get; init; }
}
