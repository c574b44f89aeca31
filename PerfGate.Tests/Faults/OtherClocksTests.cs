using PerfGate.Core.Runners;
using PerfGate.Host.Server;
using PerfGate.Tests.Runner;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Faults;

/// <summary>Clocks that are hours apart: a runner's and its server's, PostgreSQL's and the server's, the load engine's and its own.</summary>
public sealed class OtherClocksTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("perfgate-clocks-").FullName;

    private static CancellationToken Never => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("+5h")]
    [InlineData("-5h")]
    public async Task A_runner_whose_clock_is_wrong_begins_ends_and_reports_by_its_servers(string offset)
    {
        FakeTime.SkipWhereAbsent();
        RunnerUnderTest.SkipWithout("embedded");
        await using var target = await LoadTarget.StartAsync();
        await using var runner = new RunnerUnderTest(RunnerScripts.Steady);
        var before = TimeProvider.System.GetUtcNow();
        runner.Order = runner.Order with
        {
            Engine = "embedded",
            IssuedAt = before,
            Segments = 2,
            StartBy = before.AddSeconds(40),
            Deadline = before.AddSeconds(60),
            ScriptEnvironment = new Dictionary<string, string> { ["BASE"] = target.Url, ["DURATION"] = "3s" },
        };
        var process = await runner.StartAsync(FakeTime.Environment(offset));
        await RunnerUnderTest.EventuallyAsync(() => runner.Has(ArtifactNames.Ready(0)), "it is ready");
        await File.WriteAllTextAsync(Path.Combine(runner.Folder, ArtifactNames.Go), "now", Never);
        var end = await runner.EndOfAsync(process);
        var after = TimeProvider.System.GetUtcNow();

        Assert.True(end is { Cause: RunnerEndCause.Finished, ExitCode: 0 }, $"{end}");
        Assert.InRange(end.StartedAt!.Value, before, after);
        Assert.InRange(end.EndedAt, before, after);
        var metrics = runner.Measure();
        Assert.InRange(metrics.DurationSeconds, 1, (after - before).TotalSeconds);
        Assert.All(
            metrics.Series,
            second =>
                Assert.InRange(
                    DateTimeOffset.FromUnixTimeSeconds(second.Second),
                    before.AddSeconds(-2),
                    after.AddSeconds(2)
                )
        );
    }

    [Fact]
    public async Task A_runner_whose_clock_is_wrong_stops_at_its_deadline_all_the_same()
    {
        FakeTime.SkipWhereAbsent();
        RunnerUnderTest.SkipWithout("embedded");
        await using var target = await LoadTarget.StartAsync();
        await using var runner = new RunnerUnderTest(RunnerScripts.Steady);
        var now = TimeProvider.System.GetUtcNow();
        runner.Order = runner.Order with
        {
            Engine = "embedded",
            IssuedAt = now,
            Deadline = now.AddSeconds(12),
            ScriptEnvironment = new Dictionary<string, string> { ["BASE"] = target.Url, ["DURATION"] = "10m" },
        };

        var end = await runner.EndOfAsync(await runner.StartAsync(FakeTime.Environment("-5h")));

        Assert.Equal(RunnerEndCause.Deadline, end.Cause);
    }

    [Theory]
    [InlineData(-3 * 3600)]
    public async Task A_load_engine_whose_clock_is_set_in_mid_load_makes_the_run_no_longer(int jump)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "a script is no program there");
        await using var runner = new RunnerUnderTest(RunnerScripts.Steady);
        runner.Order = runner.Order with { Engine = await JumpingEngine.WriteAsync(_folder, jump, Never) };
        var before = TimeProvider.System.GetUtcNow();

        var end = await runner.RunAsync();

        Assert.True(end is { Cause: RunnerEndCause.Finished, ExitCode: 0 }, $"{end}");
        var metrics = runner.Measure();
        Assert.Equal(JumpingEngine.Requests, metrics.Overall.Requests);
        Assert.InRange(metrics.DurationSeconds, 3, (TimeProvider.System.GetUtcNow() - before).TotalSeconds + 1);
    }

    [Theory]
    [InlineData("+5h")]
    [InlineData("-5h")]
    public async Task A_database_whose_clock_is_wrong_changes_no_run(string offset)
    {
        FakeTime.SkipWhereAbsent();
        Processes.SkipWhereTheyCannotBeSeen();
        RunnerUnderTest.SkipWithout("embedded");
        await using var target = await LoadTarget.StartAsync();
        await using var database = await OwnDatabase.StartAsync();
        await database.TakeAwayAsync();
        await database.BringBackAsync(FakeTime.Environment(offset));
        await using var server = await GateServer.StartAsync(
            new GateServerOptions
            {
                DataFolder = _folder,
                Urls = "http://127.0.0.1:0",
                Engine = "embedded",
                PostgresConnectionString = database.ConnectionString,
            },
            CancellationToken.None
        );
        using var gate = new GateClient(server.Address, server.IssueToken("tests"));
        var before = TimeProvider.System.GetUtcNow();
        var key = Guid.NewGuid().ToString();
        var first = await gate.ExecuteAsync(Loads.Request(target.Url, duration: 3), Never, key);
        var again = await gate.ExecuteAsync(Loads.Request(target.Url, duration: 3), Never, key);
        var second = await gate.ExecuteAsync(Loads.Request(target.Url, duration: 3), Never);

        var ends = new[] { await Loads.EndAsync(gate, first.TestId), await Loads.EndAsync(gate, second.TestId) };

        Assert.Equal(first.TestId, again.TestId);
        Assert.All(ends, run => Loads.AssertWell(run));
        Assert.Equal(target.Requests, ends.Sum(run => run.Results!.Metrics!.Overall.Requests));
        Assert.All(ends, run => Assert.InRange(run.EndedAt!.Value, before, TimeProvider.System.GetUtcNow()));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
