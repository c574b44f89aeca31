using Hangfire;
using Hangfire.PostgreSql;
using Hangfire.PostgreSql.Factories;
using PerfGate.Core.Runs;
using PerfGate.Host.Demo;
using PerfGate.Host.Jobs;
using PerfGate.Host.Server;
using PerfGate.Tests.Runner;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Faults;

/// <summary>Two at once: two requests, and two jobs of one run.</summary>
public sealed class SameRunTwiceTests(PostgresFixture postgres) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("perfgate-twice-").FullName;

    [Fact]
    public async Task Executes_at_once_are_runs_of_their_own_and_a_job_that_appears_again_makes_no_second_load()
    {
        var never = TestContext.Current.CancellationToken;
        await using var target = await LoadTarget.StartAsync();
        var database = await postgres.CreateDatabaseAsync();
        await using var server = await GateServer.StartAsync(
            new GateServerOptions
            {
                DataFolder = _folder,
                Urls = "http://127.0.0.1:0",
                Engine = "embedded",
                PostgresConnectionString = database,
            },
            never
        );
        using var gate = new GateClient(server.Address, server.IssueToken("tests"));

        var accepted = await Task.WhenAll(
            Enumerable.Range(0, 3).Select(_ => gate.ExecuteAsync(Loads.Request(target.Url, duration: 2), never))
        );
        await RunnerUnderTest.EventuallyAsync(() => target.Requests > 5, "load begins");
        // What a queue does that gives up on a job after a while, although its worker lives: an endurance run takes hours.
        var storage = new PostgreSqlStorageOptions();
        var jobs = new BackgroundJobClient(
            new PostgreSqlStorage(new NpgsqlConnectionFactory(database, storage), storage)
        );
        foreach (var run in accepted)
        {
            jobs.Enqueue<RunJob>(job => job.ExecuteAsync(run.TestId, null, CancellationToken.None));
        }
        var ends = await Task.WhenAll(accepted.Select(run => Loads.EndAsync(gate, run.TestId)));

        Assert.Equal(3, ends.Select(run => run.TestId).Distinct().Count());
        Assert.All(ends, run => Assert.NotEqual(Verdict.Error, run.Verdict));
        Assert.Equal(target.Requests, ends.Sum(run => run.Results!.Metrics!.Overall.Requests));
        var inTurn = ends.OrderBy(run => run.StartedAt).ToArray();
        Assert.All(inTurn.Skip(1).Zip(inTurn), pair => Assert.True(pair.First.StartedAt >= pair.Second.EndedAt));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
