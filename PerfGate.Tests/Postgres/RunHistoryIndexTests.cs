using Npgsql;
using PerfGate.Adapters.Postgres;
using PerfGate.Core.Requests;
using PerfGate.Core.Runs;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Postgres;

/// <summary>Pages of a long history come from an index in their order: nothing is scanned whole, nothing is sorted.</summary>
public sealed class RunHistoryIndexTests(LongHistory history) : IClassFixture<LongHistory>
{
    public static TheoryData<string, RunFilter> Filters()
    {
        var from = LongHistory.Newest.AddDays(-30);
        var data = new TheoryData<string, RunFilter>
        {
            { "none", new RunFilter() },
            {
                "type",
                new RunFilter { TestType = TestType.Endurance }
            },
            {
                "environment",
                new RunFilter { Environment = TargetEnvironment.Production }
            },
            {
                "status, common",
                new RunFilter { Status = RunStatus.Completed }
            },
            {
                "status, rare",
                new RunFilter { Status = RunStatus.Cancelled }
            },
            {
                "verdict, common",
                new RunFilter { Verdict = Verdict.Passed }
            },
            {
                "verdict, rare",
                new RunFilter { Verdict = Verdict.Inconclusive }
            },
            {
                "test",
                new RunFilter { TestDefinitionId = LongHistory.Test(7) }
            },
            {
                "from",
                new RunFilter { From = from }
            },
            {
                "to",
                new RunFilter { To = from }
            },
            {
                "from and to",
                new RunFilter { From = from, To = from.AddDays(1) }
            },
            {
                "type and environment",
                new RunFilter { TestType = TestType.Spike, Environment = TargetEnvironment.Production }
            },
            {
                "environment and verdict",
                new RunFilter { Environment = TargetEnvironment.Production, Verdict = Verdict.Failed }
            },
            {
                "environment and status",
                new RunFilter { Environment = TargetEnvironment.Staging, Status = RunStatus.Failed }
            },
        };
        return data;
    }

    [Theory]
    [MemberData(nameof(Filters), DisableDiscoveryEnumeration = true)]
    public async Task A_page_comes_from_an_index(string filtered, RunFilter filter)
    {
        var second = filter with { After = new RunPlace(LongHistory.Newest.AddDays(-20), Guid.Empty) };
        foreach (var page in new[] { filter, second })
        {
            var plan = await history.ExplainAsync(page);

            Assert.True(plan.Contains("Index", StringComparison.Ordinal), $"{filtered}: {plan}");
            Assert.False(plan.Contains("Seq Scan", StringComparison.Ordinal), $"{filtered}: {plan}");
            Assert.False(plan.Contains("Sort", StringComparison.Ordinal), $"{filtered}: {plan}");
            Assert.False(plan.Contains("Rows Removed by Filter", StringComparison.Ordinal), $"{filtered}: {plan}");
        }
    }

    [Fact]
    public async Task A_run_and_its_gate_are_found_by_their_key()
    {
        var plan = await history.ExplainAsync(
            "SELECT request, status, verdict, reasons FROM performance_test_runs r WHERE r.id = '00000000-0000-0000-0000-000000000001' AND r.request IS NOT NULL"
        );

        Assert.Contains("performance_test_runs_pkey", plan, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Walking_through_all_pages_of_a_filter_shows_each_run_once()
    {
        var filter = new RunFilter { TestDefinitionId = LongHistory.Test(3), Limit = 37 };
        var seen = new HashSet<Guid>();
        RunPage page;
        do
        {
            page = await history.Runs.ReadAsync(filter, TestContext.Current.CancellationToken);
            Assert.All(page.Runs, run => Assert.True(seen.Add(run.TestId)));
            filter = filter with { After = page.Next };
        } while (page.Next is not null);

        Assert.Equal(LongHistory.RunsOfEachTest, seen.Count);
    }
}

/// <summary>A database with 200,000 runs of 1,000 tests over half a year.</summary>
public sealed class LongHistory(PostgresFixture postgres) : IAsyncLifetime
{
    public const int RunsOfEachTest = 200;
    public static readonly DateTimeOffset Newest = new(2026, 6, 30, 0, 0, 0, TimeSpan.Zero);
    private NpgsqlDataSource _database = null!;

    public RunHistory Runs { get; private set; } = null!;

    public static Guid Test(int number) => Guid.Parse($"00000000-0000-0000-0000-{number:000000000000}");

    public async ValueTask InitializeAsync()
    {
        _database = await postgres.CreateMigratedAsync();
        Runs = new RunHistory(_database);
        // Several runs to a microsecond, so that ids decide between them.
        await using var fill = _database.CreateCommand(
            $$"""
            INSERT INTO performance_tests (id, test_type, environment, fingerprint, configuration)
            SELECT ('00000000-0000-0000-0000-' || lpad(n::text, 12, '0'))::uuid, 'load', 'staging', n::text, '{}'
            FROM generate_series(0, 999) n;
            INSERT INTO performance_test_runs
              (id, test_id, test_type, environment, fingerprint, request, reasons, status, verdict, created_at)
            SELECT gen_random_uuid(), ('00000000-0000-0000-0000-' || lpad((n % 1000)::text, 12, '0'))::uuid,
                   (ARRAY['load', 'load', 'load', 'stress', 'spike', 'endurance'])[1 + n % 6],
                   (ARRAY['staging', 'staging', 'production'])[1 + (n / 7) % 3], (n % 1000)::text, '{}', '[]',
                   CASE WHEN n % 100 = 1 THEN 'cancelled' WHEN n % 100 < 4 THEN 'failed' ELSE 'completed' END,
                   CASE WHEN n % 100 = 1 THEN 'inconclusive' WHEN n % 100 < 4 THEN 'error'
                        WHEN n % 10 = 5 THEN 'failed' ELSE 'passed' END,
                   timestamptz '{{Newest:O}}' - (n / 3) * interval '231 seconds'
            FROM generate_series(0, {{(1000 * RunsOfEachTest) - 1}}) n;
            ANALYZE performance_test_runs;
            """
        );
        fill.CommandTimeout = 300;
        await fill.ExecuteNonQueryAsync();
    }

    public async Task<string> ExplainAsync(RunFilter filter)
    {
        await using var connection = await _database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var batch = RunHistory.CreateBatch(connection, filter, "EXPLAIN (ANALYZE, TIMING OFF) ");
        await using var row = await batch.ExecuteReaderAsync();
        return await ReadAsync(row);
    }

    public async Task<string> ExplainAsync(string sql)
    {
        await using var command = _database.CreateCommand($"EXPLAIN (ANALYZE, TIMING OFF) {sql}");
        await using var row = await command.ExecuteReaderAsync();
        return await ReadAsync(row);
    }

    private static async Task<string> ReadAsync(NpgsqlDataReader row)
    {
        var plan = new List<string>();
        while (await row.ReadAsync())
        {
            plan.Add(row.GetString(0));
        }
        return string.Join('\n', plan);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();
}
