using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Npgsql;
using PerfGate.Adapters.Files;
using PerfGate.Adapters.Retention;
using PerfGate.Host.Server;
using PerfGate.Tests.Http;
using PerfGate.Tests.K6Output;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Faults;

/// <summary>The connection is lost while an import is being committed.</summary>
public sealed class LostCommitTests(PostgresFixture postgres) : IAsyncLifetime
{
    private static readonly CancellationToken Never = CancellationToken.None;

    private readonly string _folder = Directory.CreateTempSubdirectory("perfgate-commit-").FullName;
    private string _direct = "";
    private CommitCutter _way = null!;
    private GateServer _server = null!;
    private HttpClient _http = null!;

    private string ArtifactFolder => Path.Combine(_folder, "artifacts");

    public async ValueTask InitializeAsync()
    {
        _direct = await postgres.CreateDatabaseAsync();
        var database = new NpgsqlConnectionStringBuilder(_direct);
        _way = new CommitCutter(database.Host!, database.Port, "run.import");
        (database.Host, database.Port) = ("127.0.0.1", _way.Port);
        _server = await GateServer.StartAsync(
            new GateServerOptions
            {
                DataFolder = _folder,
                Urls = "http://127.0.0.1:0",
                PostgresConnectionString = database.ConnectionString,
            },
            Never
        );
        _http = new HttpClient { BaseAddress = _server.Address };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer",
            _server.IssueToken("tests")
        );
    }

    [Fact]
    public async Task Where_the_run_is_seen_to_be_stored_nobody_is_troubled()
    {
        _way.Next = Cut.AfterIt;

        var (answer, body) = await ImportAsync(null);

        Assert.Equal(Cut.None, _way.Next);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        await AssertIsWholeAsync(body.GetProperty("testId").GetGuid());
    }

    [Fact]
    public async Task Stored_without_anyone_being_told_the_run_keeps_its_artifacts_and_is_not_stored_again()
    {
        (_way.Next, _way.StaysBroken) = (Cut.AfterIt, true);
        var (away, told) = await ImportAsync("key");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, away.StatusCode);
        Assert.NotNull(away.Headers.RetryAfter);
        Assert.Contains("same Idempotency-Key", told.GetProperty("detail").GetString(), StringComparison.Ordinal);
        _way.Mend();

        var (answer, body) = await UntilAnsweredAsync("key");

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal("true", Assert.Single(answer.Headers.GetValues("Idempotent-Replayed")));
        await AssertIsWholeAsync(body.GetProperty("testId").GetGuid());
        Assert.Single(Directory.GetDirectories(ArtifactFolder));
        Assert.Equal(1L, await CountAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Not_stored_the_run_is_stored_when_it_is_sent_again_and_what_it_left_goes_with_the_time(
        bool ofOneMachine
    )
    {
        (_way.Next, _way.StaysBroken) = (Cut.BeforeIt, true);
        var (away, told) = await ImportAsync(null);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, away.StatusCode);
        Assert.Contains("may be stored or not", told.GetProperty("detail").GetString(), StringComparison.Ordinal);
        var left = Assert.Single(Directory.GetDirectories(ArtifactFolder));
        Assert.NotEmpty(Directory.GetFiles(left));
        _way.Mend();
        var (answer, body) = await UntilAnsweredAsync(null);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        await AssertIsWholeAsync(body.GetProperty("testId").GetGuid());
        Assert.Equal(1L, await CountAsync());

        await using var database = NpgsqlDataSource.Create(_direct);
        var retention = new RunRetention(database, new FolderArtifactStore(ArtifactFolder), TimeProvider.System);
        var periods = new RetentionPeriods(TimeSpan.FromDays(90), TimeSpan.FromDays(365));
        var sooner = new GateServerOptions { DataFolder = _folder }.Retention;
        Assert.Equal(0, (await retention.PurgeAsync(periods, Never)).Artifacts);
        Assert.Equal(0, (await retention.PurgeAsync(sooner, Never)).Artifacts);
        Age(TimeSpan.FromDays(2));
        Assert.Equal(0, (await retention.PurgeAsync(periods, Never)).Artifacts);
        // To another database it is not known to be nobody's.
        await using var another = await postgres.CreateMigratedAsync();
        var store = new FolderArtifactStore(ArtifactFolder);
        Assert.Equal(
            0,
            (await new RunRetention(another, store, TimeProvider.System).PurgeAsync(sooner, Never)).Artifacts
        );
        Age(TimeSpan.FromDays(ofOneMachine ? 2 : 91));
        Assert.Equal(1, (await retention.PurgeAsync(ofOneMachine ? sooner : periods, Never)).Artifacts);
        Assert.Equal(
            body.GetProperty("testId").GetString(),
            Path.GetFileName(Assert.Single(Directory.GetDirectories(ArtifactFolder)))
        );

        void Age(TimeSpan age)
        {
            var then = (TimeProvider.System.GetUtcNow() - age).UtcDateTime;
            foreach (var file in Directory.GetFiles(left))
            {
                File.SetLastWriteTimeUtc(file, then);
            }
            Directory.SetLastWriteTimeUtc(left, then);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
        await _way.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<(HttpResponseMessage Answer, JsonElement Body)> UntilAnsweredAsync(string? key)
    {
        // Connections that were open when the way broke are found dead one by one.
        for (var tries = 0; ; tries++)
        {
            var (answer, body) = await ImportAsync(key);
            if (answer.StatusCode != HttpStatusCode.ServiceUnavailable || tries == 20)
            {
                return (answer, body);
            }
            await Task.Delay(200, TestContext.Current.CancellationToken);
        }
    }

    private async Task<(HttpResponseMessage Answer, JsonElement Body)> ImportAsync(string? key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/performance/runs/import")
        {
            Content = ImportFixture.Form(
                ("request", Encoding.UTF8.GetBytes(ImportFixture.Lenient)),
                ("output", Captures.Read("v2.2.0", "points.csv.gz"))
            ),
        };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }
        var answer = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        await ApiContract.HoldAsync(answer);
        var text = await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        return (answer, JsonSerializer.Deserialize<JsonElement>(text));
    }

    private async Task AssertIsWholeAsync(Guid testId)
    {
        foreach (var path in new[] { "", "/report", "/series", "/gate" })
        {
            using var answer = await _http.GetAsync(
                $"/api/performance/runs/{testId}{path}",
                TestContext.Current.CancellationToken
            );
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    private async Task<long> CountAsync()
    {
        await using var database = NpgsqlDataSource.Create(_direct);
        await using var count = database.CreateCommand("SELECT count(*) FROM performance_test_runs");
        return (long)(await count.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
