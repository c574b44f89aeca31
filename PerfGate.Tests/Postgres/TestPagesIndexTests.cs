using Npgsql;
using PerfGate.Adapters.Postgres;
using PerfGate.Core.Requests;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Postgres;

/// <summary>Pages of many tests with their latest runs come from indexes in their order: nothing is scanned whole or sorted.</summary>
public sealed class TestPagesIndexTests(ManyTests many) : IClassFixture<ManyTests>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, TestFilter> Filters() =>
        new()
        {
            { "none", new TestFilter() },
            {
                "common type",
                new TestFilter { TestType = TestType.Load }
            },
            {
                "rare type",
                new TestFilter { TestType = TestType.Endurance }
            },
            {
                "environment",
                new TestFilter { Environment = TargetEnvironment.Production }
            },
            {
                "both",
                new TestFilter { TestType = TestType.Endurance, Environment = TargetEnvironment.Production }
            },
            {
                "name",
                new TestFilter { Name = "test 77" }
            },
        };

    [Theory]
    [MemberData(nameof(Filters), DisableDiscoveryEnumeration = true)]
    public async Task A_page_of_tests_with_their_latest_runs_comes_from_indexes(string filtered, TestFilter filter)
    {
        var second = filter with { After = new TestPlace(ManyTests.Newest.AddDays(-10), Guid.Empty) };
        foreach (var page in new[] { filter, second })
        {
            await using var query = TestPages.CreateCommand(many.Database, page, "EXPLAIN (COSTS OFF)");
            var plan = await ReadPlanAsync(query);

            Assert.True(plan.Contains("idx_performance_test_runs_newest_by_test", StringComparison.Ordinal), plan);
            Assert.False(plan.Contains("Seq Scan", StringComparison.Ordinal), $"{filtered}: {plan}");
            Assert.False(plan.Contains("Sort", StringComparison.Ordinal), $"{filtered}: {plan}");
        }
    }

    [Fact]
    public async Task A_test_and_its_latest_runs_are_found_by_their_keys()
    {
        await using var query = TestStore.CreateFind(many.Database, ManyTests.Test(7), "EXPLAIN (COSTS OFF)");

        var plan = await ReadPlanAsync(query);

        Assert.Contains("performance_tests_pkey", plan, StringComparison.Ordinal);
        Assert.Contains("idx_performance_test_runs_newest_by_test", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Seq Scan", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Sort", plan, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_in_progress_is_looked_for_among_those_in_progress()
    {
        await using var connection = await many.Database.OpenConnectionAsync(Cancellation);
        await using var query = TestStore.CreateFindActive(connection, ManyTests.Test(7), "EXPLAIN (COSTS OFF)");

        var plan = await ReadPlanAsync(query);

        Assert.DoesNotContain("Seq Scan", plan, StringComparison.Ordinal);
        Assert.Matches("idx_performance_test_runs_(active|line)", plan);
    }

    [Fact]
    public async Task Walking_through_all_pages_shows_each_test_once_with_its_newest_run()
    {
        var pages = new TestPages(many.Database);
        var filter = new TestFilter { TestType = TestType.Endurance, Limit = 199 };
        var seen = new HashSet<Guid>();
        TestPage page;
        do
        {
            page = await pages.ReadAsync(filter, Cancellation);
            Assert.All(page.Tests, test => Assert.True(seen.Add(test.Id)));
            Assert.All(page.Tests, test => Assert.Equal(TestType.Endurance, test.TestType));
            filter = filter with { After = page.Next };
        } while (page.Next is not null);

        Assert.Equal(ManyTests.EnduranceTests, seen.Count);
    }

    [Fact]
    public async Task The_newest_run_of_each_is_shown_and_none_where_there_is_none()
    {
        var pages = new TestPages(many.Database);

        var busy = Assert.Single((await pages.ReadAsync(new TestFilter { Name = "test 77" }, Cancellation)).Tests);
        var idle = Assert.Single((await pages.ReadAsync(new TestFilter { Name = "test 4077" }, Cancellation)).Tests);

        Assert.Equal(ManyTests.Newest.AddSeconds(-77 * 77), busy.Latest!.CreatedAt);
        Assert.Equal(busy.Latest, busy.LatestEnded);
        Assert.Null(idle.Latest);
    }

    private static async Task<string> ReadPlanAsync(NpgsqlCommand query)
    {
        var plan = new List<string>();
        await using var row = await query.ExecuteReaderAsync(Cancellation);
        while (await row.ReadAsync(Cancellation))
        {
            plan.Add(row.GetString(0));
        }
        return string.Join('\n', plan);
    }
}

/// <summary>A database with 5,000 tests; 1,000 of them have 200 runs each.</summary>
public sealed class ManyTests(PostgresFixture postgres) : IAsyncLifetime
{
    public const int EnduranceTests = 500;
    public static readonly DateTimeOffset Newest = new(2026, 6, 30, 0, 0, 0, TimeSpan.Zero);

    public NpgsqlDataSource Database { get; private set; } = null!;

    public static Guid Test(int number) => Guid.Parse($"00000000-0000-0000-0000-{number:000000000000}");

    public async ValueTask InitializeAsync()
    {
        Database = await postgres.CreateMigratedAsync();
        // Several tests to an instant, so that ids decide between them.
        await using var fill = Database.CreateCommand(
            $$"""
            INSERT INTO performance_tests (id, name, test_type, environment, fingerprint, configuration, created_at)
            SELECT ('00000000-0000-0000-0000-' || lpad(n::text, 12, '0'))::uuid, 'test ' || n,
                   CASE n % 10 WHEN 0 THEN 'endurance' WHEN 1 THEN 'spike' ELSE 'load' END,
                   (ARRAY['staging', 'staging', 'production'])[1 + n % 3], n::text,
                   '{"baseUrl":"http://127.0.0.1:9"}', timestamptz '{{Newest:O}}' - (n / 5) * interval '1 hour'
            FROM generate_series(0, 4999) n;
            INSERT INTO performance_test_runs
              (id, test_id, test_type, environment, fingerprint, request, reasons, status, verdict, created_at)
            SELECT gen_random_uuid(), ('00000000-0000-0000-0000-' || lpad((n % 1000)::text, 12, '0'))::uuid, 'load',
                   'staging', (n % 1000)::text, '{}', '[]', 'completed', 'passed',
                   timestamptz '{{Newest:O}}' - n * 77 * interval '1 second'
            FROM generate_series(0, 199999) n;
            ANALYZE performance_tests, performance_test_runs;
            """
        );
        fill.CommandTimeout = 300;
        await fill.ExecuteNonQueryAsync();
    }

    public ValueTask DisposeAsync() => Database.DisposeAsync();
}
