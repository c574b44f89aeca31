using Npgsql;
using PerfGate.Core.Requests;
using PerfGate.Core.Runs;

namespace PerfGate.Adapters.Postgres;

/// <summary>A run in the history.</summary>
public sealed record RunHistoryRow
{
    /// <summary>The run's id.</summary>
    public required Guid TestId { get; init; }

    /// <summary>The stored test it belongs to; null where it was recorded by another program.</summary>
    public Guid? TestDefinitionId { get; init; }

    /// <summary>Shape of load; null where another program did not say.</summary>
    public TestType? TestType { get; init; }

    /// <summary>Where it was aimed; null where another program did not say.</summary>
    public TargetEnvironment? Environment { get; init; }

    /// <summary>Where it stands.</summary>
    public required RunStatus Status { get; init; }

    /// <summary>Null until it ended.</summary>
    public Verdict? Verdict { get; init; }

    /// <summary>When it was accepted, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it got its slot, UTC.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended, UTC.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Which engine made the load, with its version.</summary>
    public string? Engine { get; init; }

    /// <summary>Who asked for it; null where unknown.</summary>
    public string? RequestedBy { get; init; }

    /// <summary>Planned length of the load, seconds.</summary>
    public int? DurationSeconds { get; init; }

    /// <summary>Most VUs planned.</summary>
    public int? ConcurrentUsers { get; init; }

    /// <summary>Requests made.</summary>
    public long? Requests { get; init; }

    /// <summary>Average over answered requests, milliseconds.</summary>
    public double? AvgResponseTimeMs { get; init; }

    /// <summary>95th percentile over answered requests, milliseconds.</summary>
    public double? P95ResponseTimeMs { get; init; }

    /// <summary>Share failed, 0 to 1.</summary>
    public double? ErrorRate { get; init; }

    /// <summary>Requests a second.</summary>
    public double? ThroughputRps { get; init; }

    /// <summary>Whether another program wrote this row: its figures are all that is known of it.</summary>
    public bool External { get; init; }

    // The measured figures; the DECIMAL columns are their rounded copies, and all that others write.
    internal const string Columns = """
        r.id, r.test_id, r.test_type, r.environment, r.status, r.verdict, r.created_at, r.started_at, r.ended_at, r.engine,
        r.requested_by, r.duration_seconds, r.concurrent_users, r.requests,
        coalesce(r.measured_avg_ms, r.avg_response_time_ms::float8),
        coalesce(r.measured_p95_ms, r.p95_response_time_ms::float8),
        coalesce(r.measured_error_rate, r.error_rate::float8),
        coalesce(r.measured_throughput_rps, r.throughput_rps::float8), r.request IS NULL
        """;

    internal static RunHistoryRow Read(NpgsqlDataReader row) =>
        new()
        {
            TestId = row.GetGuid(0),
            TestDefinitionId = Value<Guid>(row, 1),
            TestType = Choice<TestType>(row, 2),
            Environment = Choice<TargetEnvironment>(row, 3),
            Status = Choice<RunStatus>(row, 4)!.Value,
            Verdict = Choice<Verdict>(row, 5),
            CreatedAt = row.GetFieldValue<DateTimeOffset>(6),
            StartedAt = Value<DateTimeOffset>(row, 7),
            EndedAt = Value<DateTimeOffset>(row, 8),
            Engine = row.IsDBNull(9) ? null : row.GetString(9),
            RequestedBy = row.IsDBNull(10) ? null : row.GetString(10),
            DurationSeconds = Value<int>(row, 11),
            ConcurrentUsers = Value<int>(row, 12),
            Requests = Value<long>(row, 13),
            AvgResponseTimeMs = Value<double>(row, 14),
            P95ResponseTimeMs = Value<double>(row, 15),
            ErrorRate = Value<double>(row, 16),
            ThroughputRps = Value<double>(row, 17),
            External = row.GetBoolean(18),
        };

    private static T? Value<T>(NpgsqlDataReader row, int column)
        where T : struct => row.IsDBNull(column) ? null : row.GetFieldValue<T>(column);

    private static T? Choice<T>(NpgsqlDataReader row, int column)
        where T : struct, Enum => row.IsDBNull(column) ? null : Enum.Parse<T>(row.GetString(column), ignoreCase: true);
}
