using Hangfire.PostgreSql;
using Npgsql;
using PerfGate.Adapters.Postgres;

[assembly: AssemblyFixture(typeof(PerfGate.Tests.Support.PostgresFixture))]

namespace PerfGate.Tests.Support;

/// <summary>One real PostgreSQL for all tests, started when a test first asks; each asks for a database of its own.</summary>
public sealed class PostgresFixture : IAsyncDisposable
{
    // Dozens of servers share it, each with pools of its own.
    private const int MaxConnections = 1000;
    private const string Template = "perfgate_template";

    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"perfgate-tests-{Guid.NewGuid():N}");
    private readonly SemaphoreSlim _starting = new(1);
    private readonly Lazy<Task> _template;
    private PrivatePostgres? _postgres;

    public PostgresFixture() => _template = new Lazy<Task>(MakeTemplateAsync);

    /// <summary>A database without anything.</summary>
    public Task<string> CreateEmptyAsync() => CreateAsync(NewName(), "template1");

    /// <summary>
    /// A database as servers leave it when they have started: with PerfGate's tables and Hangfire's, which are made once and copied,
    /// since making them takes a second.
    /// </summary>
    public async Task<string> CreateDatabaseAsync()
    {
        await _template.Value;
        var database = await CreateAsync(NewName(), Template);
        await using var source = NpgsqlDataSource.Create(database);
        // A copy says that it is the one it was copied from.
        await using var identify = source.CreateCommand("UPDATE performance_database SET id = gen_random_uuid()");
        await identify.ExecuteNonQueryAsync();
        return database;
    }

    /// <summary>The same, opened.</summary>
    public async Task<NpgsqlDataSource> CreateMigratedAsync() => NpgsqlDataSource.Create(await CreateDatabaseAsync());

    public async ValueTask DisposeAsync()
    {
        if (_postgres is not null)
        {
            await _postgres.DisposeAsync();
            Directory.Delete(_folder, recursive: true);
        }
        _starting.Dispose();
    }

    private static string NewName() => $"test_{Guid.NewGuid():N}";

    private async Task<string> CreateAsync(string name, string template)
    {
        var server = await ServerAsync();
        await using var source = NpgsqlDataSource.Create(server);
        await using var create = source.CreateCommand($"CREATE DATABASE {name} TEMPLATE {template}");
        await create.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(server) { Database = name, MaxPoolSize = 20 }.ConnectionString;
    }

    private async Task MakeTemplateAsync()
    {
        // Nobody may be connected to what is copied.
        var template = await CreateAsync(Template, "template1") + ";Pooling=false";
        await MigrationRunner.MigrateAsync(template, CancellationToken.None);
        await using var connection = new NpgsqlConnection(template);
        await connection.OpenAsync();
        PostgreSqlObjectsInstaller.Install(connection);
    }

    private async Task<string> ServerAsync()
    {
        await _starting.WaitAsync();
        try
        {
            _postgres ??= await PrivatePostgres.StartAsync(_folder, CancellationToken.None, MaxConnections);
            return _postgres.ConnectionString;
        }
        finally
        {
            _starting.Release();
        }
    }
}
