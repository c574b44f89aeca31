using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using PerfGate.Adapters.Http;
using PerfGate.Adapters.Postgres;
using PerfGate.Host.Server;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Http;

/// <summary>Whoever comes without a valid token is in the audit trail, and cannot fill it.</summary>
public sealed class StrangersTests(PostgresFixture postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task They_are_recorded_together_with_their_number_and_the_last_ones_address()
    {
        await using var database = await postgres.CreateMigratedAsync();
        var audit = new AuditLog(database);
        var time = new FakeTimeProvider(new DateTimeOffset(2027, 3, 1, 9, 0, 0, TimeSpan.Zero));
        using var strangers = new Strangers(audit, time, NullLogger<Strangers>.Instance);

        for (var i = 1; i <= 5000; i++)
        {
            strangers.Note(IPAddress.Parse($"203.0.113.{i % 200}"));
        }
        await strangers.RecordAsync(Cancellation);
        await strangers.RecordAsync(Cancellation);
        var rows = await RowsAsync(database, until: 1);
        strangers.Note(IPAddress.Parse("::ffff:203.0.113.7"));
        await strangers.StopAsync(Cancellation);

        Assert.Equal(
            "unknown|203.0.113.0|token.refuse|refused|401: 5000 without a valid token since 2027-03-01T09:00:00Z; the address is the last one's",
            Assert.Single(rows)
        );
        var after = await RowsAsync(database, until: 2);
        Assert.Equal(2, after.Count);
        Assert.StartsWith(
            "unknown|203.0.113.7|token.refuse|refused|401: 1 without",
            after[1],
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task They_are_recorded_as_time_goes_by()
    {
        await using var database = await postgres.CreateMigratedAsync();
        var audit = new AuditLog(database);
        var time = new FakeTimeProvider();
        using var strangers = new Strangers(audit, time, NullLogger<Strangers>.Instance);
        await strangers.StartAsync(Cancellation);
        strangers.Note(null);

        var rows = new List<string>();
        for (var look = 0; rows.Count == 0 && look < 100; look++)
        {
            time.Advance(Strangers.Period);
            rows = await RowsAsync(database, until: 0);
            await Task.Delay(50, Cancellation);
        }

        Assert.StartsWith("unknown|token.refuse|refused|401: 1 without", Assert.Single(rows), StringComparison.Ordinal);
        await strangers.StopAsync(Cancellation);
        Assert.Single(await RowsAsync(database, until: 1));
    }

    [Fact]
    public async Task A_server_notes_each_and_records_the_rest_when_it_stops()
    {
        var folder = Directory.CreateTempSubdirectory("perfgate-strangers-").FullName;
        var connection = await postgres.CreateDatabaseAsync();
        try
        {
            await using (
                var server = await GateServer.StartAsync(
                    new GateServerOptions
                    {
                        DataFolder = folder,
                        Urls = "http://127.0.0.1:0",
                        PostgresConnectionString = connection,
                    },
                    Cancellation
                )
            )
            {
                using var http = new HttpClient { BaseAddress = server.Address };
                foreach (var path in new[] { "runs", "audit", "tests" })
                {
                    using var answer = await http.GetAsync(
                        new Uri($"/api/performance/{path}", UriKind.Relative),
                        Cancellation
                    );
                    Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
                }
            }
            await using var database = NpgsqlDataSource.Create(connection);

            var row = Assert.Single(await RowsAsync(database, until: 1));

            Assert.StartsWith("unknown|127.0.0.1|token.refuse|refused|401: 3 without", row, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<List<string>> RowsAsync(NpgsqlDataSource database, int until)
    {
        var rows = new List<string>();
        var look = 0;
        do
        {
            await Task.Delay(look == 0 ? 0 : 50, Cancellation);
            rows.Clear();
            await using var read = database.CreateCommand(
                "SELECT concat_ws('|', principal, from_address, action, outcome, detail) FROM audit_log ORDER BY id"
            );
            await using var row = await read.ExecuteReaderAsync(Cancellation);
            while (await row.ReadAsync(Cancellation))
            {
                rows.Add(row.GetString(0));
            }
        } while (rows.Count < until && ++look < 600);
        return rows;
    }
}
