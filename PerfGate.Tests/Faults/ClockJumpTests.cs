using PerfGate.Adapters.Http;
using PerfGate.Core.Runners;
using PerfGate.Host.Server;
using PerfGate.Tests.Runner;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Faults;

/// <summary>The server's clock is set by hours while runs wait, are under load and are judged.</summary>
public sealed class ClockJumpTests(PostgresFixture postgres) : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("perfgate-jump-").FullName;
    private readonly SetClock _clock = new();
    private LoadTarget _target = null!;
    private GateServer _server = null!;
    private GateClient _gate = null!;

    private static CancellationToken Never => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _target = await LoadTarget.StartAsync();
        _server = await GateServer.StartAsync(
            new GateServerOptions
            {
                DataFolder = _folder,
                Urls = "http://127.0.0.1:0",
                Engine = "embedded",
                PostgresConnectionString = await postgres.CreateDatabaseAsync(),
                Time = _clock,
            },
            CancellationToken.None
        );
        _gate = new GateClient(_server.Address, _server.IssueToken("tests"));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(-5)]
    public async Task Runs_in_the_line_and_under_load_are_made_and_judged_as_if_nothing_were(int hours)
    {
        RunnerUnderTest.SkipWithout("embedded");
        var first = await ExecuteAsync(duration: 5);
        var second = await ExecuteAsync(duration: 3);
        var third = await ExecuteAsync(duration: 3);
        await RunnerUnderTest.EventuallyAsync(() => _target.Requests > 20, "load begins");

        _clock.Offset = TimeSpan.FromHours(hours);
        AssertWell(await Loads.EndAsync(_gate, first), seconds: 5);
        var seen = _target.Requests;
        await RunnerUnderTest.EventuallyAsync(() => _target.Requests > seen + 20, "the second load begins");
        _clock.Offset = TimeSpan.Zero;
        AssertWell(await Loads.EndAsync(_gate, second), seconds: 3);
        AssertWell(await Loads.EndAsync(_gate, third), seconds: 3);

        var line = new[] { first, second, third };
        var ends = await Task.WhenAll(line.Select(run => Loads.EndAsync(_gate, run)));
        Assert.Equal(_target.Requests, ends.Sum(run => run.Results!.Metrics!.Overall.Requests));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(-5)]
    public async Task A_run_that_is_judged_while_the_clock_is_set_is_judged_all_the_same(int hours)
    {
        RunnerUnderTest.SkipWithout("embedded");
        var run = await ExecuteAsync(duration: 3);
        var end = Path.Combine(_folder, "artifacts", run.ToString(), ArtifactNames.End(0));
        await RunnerUnderTest.EventuallyAsync(() => File.Exists(end), "the load ends", everyMs: 5);

        _clock.Offset = TimeSpan.FromHours(hours);

        AssertWell(await Loads.EndAsync(_gate, run), seconds: 3);
        var next = await Loads.EndAsync(_gate, await ExecuteAsync(duration: 3));
        Loads.AssertWell(next);
    }

    public async ValueTask DisposeAsync()
    {
        _gate.Dispose();
        await _server.DisposeAsync();
        await _target.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<Guid> ExecuteAsync(int duration) =>
        (await _gate.ExecuteAsync(Loads.Request(_target.Url, duration), Never)).TestId;

    private static void AssertWell(RunView run, int seconds)
    {
        Loads.AssertWell(run);
        // As long as it was planned, and no hours longer.
        Assert.InRange(run.Results!.Metrics!.DurationSeconds, seconds - 1, seconds + 30);
        Assert.True(run.CreatedAt <= run.StartedAt, $"created {run.CreatedAt:O}, started {run.StartedAt:O}");
        Assert.True(run.StartedAt <= run.EndedAt, $"started {run.StartedAt:O}, ended {run.EndedAt:O}");
    }
}
