using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Npgsql;
using PerfGate.Adapters.Http;
using PerfGate.Core.Runs;
using PerfGate.Host.Server;
using PerfGate.Tests.Runner;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Faults;

/// <summary>Connections to the database are few, in the server's own pool and in PostgreSQL itself.</summary>
public sealed class ConnectionsWornOutTests(PostgresFixture postgres) : IDisposable
{
    // For a server's workers, and some.
    private const int MaxConnections = 80;

    private readonly string _folder = Directory.CreateTempSubdirectory("perfgate-worn-").FullName;

    private static CancellationToken Never => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_pool_of_a_few_connections_brings_every_run_to_its_end_while_many_wait_and_follow(int size)
    {
        RunnerUnderTest.SkipWithout("embedded");
        await using var target = await LoadTarget.StartAsync();
        var database = new NpgsqlConnectionStringBuilder(await postgres.CreateDatabaseAsync())
        {
            MaxPoolSize = size,
            Timeout = 3,
        };
        await using var server = await ServeAsync(database.ConnectionString);
        using var http = Client(server);
        var runs = new List<Guid>();
        foreach (var environment in new[] { "staging", "production", "staging" })
        {
            runs.Add(await ExecuteAsync(http, Loads.Request(target.Url, duration: 3, environment: environment)));
        }

        var waits = Enumerable.Range(0, 30).Select(i => WaitAsync(http, runs[i % runs.Count])).ToArray();
        var ends = Enumerable.Range(0, 10).Select(i => FollowAsync(http, runs[i % runs.Count])).ToArray();

        Assert.All(await Task.WhenAll(waits), answer => Assert.Equal(HttpStatusCode.OK, answer));
        Assert.All(await Task.WhenAll(ends), heard => Assert.True(heard));
        using var gate = new GateClient(server.Address, server.IssueToken("tests"));
        foreach (var run in runs)
        {
            Loads.AssertWell(await Loads.EndAsync(gate, run));
        }
    }

    [Theory]
    // "sorry, too many clients already", and "remaining connection slots are reserved".
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_database_without_room_for_connections_loses_no_run_and_callers_are_told_to_try_again(bool all)
    {
        Processes.SkipWhereTheyCannotBeSeen();
        RunnerUnderTest.SkipWithout("embedded");
        await using var target = await LoadTarget.StartAsync();
        await using var database = await OwnDatabase.StartAsync(MaxConnections);
        var owner = database.ConnectionString;
        var role = await CreateRoleAsync(owner);
        await using var server = await ServeAsync(role, owner);
        using var http = Client(server);
        using var gate = new GateClient(server.Address, server.IssueToken("tests"));
        var run = await ExecuteAsync(http, Loads.Request(target.Url, duration: 6));
        var follower = FollowAsync(http, run);
        await RunnerUnderTest.EventuallyAsync(() => target.Requests > 20, "load begins");

        long seen;
        await using (await TakenRoom.TakeAsync(owner, role, all))
        {
            foreach (var path in new[] { $"runs/{run}", "tests", "baselines" })
            {
                await AssertAwayAsync(http.GetAsync(Route(path), Never));
            }
            await AssertAwayAsync(http.PostAsJsonAsync(Route("tests/execute"), Loads.Request(target.Url), Never));
            await Task.Delay(TimeSpan.FromSeconds(8), Never);
            seen = target.Requests;
        }

        var end = await Loads.EndAsync(gate, run);
        Loads.AssertWell(end);
        Assert.Equal(seen, target.Requests);
        Assert.Equal(seen, end.Results!.Metrics!.Overall.Requests);
        Assert.True(await follower);
        var next = await Loads.EndAsync(gate, await ExecuteAsync(http, Loads.Request(target.Url)));
        Loads.AssertWell(next);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<GateServer> ServeAsync(string database, string? owner = null) =>
        GateServer.StartAsync(
            new GateServerOptions
            {
                DataFolder = _folder,
                Urls = "http://127.0.0.1:0",
                Engine = "embedded",
                PostgresConnectionString = database,
                PostgresOwner = owner,
            },
            CancellationToken.None
        );

    private static HttpClient Client(GateServer server)
    {
        var http = new HttpClient { BaseAddress = server.Address, Timeout = TimeSpan.FromMinutes(2) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", server.IssueToken("tests"));
        return http;
    }

    private static Uri Route(string path) => new($"/api/performance/{path}", UriKind.Relative);

    /// <summary>As a pipeline does: told to ask later, it asks later, with the same key.</summary>
    private static async Task<Guid> ExecuteAsync(HttpClient http, object request)
    {
        var key = Guid.NewGuid().ToString();
        while (true)
        {
            using var asked = new HttpRequestMessage(HttpMethod.Post, Route("tests/execute"));
            asked.Headers.Add("Idempotency-Key", key);
            asked.Content = JsonContent.Create(request);
            using var answer = await http.SendAsync(asked, Never);
            if (answer.StatusCode == HttpStatusCode.Accepted)
            {
                return (await answer.Content.ReadFromJsonAsync<ExecuteAnswer>(RunJsonOptions, Never))!.TestId;
            }
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            await Task.Delay(200, Never);
        }
    }

    private static System.Text.Json.JsonSerializerOptions RunJsonOptions => Core.Requests.RunJson.Options;

    /// <summary>The answer once the run has ended.</summary>
    private static async Task<HttpStatusCode> WaitAsync(HttpClient http, Guid run)
    {
        while (true)
        {
            using var asked = new HttpRequestMessage(HttpMethod.Get, Route($"runs/{run}/gate"));
            asked.Headers.Add("Prefer", "wait=20");
            using var answer = await http.SendAsync(asked, Never);
            var text = await answer.Content.ReadAsStringAsync(Never);
            var goesOn = answer.IsSuccessStatusCode && !text.Contains("\"verdict\"", StringComparison.Ordinal);
            if (answer.StatusCode != HttpStatusCode.ServiceUnavailable && !goesOn)
            {
                return answer.StatusCode;
            }
            await Task.Delay(200, Never);
        }
    }

    /// <summary>Whether the end of the run is heard in its stream of events.</summary>
    private static async Task<bool> FollowAsync(HttpClient http, Guid run)
    {
        while (true)
        {
            using var asked = new HttpRequestMessage(HttpMethod.Get, Route($"runs/{run}/events"));
            using var answer = await http.SendAsync(asked, HttpCompletionOption.ResponseHeadersRead, Never);
            if (answer.StatusCode == HttpStatusCode.ServiceUnavailable)
            {
                await Task.Delay(200, Never);
                continue;
            }
            using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(Never));
            while (await lines.ReadLineAsync(Never) is { } line)
            {
                if (line == "event: end")
                {
                    return true;
                }
            }
        }
    }

    private static async Task AssertAwayAsync(Task<HttpResponseMessage> asked)
    {
        using var answer = await asked;
        Assert.True(
            answer.StatusCode == HttpStatusCode.ServiceUnavailable,
            $"{answer.RequestMessage!.RequestUri}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync(Never)}"
        );
        Assert.True(answer.Headers.RetryAfter!.Delta > TimeSpan.Zero);
    }

    private static async Task<string> CreateRoleAsync(string owner)
    {
        await using var source = NpgsqlDataSource.Create(owner);
        await using var create = source.CreateCommand("CREATE ROLE gate LOGIN PASSWORD 'gate'");
        await create.ExecuteNonQueryAsync(Never);
        return new NpgsqlConnectionStringBuilder(owner) { Username = "gate", Password = "gate" }.ConnectionString;
    }
}
