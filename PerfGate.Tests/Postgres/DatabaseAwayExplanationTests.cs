using System.Net.Sockets;
using Azure.Identity;
using Azure.Storage.Blobs;
using Npgsql;
using PerfGate.Adapters.Blobs;
using PerfGate.Adapters.Postgres;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Postgres;

/// <summary>Which failures pass by themselves; those of PostgreSQL are a real one's.</summary>
public sealed class DatabaseAwayExplanationTests(PostgresFixture postgres)
{
    [Theory]
    [InlineData("08006", true)] // connection_failure
    [InlineData("08001", true)] // sqlclient_unable_to_establish_sqlconnection
    [InlineData("25006", true)] // read_only_sql_transaction
    [InlineData("53300", true)] // too_many_connections
    [InlineData("57P01", true)] // admin_shutdown
    [InlineData("57P02", true)] // crash_shutdown
    [InlineData("57P03", true)] // cannot_connect_now
    [InlineData("57P04", false)] // database_dropped
    [InlineData("28P01", false)] // invalid_password
    [InlineData("3D000", false)] // invalid_catalog_name
    [InlineData("42P01", false)] // undefined_table
    [InlineData("23505", false)] // unique_violation
    public async Task By_its_code(string sqlState, bool isAway)
    {
        await using var source = NpgsqlDataSource.Create(await postgres.CreateDatabaseAsync());
        await using var raise = source.CreateCommand($"DO $$ BEGIN RAISE SQLSTATE '{sqlState}'; END $$");

        var raised = await Assert.ThrowsAsync<PostgresException>(() =>
            raise.ExecuteNonQueryAsync(TestContext.Current.CancellationToken)
        );

        Assert.Equal(isAway, DatabaseAway.Explains(raised));
    }

    [Fact]
    public async Task A_write_where_only_reading_is_allowed_may_succeed_later()
    {
        await using var source = NpgsqlDataSource.Create(
            await postgres.CreateDatabaseAsync() + ";Options=-c default_transaction_read_only=on"
        );
        await using var write = source.CreateCommand("CREATE TABLE t (i int)");

        var refused = await Assert.ThrowsAsync<PostgresException>(() =>
            write.ExecuteNonQueryAsync(TestContext.Current.CancellationToken)
        );

        Assert.True(DatabaseAway.Explains(refused));
    }

    [Fact]
    public void Broken_connections_and_absent_tokens_are_no_refusals()
    {
        Assert.True(DatabaseAway.Explains(new NpgsqlException("x", new IOException("y"))));
        Assert.True(DatabaseAway.Explains(new InvalidOperationException("x", new SocketException())));
        Assert.True(DatabaseAway.Explains(new NpgsqlException("x", new CredentialUnavailableException("y"))));
        Assert.True(DatabaseAway.Explains(new NpgsqlException("data received after SSL negotiation")));
        using var command = new NpgsqlCommand();
        Assert.False(DatabaseAway.Explains(new NpgsqlOperationInProgressException(command)));
        Assert.False(DatabaseAway.Explains(new IOException("a folder's")));
    }

    [Fact]
    public async Task A_blob_service_that_refuses_connections_was_taken_for_the_database_and_waited_for_an_hour()
    {
        var client = new BlobServiceClient(
            new Uri("http://127.0.0.1:9/account"),
            new BlobClientOptions { Retry = { MaxRetries = 1, Delay = TimeSpan.FromMilliseconds(1) } }
        );

        var away = await Assert.ThrowsAnyAsync<Exception>(() =>
            client.GetPropertiesAsync(TestContext.Current.CancellationToken)
        );

        Assert.True(BlobsAway.Explains(away));
        Assert.False(DatabaseAway.Explains(away));
    }
}
