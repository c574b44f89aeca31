using PerfGate.Adapters.Processes;
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

    [Fact]
    public async Task A_server_whose_engine_is_no_program_ends_each_run_with_that_reason_and_frees_the_slot()
    {
        Processes.SkipWhereTheyCannotBeSeen();
        await using var target = await LoadTarget.StartAsync();
        await using var server = await StartAsync(Path.Combine(_folder, "nowhere", "k6"));
        using var gate = new GateClient(server.Address, server.IssueToken("tests"));
        var first = (await gate.ExecuteAsync(Loads.Request(target.Url), Never)).TestId;
        var second = (await gate.ExecuteAsync(Loads.Request(target.Url), Never)).TestId;

        foreach (var id in new[] { first, second })
        {
            var run = await Loads.EndAsync(gate, id);

            Assert.True((run.Status, run.Verdict) == (RunStatus.Failed, Verdict.Error), Loads.Explain(run));
            Assert.True(run.Reasons[0].Code == "engine-not-started", Loads.Explain(run));
            Assert.Contains("nowhere", run.Reasons[0].Sentence);
            await Traces.AssertNoneAsync(Path.Combine(_folder, "artifacts"), id);
        }
        Assert.Equal(0, target.Requests);
    }

    [Fact]
    public async Task A_script_that_throws_in_every_iteration_is_never_passed_although_its_engine_exits_with_0()
    {
        Processes.SkipWhereTheyCannotBeSeen();
        RunnerUnderTest.SkipWithout("embedded");
        await using var target = await LoadTarget.StartAsync();
        await using var server = await StartAsync(await WriteThrowingEngineAsync());
        using var gate = new GateClient(server.Address, server.IssueToken("tests"));
        var id = (await gate.ExecuteAsync(Loads.Request(target.Url), Never)).TestId;

        var run = await Loads.EndAsync(gate, id);

        Assert.True((run.Status, run.Verdict) == (RunStatus.Completed, Verdict.Inconclusive), Loads.Explain(run));
        var reason = Assert.Single(run.Reasons, reason => reason.Code == "script-throws");
        Assert.Contains("thrown on purpose", reason.Sentence);
        Assert.InRange(target.Requests, 1, int.MaxValue);
        await Traces.AssertNoneAsync(Path.Combine(_folder, "artifacts"), id);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<GateServer> StartAsync(string engine) =>
        await GateServer.StartAsync(
            new GateServerOptions
            {
                DataFolder = _folder,
                Urls = "http://127.0.0.1:0",
                Engine = engine,
                PostgresConnectionString = await postgres.CreateDatabaseAsync(),
            },
            CancellationToken.None
        );

    /// <summary>The embedded engine, under whose hands every user of a script throws once it has done its steps.</summary>
    private async Task<string> WriteThrowingEngineAsync()
    {
        var embedded = Path.Combine(
            Path.GetDirectoryName(SiblingProgram.Locate("PerfGate.Runner"))!,
            "PerfGate.K6.dll"
        );
        var path = Path.Combine(_folder, "throwing-engine");
        await File.WriteAllTextAsync(
            path,
            $$"""
            #!/bin/sh
            for one in "$@"; do
              shift
              if grep -qs '^  runSteps(' "$one"; then
                sed 's/^  runSteps(.*/&\n  throw new Error("thrown on purpose");/' "$one" > "$one.throwing.js"
                one="$one.throwing.js"
              fi
              set -- "$@" "$one"
            done
            exec dotnet '{{embedded}}' "$@"
            """,
            Never
        );
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        return path;
    }

    private static int EngineOf(Guid run) =>
        Processes.OfRun(run).FirstOrDefault(id => Processes.Names(id, "--summary-export"));
}
