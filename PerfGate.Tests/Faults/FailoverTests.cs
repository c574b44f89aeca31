using System.Net;
using System.Net.Http.Headers;
using PerfGate.Core.Runs;
using PerfGate.Host.Server;
using PerfGate.Tests.Runner;

namespace PerfGate.Tests.Faults;

/// <summary>The database crashes, and fails over to a standby, under runs.</summary>
public sealed class FailoverTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("perfgate-failover-").FullName;
    private OwnDatabase _database = null!;
    private GateServer _server = null!;
    private GateClient _gate = null!;
    private HttpClient _http = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

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
    public async Task A_crash_and_a_failover_lose_no_run_and_a_standby_is_not_taken_for_the_database()
    {
        await using var target = await LoadTarget.StartAsync();

        var first = await _gate.ExecuteAsync(Loads.Request(target.Url, duration: 6), Cancellation);
        await UnderLoadAsync(target, 20);
        await _database.CrashAsync();
        await _database.BringBackAsync();
        await EndsWellAsync(first.TestId);

        var second = await _gate.ExecuteAsync(Loads.Request(target.Url, duration: 6), Cancellation);
        await UnderLoadAsync(target, target.Requests + 20);
        await _database.TakeAwayAsync();
        _database.BecomeStandby();
        await _database.BringBackAsync();
        // It answers, and could read; what it knows may be old, and nothing can be written.
        await AssertAwayAsync(_http.GetAsync(Route($"runs/{second.TestId}"), Cancellation));
        await AssertAwayAsync(_http.PostAsync(Route($"runs/{second.TestId}/cancel"), null, Cancellation));
        using (var ready = await _http.GetAsync(new Uri("/ready", UriKind.Relative), Cancellation))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        }
        await _database.PromoteAsync();
        await EndsWellAsync(second.TestId);
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

    private static Task UnderLoadAsync(LoadTarget target, long requests) =>
        RunnerUnderTest.EventuallyAsync(() => target.Requests > requests, "load begins");

    private async Task EndsWellAsync(Guid testId)
    {
        var run = await Loads.EndAsync(_gate, testId);
        Loads.AssertWell(run);
        Assert.Empty(Processes.OfRun(testId));
    }

    private static async Task AssertAwayAsync(Task<HttpResponseMessage> asked)
    {
        using var answer = await asked;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.True(answer.Headers.RetryAfter!.Delta > TimeSpan.Zero);
    }
}
