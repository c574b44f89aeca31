using Npgsql;
using PerfGate.Adapters.Postgres;
using PerfGate.Functions.Settings;
using PerfGate.Tests.Cli;
using PerfGate.Tests.Postgres;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Infra;

/// <summary>How the app gets its role on Azure: by a deployment that reaches the database, or by the app as somebody else.</summary>
public sealed class DatabaseRoleTests(PostgresFixture postgres)
{
    // Azure's function, as far as it is called.
    private const string Azure = """
        CREATE OR REPLACE FUNCTION pgaadauth_create_principal(name text, is_admin boolean, is_mfa boolean) RETURNS text
        LANGUAGE plpgsql AS $$ BEGIN
          IF is_admin THEN RAISE 'an administrator was asked for'; END IF;
          EXECUTE format('CREATE ROLE %I LOGIN', name); RETURN 'created';
        END $$
        """;

    private static readonly CancellationToken Never = CancellationToken.None;

    [Fact]
    public async Task A_deployment_makes_the_apps_role_and_gives_it_what_it_needs_and_no_more()
    {
        var connectionString = await postgres.CreateEmptyAsync();
        var app = $"id-app-{Guid.NewGuid():N}";
        await OnAzureAsync(
            connectionString,
            app,
            async () =>
            {
                // Twice: each deployment does it.
                string[] arguments =
                [
                    "migrate",
                    "--connection",
                    connectionString,
                    "--grant-to",
                    app,
                    "--entra-identity",
                ];
                (await PerfGateProcess.RunAsync(arguments)).Was(0);
                (await PerfGateProcess.RunAsync(arguments)).Was(0);

                await HasTheRightsOfTheAppAsync(connectionString, app);
            }
        );
    }

    [Fact]
    public async Task An_app_that_alone_reaches_the_database_brings_the_schema_as_somebody_else()
    {
        var connectionString = await postgres.CreateEmptyAsync();
        var app = $"id-app-{Guid.NewGuid():N}";
        var at = new NpgsqlConnectionStringBuilder(connectionString);
        // The token is the password.
        var credential = new TokenSource { Token = at.Password };
        at.Password = null;
        var owner = new SchemaOwner(at.ConnectionString, ByEntra: true, ClientId: null);
        await OnAzureAsync(
            connectionString,
            app,
            async () =>
            {
                at.Username = app;
                await owner.MigrateAsync(credential, at.ConnectionString, Never);
                await owner.MigrateAsync(credential, at.ConnectionString, Never);

                await HasTheRightsOfTheAppAsync(connectionString, app);
            }
        );
    }

    [Theory]
    [InlineData("--entra-identity is for Azure", "--grant-to", "somebody", "--entra-identity")]
    [InlineData("--grant-to is missing", "--entra-identity")]
    public async Task What_only_azure_has_is_refused_elsewhere(string said, params string[] options)
    {
        var connectionString = await postgres.CreateEmptyAsync();

        var result = await PerfGateProcess.RunAsync(["migrate", "--connection", connectionString, .. options]);

        result.Was(64);
        Assert.Contains(said, result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_migration_takes_its_token_from_the_environment()
    {
        var at = new NpgsqlConnectionStringBuilder(await postgres.CreateEmptyAsync());
        var token = at.Password!;
        at.Password = null;

        string[] arguments = ["migrate", "--connection", at.ConnectionString];
        var result = await PerfGateProcess.RunAsync(arguments, environment: ("PGPASSWORD", token));

        result.Was(0);
        Assert.Contains("applied 0001_mission_tables", result.Output, StringComparison.Ordinal);
        (await PerfGateProcess.RunAsync(arguments, environment: ("PGPASSWORD", "another"))).Was(3);
    }

    private static async Task HasTheRightsOfTheAppAsync(string connectionString, string app)
    {
        await using var database = NpgsqlDataSource.Create(connectionString);
        await using var rights = database.CreateCommand(
            """
            SELECT table_name, string_agg(privilege_type, ', ' ORDER BY privilege_type)
            FROM information_schema.role_table_grants WHERE grantee = $1 GROUP BY table_name
            """
        );
        rights.Parameters.AddWithValue(app);
        await using var row = await rights.ExecuteReaderAsync(Never);
        var granted = new Dictionary<string, string>();
        while (await row.ReadAsync(Never))
        {
            granted.Add(row.GetString(0), row.GetString(1));
        }
        Assert.Equal(
            AppRole
                .Tables.Select(one => (one.Key, string.Join(", ", one.Value.Split(", ").Order(StringComparer.Ordinal))))
                .Order(),
            granted.Where(one => AppRole.Tables.ContainsKey(one.Key)).Select(one => (one.Key, one.Value)).Order()
        );
        // The job queue's tables, which are another schema's, are all that there may be beside.
        Assert.All(granted.Keys.Except(AppRole.Tables.Keys), table => Assert.DoesNotContain("performance", table));
    }

    private static async Task OnAzureAsync(string connectionString, string app, Func<Task> test)
    {
        var home = new NpgsqlConnectionStringBuilder(connectionString) { Database = "postgres" };
        await DoAsync(home.ConnectionString, Azure);
        try
        {
            await test();
        }
        finally
        {
            var drop =
                $"DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{app}') THEN DROP OWNED BY \"{app}\"; END IF; END $$";
            await DoAsync(connectionString, drop);
            await DoAsync(
                home.ConnectionString,
                $"{drop}; DROP ROLE IF EXISTS \"{app}\"; DROP FUNCTION pgaadauth_create_principal"
            );
        }
    }

    private static async Task DoAsync(string connectionString, string sql)
    {
        await using var database = NpgsqlDataSource.Create(connectionString);
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
