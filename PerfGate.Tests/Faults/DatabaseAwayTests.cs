using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using PerfGate.Adapters.Http;
using PerfGate.Core.Runs;
using PerfGate.Host.Demo;
using PerfGate.Host.Server;
using PerfGate.Tests.Runner;

namespace PerfGate.Tests.Faults;

/// <summary>The database is taken away under a run, and comes back.</summary>
public sealed class DatabaseAwayTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("perfgate-away-").FullName;
    private OwnDatabase _database = null!;
    private GateServer _server = null!;
    private GateClient _gate = null!;
    private HttpClient _http = null!;

    public async ValueTask InitializeAsync()
    {
        Processes.SkipWhereTheyCannotBeSeen();
        _database = await OwnDatabase.StartAsync();
        _server = await GateServer.StartAsync(
            new GateServerOptions
            {
                DataFolder = _folder,
                Urls = "http://127.0.0.1:0",
                Engine = "embedded",
                PostgresConnectionString = _database.ConnectionString,
            },
            CancellationToken.None
        );
        var token = _server.IssueToken("tests");
        _gate = new GateClient(_server.Address, token);
        _http = new HttpClient { BaseAddress = _server.Address };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    [Fact]
    public async Task A_run_outlasts_a_database_that_is_away_for_longer_than_its_load_and_callers_are_told_to_try_again()
    {
        var never = TestContext.Current.CancellationToken;
        await using var target = await LoadTarget.StartAsync();
        var accepted = await _gate.ExecuteAsync(Loads.Request(target.Url, duration: 6), never);
        await UnderLoadAsync(target);

        await _database.TakeAwayAsync();
        // Said by every route alike, also by those that would write.
        foreach (var path in new[] { $"runs/{accepted.TestId}", $"runs/{accepted.TestId}/gate", "tests", "baselines" })
        {
            await AssertAwayAsync(await _http.GetAsync(Route(path), never));
        }
        await AssertAwayAsync(await _http.PostAsJsonAsync(Route("tests/execute"), Loads.Request(target.Url), never));
        await AssertAwayAsync(await _http.PostAsync(Route($"runs/{accepted.TestId}/cancel"), null, never));
        // Longer than the load, than a connection is waited for, and than the first tries of whoever tries again.
        await Task.Delay(TimeSpan.FromSeconds(30), never);
        var seen = target.Requests;
        await _database.BringBackAsync();

        var run = await Loads.EndAsync(_gate, accepted.TestId);
        Loads.AssertWell(run);
        Assert.Equal(run.Results!.Metrics!.Overall.Requests, seen);
        Assert.Equal(seen, target.Requests);
        Assert.Empty(Processes.OfRun(run.TestId));

        // The slot is free, and workers take runs again.
        var next = await Loads.EndAsync(_gate, (await _gate.ExecuteAsync(Loads.Request(target.Url), never)).TestId);
        Loads.AssertWell(next);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            _gate.Dispose();
            _http.Dispose();
            await _server.DisposeAsync();
            await _database.DisposeAsync();
        }
        Directory.Delete(_folder, recursive: true);
    }

    private static Uri Route(string path) => new($"/api/performance/{path}", UriKind.Relative);

    private static async Task AssertAwayAsync(HttpResponseMessage answer)
    {
        using (answer)
        {
            var body = await answer.Content.ReadAsStringAsync();
            Assert.True(
                answer.StatusCode == HttpStatusCode.ServiceUnavailable,
                $"{answer.RequestMessage!.RequestUri}: {answer.StatusCode} {body}"
            );
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
            Assert.True(answer.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        }
    }

    private static Task UnderLoadAsync(LoadTarget target) =>
        RunnerUnderTest.EventuallyAsync(() => target.Requests > 20, "load begins");
}
