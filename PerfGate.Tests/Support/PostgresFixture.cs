using Npgsql;
using PerfGate.Adapters.Postgres;

[assembly: AssemblyFixture(typeof(PerfGate.Tests.Support.PostgresFixture))]

namespace PerfGate.Tests.Support;

/// <summary>One real PostgreSQL for all tests, started when a test first asks; each asks for a database of its own.</summary>
public sealed class PostgresFixture : IAsyncDisposable
{
    // Dozens of servers share it, each with pools of its own.
    private const int MaxConnections = 1000;

    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"perfgate-tests-{Guid.NewGuid():N}");
    private readonly SemaphoreSlim _starting = new(1);
    private PrivatePostgres? _postgres;

    /// <summary>An empty database.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var server = await ServerAsync();
        var name = $"test_{Guid.NewGuid():N}";
        await using var source = NpgsqlDataSource.Create(server);
        await using var create = source.CreateCommand($"CREATE DATABASE {name}");
        await create.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(server) { Database = name, MaxPoolSize = 20 }.ConnectionString;
    }

    /// <summary>A database with PerfGate's tables.</summary>
    public async Task<NpgsqlDataSource> CreateMigratedAsync()
    {
        var connectionString = await CreateDatabaseAsync();
        await MigrationRunner.MigrateAsync(connectionString, CancellationToken.None);
        return NpgsqlDataSource.Create(connectionString);
    }

    public async ValueTask DisposeAsync()
    {
        if (_postgres is not null)
        {
            await _postgres.DisposeAsync();
            Directory.Delete(_folder, recursive: true);
        }
        _starting.Dispose();
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
