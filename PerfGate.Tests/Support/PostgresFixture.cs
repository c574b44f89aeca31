using Npgsql;
using PerfGate.Adapters.Postgres;

[assembly: AssemblyFixture(typeof(PerfGate.Tests.Support.PostgresFixture))]

namespace PerfGate.Tests.Support;

/// <summary>One real PostgreSQL for all tests; each asks for a database of its own.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"perfgate-tests-{Guid.NewGuid():N}");
    private PrivatePostgres? _postgres;

    public async ValueTask InitializeAsync() =>
        _postgres = await PrivatePostgres.StartAsync(_folder, CancellationToken.None);

    /// <summary>An empty database.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"test_{Guid.NewGuid():N}";
        await using var source = NpgsqlDataSource.Create(_postgres!.ConnectionString);
        await using var create = source.CreateCommand($"CREATE DATABASE {name}");
        await create.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(_postgres.ConnectionString)
        {
            Database = name,
            MaxPoolSize = 20,
        }.ConnectionString;
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
        }
        Directory.Delete(_folder, recursive: true);
    }
}
