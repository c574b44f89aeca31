using System.Diagnostics;
using Npgsql;
using PerfGate.Adapters.Postgres;
using PerfGate.Tests.Cli;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Infra;

public sealed class DatabaseRoleTests(PostgresFixture postgres)
{
    [Fact]
    public async Task The_app_reads_and_writes_rows_and_changes_no_table()
    {
        var psql = (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, "psql"))
            .FirstOrDefault(File.Exists);
        Assert.SkipUnless(psql is not null, "there is no psql on PATH");
        var connectionString = await postgres.CreateDatabaseAsync();
        await MigrationRunner.MigrateAsync(connectionString, CancellationToken.None);
        await using var database = NpgsqlDataSource.Create(connectionString);
        var app = $"id-app-{Guid.NewGuid():N}";
        // Azure's function, as far as the script needs it.
        await DoAsync(
            database,
            """
            CREATE FUNCTION pgaadauth_create_principal(name text, is_admin boolean, is_mfa boolean) RETURNS text
            LANGUAGE plpgsql AS $$ BEGIN EXECUTE format('CREATE ROLE %I LOGIN', name); RETURN 'created'; END $$
            """
        );
        try
        {
            // Twice: each deployment runs it.
            await RunAsync(psql!, connectionString, app);
            await RunAsync(psql!, connectionString, app);
            await DoAsync(database, "CREATE TABLE made_later (id bigint GENERATED ALWAYS AS IDENTITY, x int)");

            await using var connection = await database.OpenConnectionAsync();
            await DoAsync(connection, $"SET ROLE \"{app}\"");
            await DoAsync(connection, "SELECT * FROM performance_test_runs");
            await DoAsync(connection, "DELETE FROM performance_test_runs");
            await DoAsync(connection, "INSERT INTO made_later (x) VALUES (1)");
            foreach (
                var forbidden in new[]
                {
                    "DROP TABLE performance_test_runs",
                    "ALTER TABLE performance_test_runs ADD COLUMN x int",
                    "CREATE TABLE own (x int)",
                    "TRUNCATE performance_test_runs",
                    "CREATE ROLE another",
                }
            )
            {
                var refused = await Assert.ThrowsAsync<PostgresException>(() => DoAsync(connection, forbidden));
                Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
            }
            await DoAsync(connection, "RESET ROLE");
        }
        finally
        {
            await DoAsync(
                database,
                $"DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{app}') THEN DROP OWNED BY \"{app}\"; DROP ROLE \"{app}\"; END IF; END $$"
            );
        }
    }

    [Fact]
    public async Task A_migration_takes_its_token_from_the_environment()
    {
        var at = new NpgsqlConnectionStringBuilder(await postgres.CreateDatabaseAsync());
        var token = at.Password!;
        at.Password = null;

        string[] arguments = ["migrate", "--connection", at.ConnectionString];
        var result = await PerfGateProcess.RunAsync(arguments, environment: ("PGPASSWORD", token));

        result.Was(0);
        Assert.Contains("applied 0001_mission_tables", result.Output, StringComparison.Ordinal);
        (await PerfGateProcess.RunAsync(arguments, environment: ("PGPASSWORD", "another"))).Was(3);
    }

    private static async Task RunAsync(string psql, string connectionString, string app)
    {
        var at = new NpgsqlConnectionStringBuilder(connectionString);
        var start = new ProcessStartInfo(
            psql,
            [
                "--no-psqlrc",
                "--quiet",
                $"--host={at.Host}",
                $"--port={at.Port}",
                $"--username={at.Username}",
                $"--dbname={at.Database}",
                "--set=ON_ERROR_STOP=1",
                $"--set=app={app}",
                $"--set=database={at.Database}",
                "--file",
                Path.Combine(BicepCompiler.Folder, "database-role.sql"),
            ]
        )
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        start.Environment["PGPASSWORD"] = at.Password;
        using var process = Process.Start(start)!;
        _ = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, errors);
    }

    private static async Task DoAsync(NpgsqlDataSource database, string sql)
    {
        await using var connection = await database.OpenConnectionAsync();
        await DoAsync(connection, sql);
    }

    private static async Task DoAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
