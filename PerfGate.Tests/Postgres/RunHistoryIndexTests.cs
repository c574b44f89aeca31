using System.Globalization;
using System.Text.RegularExpressions;
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

    /// <summary>Every set of filters: bit by bit type, environment, status, verdict and test.</summary>
    public static TheoryData<int> Sets() => new(Enumerable.Range(0, 32));

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task No_set_of_filters_reads_a_run_to_leave_it_out_however_few_it_lets_through(int set)
    {
        foreach (var filter in OfSet(set))
        {
            var second = filter with { After = new RunPlace(LongHistory.Newest.AddDays(-20), Guid.Empty) };
            var between = filter with { From = LongHistory.Newest.AddDays(-9), To = LongHistory.Newest.AddDays(-8) };
            foreach (var page in new[] { filter, second, between })
            {
                var plan = await history.ExplainAsync(page);

                Assert.False(plan.Contains("Seq Scan", StringComparison.Ordinal), $"{page}: {plan}");
                // A way down the index for each of 25 ranges at most, and a block for each run that is shown, or of another range
                // is as new; 200,000 runs are more than 5,000 blocks, an index of them more than 1,000.
                var blocks = LongHistory.Blocks(plan);
                var most = (25 * 8) + (LongHistory.Rows(plan) == 0 ? 0 : 8 * filter.Limit);
                Assert.True(blocks <= most, $"{blocks} of {most}: {page}: {plan}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task Every_set_of_filters_lets_through_what_it_says(int set)
    {
        foreach (var filter in OfSet(set))
        {
            var page = await history.Runs.ReadAsync(filter, TestContext.Current.CancellationToken);

            Assert.Equal(history.Ids(filter), page.Runs.Select(run => run.TestId));
        }
    }

    [Fact]
    public async Task A_run_and_its_gate_are_found_by_their_key()
    {
        var found = 0;
        foreach (var status in new[] { RunStatus.Queued, RunStatus.Completed })
        {
            var page = await history.Runs.ReadAsync(
                new RunFilter { Status = status, TestType = TestType.Load },
                TestContext.Current.CancellationToken
            );
            var plan = await history.ExplainAsync(database =>
                RunStore.CreateFind(database, page.Runs[^1].TestId, LongHistory.Explain)
            );

            Assert.Contains("performance_test_runs_pkey", plan, StringComparison.Ordinal);
            Assert.DoesNotContain("Seq Scan", plan, StringComparison.Ordinal);
            Assert.InRange(LongHistory.Blocks(plan), 1, 100);
            found++;
        }
        Assert.Equal(2, found);
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

    // Values that let many runs through, few, hardly any, none that can be, and such whose test is another.
    private static IEnumerable<RunFilter> OfSet(int set) =>
        new RunFilter[]
        {
            Of(TestType.Load, TargetEnvironment.Staging, RunStatus.Completed, Verdict.Passed, 6),
            Of(TestType.Endurance, TargetEnvironment.Production, RunStatus.Cancelled, Verdict.Inconclusive, 707),
            Of(TestType.Spike, TargetEnvironment.Production, RunStatus.Completed, Verdict.Inconclusive, 18),
            Of(TestType.Load, TargetEnvironment.Production, RunStatus.Completed, Verdict.Error, 6),
            Of(TestType.Stress, TargetEnvironment.Staging, RunStatus.Queued, Verdict.Passed, 9),
        }.Select(all => new RunFilter
        {
            TestType = (set & 1) == 0 ? null : all.TestType,
            Environment = (set & 2) == 0 ? null : all.Environment,
            Status = (set & 4) == 0 ? null : all.Status,
            Verdict = (set & 8) == 0 ? null : all.Verdict,
            TestDefinitionId = (set & 16) == 0 ? null : all.TestDefinitionId,
        });

    private static RunFilter Of(
        TestType type,
        TargetEnvironment environment,
        RunStatus status,
        Verdict verdict,
        int test
    ) =>
        new()
        {
            TestType = type,
            Environment = environment,
            Status = status,
            Verdict = verdict,
            TestDefinitionId = LongHistory.Test(test),
        };
}

/// <summary>A database with 200,000 runs of 1,000 tests over half a year, and a few of another program.</summary>
public sealed partial class LongHistory(PostgresFixture postgres) : IAsyncLifetime
{
    public const int RunsOfEachTest = 200;
    public const string Explain = "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF)";
    public static readonly DateTimeOffset Newest = new(2026, 6, 30, 0, 0, 0, TimeSpan.Zero);
    private readonly List<(
        Guid Id,
        Guid? Test,
        string? Type,
        string? Environment,
        string Status,
        string? Verdict
    )> _all = [];
    private NpgsqlDataSource _database = null!;

    public RunHistory Runs { get; private set; } = null!;

    public static Guid Test(int number) => Guid.Parse($"00000000-0000-0000-0000-{number:000000000000}");

    /// <summary>Blocks that a plan read, in memory or not.</summary>
    public static int Blocks(string plan) =>
        SharedBlocks().Match(plan) is { Success: true } blocks
            ? Number(blocks.Groups[1]) + Number(blocks.Groups[2])
            : throw new InvalidOperationException($"It does not say what it read: {plan}");

    /// <summary>Rows that a plan gave.</summary>
    public static int Rows(string plan) => Number(ActualRows().Match(plan).Groups[1]);

    public async ValueTask InitializeAsync()
    {
        _database = await postgres.CreateMigratedAsync();
        Runs = new RunHistory(_database);
        // Several runs to a microsecond, so that ids decide between them. A run is of its test's type and environment.
        await using var fill = _database.CreateCommand(
            $$"""
            INSERT INTO performance_tests (id, test_type, environment, fingerprint, configuration)
            SELECT ('00000000-0000-0000-0000-' || lpad(n::text, 12, '0'))::uuid,
                   (ARRAY['load', 'load', 'load', 'stress', 'spike', 'endurance'])[1 + n % 6],
                   (ARRAY['staging', 'staging', 'production'])[1 + (n / 7) % 3], n::text, '{}'
            FROM generate_series(0, 999) n;
            INSERT INTO performance_test_runs
              (id, test_id, test_type, environment, fingerprint, request, reasons, status, verdict, created_at)
            SELECT gen_random_uuid(), t.id, t.test_type, t.environment, t.fingerprint, '{}', '[]',
                   CASE WHEN n % 7001 = 1 THEN 'queued' WHEN n % 100 = 1 THEN 'cancelled' WHEN n % 100 < 4 THEN 'failed'
                        ELSE 'completed' END,
                   CASE WHEN n % 7001 = 1 THEN NULL WHEN n % 100 = 1 THEN 'inconclusive' WHEN n % 100 < 4 THEN 'error'
                        WHEN n % 9001 = 5 THEN 'inconclusive' WHEN n % 10 = 5 THEN 'failed' ELSE 'passed' END,
                   timestamptz '{{Newest:O}}' - (n / 3) * interval '231 seconds'
            FROM generate_series(0, {{(1000 * RunsOfEachTest) - 1}}) n
            JOIN performance_tests t ON t.fingerprint = (n * 7 % 1000)::text;
            INSERT INTO performance_test_runs (test_type, environment, passed, created_at)
            SELECT (ARRAY['load', 'spike', NULL])[1 + n % 3], (ARRAY['staging', 'production', NULL])[1 + (n / 3) % 3],
                   (ARRAY[TRUE, FALSE, NULL])[1 + (n / 9) % 3], timestamptz '{{Newest:O}}' - n * interval '6 hours'
            FROM generate_series(0, 539) n;
            ANALYZE performance_test_runs;
            """
        );
        fill.CommandTimeout = 300;
        await fill.ExecuteNonQueryAsync();
        await using var all = _database.CreateCommand(
            """
            SELECT id, test_id, test_type, environment, status, verdict FROM performance_test_runs
            ORDER BY created_at DESC, id DESC
            """
        );
        await using var row = await all.ExecuteReaderAsync();
        while (await row.ReadAsync())
        {
            _all.Add(
                (row.GetGuid(0), row.IsDBNull(1) ? null : row.GetGuid(1), Text(2), Text(3), row.GetString(4), Text(5))
            );
        }

        string? Text(int column) => row.IsDBNull(column) ? null : row.GetString(column);
    }

    /// <summary>The first page of a filter, found by looking at every run.</summary>
    public IEnumerable<Guid> Ids(RunFilter filter) =>
        _all.Where(run =>
                (filter.TestDefinitionId is null || run.Test == filter.TestDefinitionId)
                && (filter.TestType is not { } type || run.Type == EnumText.Lower(type))
                && (filter.Environment is not { } environment || run.Environment == EnumText.Lower(environment))
                && (filter.Status is not { } status || run.Status == EnumText.Lower(status))
                && (filter.Verdict is not { } verdict || run.Verdict == EnumText.Lower(verdict))
            )
            .Take(filter.Limit)
            .Select(run => run.Id);

    public async Task<string> ExplainAsync(RunFilter filter)
    {
        await using var connection = await _database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var batch = RunHistory.CreateBatch(connection, filter, $"{Explain} ");
        await using var row = await batch.ExecuteReaderAsync();
        return await ReadAsync(row);
    }

    public async Task<string> ExplainAsync(Func<NpgsqlDataSource, NpgsqlCommand> query)
    {
        await using var command = query(_database);
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

    private static int Number(Group digits) =>
        digits.Success ? int.Parse(digits.ValueSpan, CultureInfo.InvariantCulture) : 0;

    // The first is that of the whole plan.
    [GeneratedRegex(@"Buffers: shared(?: hit=(\d+))?(?: read=(\d+))?", RegexOptions.CultureInvariant)]
    private static partial Regex SharedBlocks();

    [GeneratedRegex(@"actual rows=(\d+)", RegexOptions.CultureInvariant)]
    private static partial Regex ActualRows();

    public ValueTask DisposeAsync() => _database.DisposeAsync();
}
