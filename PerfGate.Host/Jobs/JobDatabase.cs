using Hangfire.PostgreSql;
using Hangfire.PostgreSql.Factories;
using Npgsql;

namespace PerfGate.Host.Jobs;

/// <summary>Hangfire's connections: from a pool of its own, made as all others are.</summary>
internal sealed class JobDatabase : NpgsqlInstanceConnectionFactoryBase, IDisposable
{
    private readonly NpgsqlDataSource _source;

    public JobDatabase(NpgsqlDataSource source, PostgreSqlStorageOptions options)
        : base(options)
    {
        _source = source;
        SetupConnectionStringBuilder(source.ConnectionString);
    }

    /// <inheritdoc />
    public override NpgsqlConnection GetOrCreateConnection() => _source.CreateConnection();

    /// <inheritdoc />
    public void Dispose() => _source.Dispose();
}
