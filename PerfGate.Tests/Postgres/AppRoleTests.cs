using Npgsql;
using PerfGate.Adapters.Postgres;
using PerfGate.Tests.Faults;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Postgres;

/// <summary>What the role of the app may do, and above all what it may not.</summary>
public sealed class AppRoleTests(PostgresFixture postgres)
{
    private static readonly CancellationToken Never = CancellationToken.None;

    [Fact]
    public async Task Every_table_has_its_rights_written_down()
    {
        await using var database = await postgres.CreateMigratedAsync();
        await using var list = database.CreateCommand(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
        );
        await using var row = await list.ExecuteReaderAsync(Never);
        var tables = new List<string>();
        while (await row.ReadAsync(Never))
        {
            tables.Add(row.GetString(0));
        }

        Assert.Equal(tables, AppRole.Tables.Keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("UPDATE audit_log SET detail = 'x'")]
    [InlineData("DELETE FROM audit_log")]
    [InlineData("TRUNCATE audit_log")]
    [InlineData("ALTER TABLE audit_log DISABLE TRIGGER ALL")]
    [InlineData("DROP TRIGGER audit_log_refuse ON audit_log")]
    [InlineData("DROP TABLE performance_tests")]
    [InlineData("ALTER TABLE performance_test_runs ADD COLUMN mine int")]
    [InlineData("DELETE FROM performance_baselines")]
    [InlineData("INSERT INTO schemaversions (scriptname, applied) VALUES ('x', now())")]
    [InlineData("DELETE FROM performance_environments")]
    [InlineData("CREATE TABLE mine (id int)")]
    [InlineData("CREATE TEMP TABLE audit_log (id bigint, hash bytea)")]
    [InlineData("CREATE SCHEMA mine")]
    [InlineData("CREATE ROLE other")]
    [InlineData("SET session_replication_role = replica")]
    [InlineData("COPY performance_tests TO PROGRAM 'cat'")]
    [InlineData("SELECT pg_read_file('postgresql.conf')")]
    public async Task What_it_need_not_do_the_database_refuses(string statement)
    {
        await using var app = await ServeAsync();
        await using var command = app.CreateCommand(statement);

        var refused = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync(Never));

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    [Fact]
    public async Task It_owns_nothing_and_is_nobody_special()
    {
        await using var app = await ServeAsync();
        await using var owned = app.CreateCommand(
            """
            SELECT (SELECT count(*) FROM pg_class WHERE relowner = r.oid)
                 + (SELECT count(*) FROM pg_proc WHERE proowner = r.oid)
                 + (SELECT count(*) FROM pg_namespace WHERE nspowner = r.oid)
                 + (SELECT count(*) FROM pg_auth_members WHERE member = r.oid),
                 r.rolsuper OR r.rolcreatedb OR r.rolcreaterole OR r.rolreplication OR r.rolbypassrls
            FROM pg_roles r WHERE rolname = current_user
            """
        );
        await using var row = await owned.ExecuteReaderAsync(Never);
        await row.ReadAsync(Never);

        Assert.Equal((0L, false), (row.GetInt64(0), row.GetBoolean(1)));
    }

    [Fact]
    public async Task Whoever_serves_as_the_owner_is_told_so()
    {
        var owner = await postgres.CreateDatabaseAsync();
        var folder = Directory.CreateTempSubdirectory("perfgate-owner-").FullName;
        try
        {
            await using var host = await HostProcess.StartAsync(folder, owner);
            for (var look = 0; !host.Errors.Contains("--postgres-owner") && look < 300; look++)
            {
                await Task.Delay(100, TestContext.Current.CancellationToken);
            }
            Assert.Contains("serves as the owner of its tables", host.Errors, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        await using var asOwner = NpgsqlDataSource.Create(owner);
        await using var asApp = NpgsqlDataSource.Create(await AppRole.CreateAsync(owner, Never));
        Assert.True(await AppRole.IsOwnerAsync(asOwner, Never));
        Assert.False(await AppRole.IsOwnerAsync(asApp, Never));
    }

    [Fact]
    public async Task Rights_that_it_should_not_have_are_taken_away()
    {
        var owner = await postgres.CreateEmptyAsync();
        await MigrationRunner.MigrateAsync(owner, Never);
        await using (var source = NpgsqlDataSource.Create(owner))
        {
            await AppRole.CreateAsync(owner, Never);
            await using var spoil = source.CreateCommand(
                $"GRANT ALL ON audit_log, performance_tests TO {AppRole.Name}"
            );
            await spoil.ExecuteNonQueryAsync(Never);
        }

        await using var app = NpgsqlDataSource.Create(await AppRole.CreateAsync(owner, Never));

        await using var delete = app.CreateCommand("DELETE FROM performance_tests");
        var refused = await Assert.ThrowsAsync<PostgresException>(() => delete.ExecuteNonQueryAsync(Never));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    private async Task<NpgsqlDataSource> ServeAsync()
    {
        var owner = await postgres.CreateEmptyAsync();
        await MigrationRunner.MigrateAsync(owner, Never);
        return NpgsqlDataSource.Create(await AppRole.CreateAsync(owner, Never));
    }
}
