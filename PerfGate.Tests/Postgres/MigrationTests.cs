using Npgsql;
using PerfGate.Adapters.Postgres;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Postgres;

public sealed class MigrationTests(PostgresFixture postgres)
{
    [Fact]
    public async Task Five_instances_that_start_at_once_migrate_once()
    {
        var database = await postgres.CreateEmptyAsync();

        await Task.WhenAll(
            Enumerable.Range(0, 5).Select(_ => MigrationRunner.MigrateAsync(database, CancellationToken.None))
        );

        await using var source = NpgsqlDataSource.Create(database);
        await using var count = source.CreateCommand(
            "SELECT count(*) = count(DISTINCT scriptname) FROM schemaversions"
        );
        Assert.Equal(true, await count.ExecuteScalarAsync());
    }

    [Theory]
    [InlineData("performance_test_runs", "avg_response_time_ms", "numeric", 8, 2)]
    [InlineData("performance_test_runs", "error_rate", "numeric", 5, 4)]
    [InlineData("performance_baselines", "baseline_throughput_rps", "numeric", 8, 2)]
    public async Task The_columns_that_others_read_keep_their_type(
        string table,
        string column,
        string type,
        int precision,
        int scale
    )
    {
        await using var source = await postgres.CreateMigratedAsync();

        await using var find = source.CreateCommand(
            "SELECT data_type, numeric_precision, numeric_scale FROM information_schema.columns WHERE table_name = $1 AND column_name = $2"
        );
        find.Parameters.AddWithValue(table);
        find.Parameters.AddWithValue(column);
        await using var row = await find.ExecuteReaderAsync();
        Assert.True(await row.ReadAsync());
        Assert.Equal((type, precision, scale), (row.GetString(0), row.GetInt32(1), row.GetInt32(2)));
    }

    [Fact]
    public async Task A_test_type_outside_the_four_is_refused_by_the_database()
    {
        await using var source = await postgres.CreateMigratedAsync();
        await using var insert = source.CreateCommand("INSERT INTO performance_test_runs (test_type) VALUES ('soak')");

        var refused = await Assert.ThrowsAsync<PostgresException>(() => insert.ExecuteNonQueryAsync());

        Assert.Equal(PostgresErrorCodes.CheckViolation, refused.SqlState);
    }

    [Fact]
    public async Task Migrating_again_changes_nothing()
    {
        var database = await postgres.CreateEmptyAsync();
        await MigrationRunner.MigrateAsync(database, CancellationToken.None);
        await using var source = NpgsqlDataSource.Create(database);
        await using var run = source.CreateCommand(
            "INSERT INTO performance_test_runs (test_type, environment) VALUES ('load', 'staging') RETURNING id"
        );
        var id = await run.ExecuteScalarAsync();

        await MigrationRunner.MigrateAsync(database, CancellationToken.None);

        await using var find = source.CreateCommand("SELECT id FROM performance_test_runs");
        Assert.Equal(id, await find.ExecuteScalarAsync());
    }

    [Fact]
    public async Task The_columns_that_others_write_suffice_for_a_row_and_it_counts_as_ended()
    {
        await using var source = await postgres.CreateMigratedAsync();
        await using var insert = source.CreateCommand(
            """
            INSERT INTO performance_test_runs
              (test_type, environment, concurrent_users, duration_seconds, avg_response_time_ms, p95_response_time_ms,
               error_rate, throughput_rps, passed)
            VALUES ('load', 'production', 10, 60, 12.34, 56.78, 0.0123, 99.99, TRUE) RETURNING status
            """
        );

        Assert.Equal("completed", await insert.ExecuteScalarAsync());
    }
}
