using System.Text.Json;
using Npgsql;
using PerfGate.Core.Requests;
using PerfGate.Core.Runs;

namespace PerfGate.Adapters.Postgres;

/// <summary>A stored test with its latest run.</summary>
public sealed record StoredTest(
    Guid Id,
    TestType TestType,
    TargetEnvironment Environment,
    TestConfiguration Configuration,
    DateTimeOffset CreatedAt,
    LatestRun? Latest
);

/// <summary>The latest run of a test.</summary>
public sealed record LatestRun(
    Guid TestId,
    RunStatus Status,
    Verdict? Verdict,
    DateTimeOffset CreatedAt,
    double? AvgResponseTimeMs,
    double? P95ResponseTimeMs,
    double? ErrorRate,
    double? ThroughputRps
);

/// <summary>Stored tests.</summary>
public sealed class TestStore(NpgsqlDataSource database)
{
    private const int Most = 200;

    /// <summary>The newest 200 tests, each with its latest run.</summary>
    public async Task<IReadOnlyList<StoredTest>> ListAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            SELECT t.id, t.test_type, t.environment, t.configuration, t.created_at,
                   r.id, r.status, r.verdict, r.created_at,
                   r.measured_avg_ms, r.measured_p95_ms, r.measured_error_rate, r.measured_throughput_rps
            FROM (SELECT * FROM performance_tests ORDER BY created_at DESC, id LIMIT $1) t
            LEFT JOIN LATERAL (
              SELECT * FROM performance_test_runs WHERE test_id = t.id ORDER BY created_at DESC LIMIT 1) r ON TRUE
            ORDER BY t.created_at DESC, t.id
            """
        );
        command.Parameters.AddWithValue(Most);
        var tests = new List<StoredTest>();
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            tests.Add(
                new StoredTest(
                    row.GetGuid(0),
                    Enum.Parse<TestType>(row.GetString(1), ignoreCase: true),
                    Enum.Parse<TargetEnvironment>(row.GetString(2), ignoreCase: true),
                    JsonSerializer.Deserialize<TestConfiguration>(row.GetString(3), RunJson.Options)!,
                    row.GetFieldValue<DateTimeOffset>(4),
                    row.IsDBNull(5) ? null : ReadLatest(row)
                )
            );
        }
        return tests;
    }

    private static LatestRun ReadLatest(NpgsqlDataReader row) =>
        new(
            row.GetGuid(5),
            Enum.Parse<RunStatus>(row.GetString(6), ignoreCase: true),
            row.IsDBNull(7) ? null : Enum.Parse<Verdict>(row.GetString(7), ignoreCase: true),
            row.GetFieldValue<DateTimeOffset>(8),
            ReadNumber(row, 9),
            ReadNumber(row, 10),
            ReadNumber(row, 11),
            ReadNumber(row, 12)
        );

    private static double? ReadNumber(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetDouble(column);
}
