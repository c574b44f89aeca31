using PerfGate.Core.Runs;
using PerfGate.Host.Demo;
using PerfGate.Host.Server;
using PerfGate.Tests.Runner;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Faults;

/// <summary>Runner or load engine are killed, each alone, under a server that lives; and the runner freezes.</summary>
public sealed class EngineDeathTests(PostgresFixture postgres) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("perfgate-engine-death-").FullName;

    private static CancellationToken Never => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("embedded")]
    [InlineData("k6")]
    public async Task A_runner_or_an_engine_that_is_killed_ends_its_run_with_that_reason_and_frees_the_slot(
        string engine
    )
    {
        Processes.SkipWhereTheyCannotBeSeen();
        RunnerUnderTest.SkipWithout(engine);
        await using var target = await LoadTarget.StartAsync();
        var folder = Path.Combine(_folder, engine);
        await using var server = await GateServer.StartAsync(
            new GateServerOptions
            {
                DataFolder = folder,
                Urls = "http://127.0.0.1:0",
                Engine = engine,
                PostgresConnectionString = await postgres.CreateDatabaseAsync(),
            },
            CancellationToken.None
        );
        using var gate = new GateClient(server.Address, server.IssueToken("tests"));
        var staging = (await gate.ExecuteAsync(Loads.Request(target.Url, duration: 60), Never)).TestId;
        var production = (
            await gate.ExecuteAsync(Loads.Request(target.Url, duration: 60, environment: "production"), Never)
        ).TestId;
        var next = (await gate.ExecuteAsync(Loads.Request(target.Url), Never)).TestId;
        await RunnerUnderTest.EventuallyAsync(
            () => EngineOf(staging) > 0 && EngineOf(production) > 0 && target.Requests > 40,
            "both are under load"
        );
        await Task.Delay(1500, Never);

        var runner = Processes.ParentOf(EngineOf(staging));
        Processes.Signal("KILL", runner);
        Processes.Signal("KILL", EngineOf(production));
        var withoutRunner = await Loads.EndAsync(gate, staging);
        var withoutEngine = await Loads.EndAsync(gate, production);
        var after = await Loads.EndAsync(gate, next);

        Assert.True(
            (withoutRunner.Status, withoutRunner.Verdict) == (RunStatus.Completed, Verdict.Inconclusive),
            Loads.Explain(withoutRunner)
        );
        Assert.True(withoutRunner.Reasons[0].Code == "runner-lost", Loads.Explain(withoutRunner));
        Assert.Contains("137", withoutRunner.Reasons[0].Sentence);
        Assert.True(
            (withoutEngine.Status, withoutEngine.Verdict) == (RunStatus.Completed, Verdict.Inconclusive),
            Loads.Explain(withoutEngine)
        );
        Assert.True(withoutEngine.Reasons[0].Code == "engine-killed", Loads.Explain(withoutEngine));
        Loads.AssertWell(after);
        foreach (var run in new[] { staging, production, next })
        {
            await Traces.AssertNoneAsync(Path.Combine(folder, "artifacts"), run);
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static int EngineOf(Guid run) =>
        Processes.OfRun(run).FirstOrDefault(id => Processes.Names(id, "--summary-export"));
}
