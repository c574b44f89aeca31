using Npgsql;
using PerfGate.Core.Requests;
using PerfGate.Core.Runs;

namespace PerfGate.Adapters.Postgres;

/// <summary>One of the latest runs of a test, with its figures once it has ended.</summary>
public sealed record LatestRun(
    Guid TestId,
    RunStatus Status,
    Verdict? Verdict,
    DateTimeOffset CreatedAt,
    DateTimeOffset? EndedAt,
    double? AvgResponseTimeMs,
    double? P95ResponseTimeMs,
    double? ErrorRate,
    double? ThroughputRps
)
{
    internal const int ColumnCount = 9;

    private const string Columns =
        "r.id, r.status, r.verdict, r.created_at, r.ended_at, "
        + "r.measured_avg_ms, r.measured_p95_ms, r.measured_error_rate, r.measured_throughput_rps";

    /// <summary>
    /// SQL of the newest run of the test <c>t</c>, and of its newest that has ended, as <c>latest_run</c> and
    /// <c>ended_run</c>. The range over the whole key, and the order by all of it, leave the planner one index to choose: the
    /// one by test (migration 0011), whatever it believes about how runs are spread.
    /// </summary>
    internal const string Joins = $"""
        LEFT JOIN LATERAL (
          SELECT {Columns} FROM performance_test_runs r WHERE {OfTest} {NewestFirst} LIMIT 1) latest_run ON TRUE
        LEFT JOIN LATERAL (
          SELECT {Columns} FROM performance_test_runs r
          WHERE {OfTest} AND r.status NOT IN ('queued', 'running') {NewestFirst} LIMIT 1) ended_run ON TRUE
        """;

    private const string OfTest =
        "(r.test_id, r.created_at, r.id) >= (t.id, '-infinity'::timestamptz, '00000000-0000-0000-0000-000000000000'::uuid) "
        + "AND (r.test_id, r.created_at, r.id) <= (t.id, 'infinity'::timestamptz, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)";

    private const string NewestFirst = "ORDER BY r.test_id DESC, r.created_at DESC, r.id DESC";

    internal static LatestRun? Read(NpgsqlDataReader row, int first) =>
        row.IsDBNull(first)
            ? null
            : new LatestRun(
                row.GetGuid(first),
                Enum.Parse<RunStatus>(row.GetString(first + 1), ignoreCase: true),
                row.IsDBNull(first + 2) ? null : Enum.Parse<Verdict>(row.GetString(first + 2), ignoreCase: true),
                row.GetFieldValue<DateTimeOffset>(first + 3),
                row.IsDBNull(first + 4) ? null : row.GetFieldValue<DateTimeOffset>(first + 4),
                ReadNumber(row, first + 5),
                ReadNumber(row, first + 6),
                ReadNumber(row, first + 7),
                ReadNumber(row, first + 8)
            );

    private static double? ReadNumber(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetDouble(column);
}
