using PerfGate.Adapters.Http;
using PerfGate.Core.Runs;
using PerfGate.Host.Server;
using PerfGate.Tests.Runner;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Faults;

/// <summary>
/// A blob service that is busy, breaks connections, hangs or loses its answers, at a stage of each kind: a moment of it changes
/// nothing, and one that lasts ends the run with that reason.
/// </summary>
public sealed class UnwellBlobsTests(PostgresFixture postgres, AzuriteFixture azurite) : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("perfgate-blobs-").FullName;
    private BlobProxy _blobs = null!;
    private LoadTarget _target = null!;
    private GateServer? _server;
    private GateClient _gate = null!;

    private static CancellationToken Never => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _target = await LoadTarget.StartAsync();
        _blobs = await BlobProxy.StartAsync(await azurite.ConnectionStringAsync());
    }

    [Theory]
    [InlineData("Busy", "PUT script.js")]
    [InlineData("Resets", "PUT series-0.ndjson")]
    [InlineData("Hangs", "PUT series-0.ndjson?comp=appendblock")]
    [InlineData("TooMany", "PUT end-0.json")]
    [InlineData("Busy", "PUT series-0.ndjson?comp=seal")]
    public async Task A_moment_of_it_loses_nothing_and_counts_nothing_twice(string kind, string stage)
    {
        await ServeAsync(TimeSpan.FromMinutes(2));
        var outage = new BlobOutage(Enum.Parse<BlobOutageKind>(kind), stage)
        {
            // Longer than one request is repeated by the client itself, which waits ten seconds for one that hangs.
            Lasts = TimeSpan.FromSeconds(kind == "Hangs" ? 9 : 5),
        };
        _blobs.Plan(outage);

        var run = await Loads.EndAsync(_gate, await ExecuteAsync(duration: 4));

        AssertAllCounted(run);
        await RunnerUnderTest.EventuallyAsync(() => outage.HasBegun, $"{stage} is asked for");
        Assert.True(_blobs.Failed > 0);
        await SealedAsync(run);
    }

    [Theory]
    [InlineData("PUT series-0.ndjson")]
    [InlineData("PUT series-0.ndjson?comp=appendblock")]
    [InlineData("PUT series-0.ndjson?comp=seal")]
    public async Task What_was_done_though_its_answer_was_lost_is_not_done_twice(string stage)
    {
        await ServeAsync(TimeSpan.FromMinutes(2));
        _blobs.Plan(new BlobOutage(BlobOutageKind.LosesAnswers, stage) { Takes = 2 });

        var run = await Loads.EndAsync(_gate, await ExecuteAsync(duration: 4));

        AssertAllCounted(run);
        await RunnerUnderTest.EventuallyAsync(
            () => _blobs.Requests.Any(request => request.EndsWith(" lost", StringComparison.Ordinal)),
            $"an answer to {stage} is lost"
        );
        await SealedAsync(run);
    }

    [Theory]
    [InlineData("PUT script.js", false)]
    [InlineData("PUT series-0.ndjson?comp=appendblock", true)]
    [InlineData("PUT end-0.json", true)]
    public async Task One_that_lasts_ends_the_run_with_that_reason_and_frees_its_slot(string stage, bool underLoad)
    {
        Processes.SkipWhereTheyCannotBeSeen();
        await ServeAsync(TimeSpan.FromSeconds(3));
        _blobs.Plan(new BlobOutage(BlobOutageKind.Busy, stage));

        var id = await ExecuteAsync(duration: 4);
        await EndedInDatabaseAsync(id);
        var seen = _target.Requests;
        _blobs.End();
        var run = await Loads.EndAsync(_gate, id);

        Assert.True((run.Status, run.Verdict) == (RunStatus.Failed, Verdict.Error), Loads.Explain(run));
        Assert.True(run.Reasons[0].Code is "artifacts-unwell" or "runner-lost", Loads.Explain(run));
        Assert.DoesNotContain("sig=", Loads.Explain(run), StringComparison.Ordinal);
        Assert.Equal(underLoad, seen > 0);
        Assert.Empty(Processes.OfRun(run.TestId));
        var next = await Loads.EndAsync(_gate, await ExecuteAsync(duration: 3));
        AssertAllCounted(next, before: seen);
    }

    [Fact]
    public async Task Whoever_asks_meanwhile_is_told_to_ask_again()
    {
        await ServeAsync(TimeSpan.FromMinutes(2));
        var run = await Loads.EndAsync(_gate, await ExecuteAsync(duration: 3));
        using var http = new HttpClient { BaseAddress = _server!.Address };
        http.DefaultRequestHeaders.Authorization = new("Bearer", _server.IssueToken("tests"));
        _blobs.Plan(new BlobOutage(BlobOutageKind.Busy, ""));

        foreach (var path in new[] { "report", "series", "log" })
        {
            using var answer = await http.GetAsync(
                new Uri($"/api/performance/runs/{run.TestId}/{path}", UriKind.Relative),
                Never
            );
            Assert.True(
                answer.StatusCode == System.Net.HttpStatusCode.ServiceUnavailable,
                $"{path}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync(Never)}"
            );
            Assert.True(answer.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            _gate.Dispose();
            await _server.DisposeAsync();
        }
        await _blobs.DisposeAsync();
        await _target.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task ServeAsync(TimeSpan patience)
    {
        RunnerUnderTest.SkipWithout("embedded");
        _server = await GateServer.StartAsync(
            new GateServerOptions
            {
                DataFolder = _folder,
                Urls = "http://127.0.0.1:0",
                Engine = "embedded",
                PostgresConnectionString = await postgres.CreateDatabaseAsync(),
                BlobConnectionString = _blobs.ConnectionString,
                ArtifactPatience = patience,
            },
            CancellationToken.None
        );
        _gate = new GateClient(_server.Address, _server.IssueToken("tests"));
    }

    private async Task<Guid> ExecuteAsync(int duration) =>
        (await _gate.ExecuteAsync(Loads.Request(_target.Url, duration), Never)).TestId;

    private void AssertAllCounted(RunView run, long before = 0)
    {
        Loads.AssertWell(run);
        Assert.True(_target.Requests > before);
        var counted = run.Results!.Metrics!.Overall.Requests;
        Assert.True(
            _target.Requests - before == counted,
            $"{_target.Requests - before} requests, {counted} counted; besides: {string.Join(", ", _target.Strays)}; {Loads.Explain(run)}"
        );
    }

    /// <summary>History is told by the database alone.</summary>
    private async Task EndedInDatabaseAsync(Guid run)
    {
        using var http = new HttpClient { BaseAddress = _server!.Address };
        http.DefaultRequestHeaders.Authorization = new("Bearer", _server.IssueToken("tests"));
        for (var i = 0; i < 600; i++)
        {
            var listed = await http.GetStringAsync(
                new Uri("/api/performance/runs?status=failed", UriKind.Relative),
                Never
            );
            if (listed.Contains(run.ToString(), StringComparison.Ordinal))
            {
                return;
            }
            await Task.Delay(200, Never);
        }
        Assert.Fail("The run did not end within two minutes.");
    }

    // Also where the answer was lost: whoever looks again sees that it is done, and asks no more.
    private Task SealedAsync(RunView run) =>
        RunnerUnderTest.EventuallyAsync(
            () =>
                _blobs.Requests.Any(request =>
                    request.StartsWith($"PUT {run.TestId}/series-0.ndjson?comp=seal 200", StringComparison.Ordinal)
                ),
            "the series is sealed"
        );
}
