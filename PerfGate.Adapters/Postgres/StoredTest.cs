using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Npgsql;
using PerfGate.Core.Requests;
using PerfGate.Core.Runs;
using PerfGate.Core.Schedules;

namespace PerfGate.Adapters.Postgres;

/// <summary>How a stored test came to be. Written in lower case in JSON.</summary>
[JsonConverter(typeof(LowerCaseEnumConverter<TestOrigin>))]
public enum TestOrigin
{
    /// <summary>Somebody defined it, or changed its configuration: only a person changes it.</summary>
    Defined,

    /// <summary>An execute made it. The same load executed again belongs to it, and its configuration is the last one's.</summary>
    Executed,
}

/// <summary>A stored test with its latest runs.</summary>
public sealed record StoredTest
{
    /// <summary>Its id.</summary>
    public required Guid Id { get; init; }

    /// <summary>What people call it; null for none.</summary>
    public string? Name { get; init; }

    /// <summary>Shape of load.</summary>
    public required TestType TestType { get; init; }

    /// <summary>Where it is aimed.</summary>
    public required TargetEnvironment Environment { get; init; }

    /// <summary>How it came to be.</summary>
    public required TestOrigin Origin { get; init; }

    /// <summary>What a run of it asks for; null where what is stored cannot be read.</summary>
    public required TestConfiguration? Configuration { get; init; }

    /// <summary>
    /// Fields of <c>configuration</c> and <c>schedule</c> that cannot be read as they are stored; null where all can. The test does
    /// not run until they are put anew.
    /// </summary>
    public IReadOnlyList<string>? Unreadable { get; init; }

    /// <summary>Grows with every change of the definition; not with its runs.</summary>
    public required long Version { get; init; }

    /// <summary>When it was stored first, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Who stored it; null where unknown.</summary>
    public string? CreatedBy { get; init; }

    /// <summary>When it was changed last, UTC; null where never.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>Who changed it last; null where unknown.</summary>
    public string? UpdatedBy { get; init; }

    /// <summary>When it runs by itself; null for never, and where what is stored cannot be read.</summary>
    public Schedule? Schedule { get; init; }

    /// <summary>Where its schedule stands; null where it has none.</summary>
    public ScheduleState? ScheduleState { get; init; }

    /// <summary>Its newest run, wherever that stands; null where there is none.</summary>
    public LatestRun? Latest { get; init; }

    /// <summary>Its newest run that has ended; null where there is none.</summary>
    public LatestRun? LatestEnded { get; init; }

    /// <summary>The entity tag of the definition, quotes included: its version.</summary>
    [JsonIgnore]
    public string ETag => string.Create(CultureInfo.InvariantCulture, $"\"{Version}\"");

    /// <summary>What a run of it asks for, whole; null where what is stored cannot be read.</summary>
    [JsonIgnore]
    public RunRequest? Request => Configuration is { } asked ? new(TestType, asked, Environment) : null;

    internal const string Columns =
        "t.id, t.name, t.test_type, t.environment, t.fingerprint IS NULL, t.configuration, t.version, t.created_at, "
        + "t.created_by, t.updated_at, t.updated_by, t.schedule, t.schedule_next_at, t.schedule_last_at, "
        + "t.schedule_last_outcome, latest_run.*, ended_run.*";

    private const int FirstOfRuns = 15;

    internal static StoredTest Read(NpgsqlDataReader row)
    {
        var unreadable = new List<string>();
        var configuration = ReadJson<TestConfiguration>(row, 5, "configuration", unreadable);
        var schedule = row.IsDBNull(11) ? null : ReadJson<Schedule>(row, 11, "schedule", unreadable);
        return new()
        {
            Id = row.GetGuid(0),
            Name = ReadText(row, 1),
            TestType = Enum.Parse<TestType>(row.GetString(2), ignoreCase: true),
            Environment = Enum.Parse<TargetEnvironment>(row.GetString(3), ignoreCase: true),
            Origin = row.GetBoolean(4) ? TestOrigin.Defined : TestOrigin.Executed,
            Configuration = configuration,
            Unreadable = unreadable.Count > 0 ? unreadable : null,
            Version = row.GetInt64(6),
            CreatedAt = row.GetFieldValue<DateTimeOffset>(7),
            CreatedBy = ReadText(row, 8),
            UpdatedAt = ReadTime(row, 9),
            UpdatedBy = ReadText(row, 10),
            Schedule = schedule,
            ScheduleState = row.IsDBNull(11)
                ? null
                : new ScheduleState(ReadTime(row, 12), ReadTime(row, 13), ReadText(row, 14)),
            Latest = LatestRun.Read(row, FirstOfRuns),
            LatestEnded = LatestRun.Read(row, FirstOfRuns + LatestRun.ColumnCount),
        };
    }

    // One row that somebody else wrote, or that a newer version did, must not take the others of its page along.
    private static T? ReadJson<T>(NpgsqlDataReader row, int column, string name, List<string> unreadable)
        where T : class
    {
        var json = row.GetString(column);
        try
        {
            if (JsonSerializer.Deserialize<T>(json, RunJson.Options) is { } read)
            {
                return read;
            }
            unreadable.Add(name);
        }
        catch (Exception wrong) when (wrong is JsonException or FormatException or NotSupportedException)
        {
            unreadable.Add(wrong is JsonException { Path: ['$', .. var field] } ? name + field : name);
        }
        return null;
    }

    private static string? ReadText(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetString(column);

    private static DateTimeOffset? ReadTime(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}
