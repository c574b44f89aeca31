using PerfGate.Adapters.Http;
using PerfGate.Core.Runs;
using PerfGate.Host.Demo;
using PerfGate.Host.Server;
using PerfGate.Tests.Runner;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Faults;

/// <summary>Runs against every kind of broken target, all at once, since most of their time is spent waiting.</summary>
public abstract class BrokenTargets(PostgresFixture postgres, string engine) : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("perfgate-targets-").FullName;
    private readonly Dictionary<string, RunView> _runs = [];

    public RunView this[string kind]
    {
        get
        {
            RunnerUnderTest.SkipWithout(engine);
            return _runs[kind];
        }
    }

    public async ValueTask InitializeAsync()
    {
        if (engine == "k6" && RunnerUnderTest.K6 is null)
        {
            return;
        }
        await using var unreachable = await BrokenTarget.UnreachableAsync();
        await using var hanging = BrokenTarget.Hanging();
        await using var resetting = BrokenTarget.Resetting();
        await using var garbage = BrokenTarget.AnsweringGarbage();
        await using var breakingOff = BrokenTarget.BreakingOff();
        var targets = new Dictionary<string, string>
        {
            ["unreachable"] = unreachable.Url,
            ["refusing"] = await BrokenTarget.RefusingAsync(),
            ["hanging"] = hanging.Url,
            ["resetting"] = resetting.Url,
            ["garbage"] = garbage.Url,
            ["breaking off"] = breakingOff.Url,
        };
        await using var server = await GateServer.StartAsync(
            new GateServerOptions
            {
                DataFolder = _folder,
                Urls = "http://127.0.0.1:0",
                Engine = engine,
                PostgresConnectionString = await postgres.CreateDatabaseAsync(),
                SlotsPerEnvironment = targets.Count,
            },
            CancellationToken.None
        );
        using var gate = new GateClient(server.Address, server.IssueToken("tests"));
        var ends = new List<(string Kind, Task<RunView> End)>();
        foreach (var (kind, url) in targets)
        {
            var accepted = await gate.ExecuteAsync(Loads.Request(url, rate: 30), CancellationToken.None);
            ends.Add((kind, Loads.EndAsync(gate, accepted.TestId)));
        }
        foreach (var (kind, end) in ends)
        {
            _runs[kind] = await end;
        }
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}

public sealed class BrokenTargetsOfTheEmbeddedEngine(PostgresFixture postgres) : BrokenTargets(postgres, "embedded");

public sealed class BrokenTargetsOfK6(PostgresFixture postgres) : BrokenTargets(postgres, "k6");

/// <summary>A target that is not well is never passed, and the reason says what is wrong with it.</summary>
public abstract class TargetFaults(BrokenTargets runs)
{
    [Theory]
    [InlineData("unreachable")]
    [InlineData("refusing")]
    [InlineData("hanging")]
    [InlineData("resetting")]
    [InlineData("garbage")]
    public void A_target_that_answers_nothing_fails_as_dead(string kind)
    {
        var run = runs[kind];

        Assert.True((run.Status, run.Verdict) == (RunStatus.Completed, Verdict.Failed), Loads.Explain(run));
        Assert.True(run.Reasons[0].Code == "target-dead", Loads.Explain(run));
    }

    [Fact]
    public void Bytes_that_no_database_takes_for_text_do_not_lose_the_run()
    {
        var run = runs["garbage"];

        Assert.DoesNotContain(run.Reasons, reason => reason.Sentence.Contains('\0', StringComparison.Ordinal));
        Assert.DoesNotContain(run.Reasons, reason => reason.Code == "surprise");
    }

    [Fact]
    public void Users_that_waited_in_vain_to_the_end_are_not_taken_for_a_script_without_requests()
    {
        var run = runs["hanging"];

        Assert.DoesNotContain(run.Reasons, reason => reason.Code == "no-traffic");
        Assert.Equal(0, run.Results!.Metrics!.Overall.Requests);
    }

    [Fact]
    public void A_target_that_breaks_off_in_the_middle_of_each_answer_fails()
    {
        var run = runs["breaking off"];

        Assert.True(run.Verdict == Verdict.Failed, Loads.Explain(run));
    }
}

/// <summary>With the embedded engine.</summary>
public sealed class TargetFaultTests(BrokenTargetsOfTheEmbeddedEngine runs)
    : TargetFaults(runs),
        IClassFixture<BrokenTargetsOfTheEmbeddedEngine>;

/// <summary>With k6; skipped where it is not on PATH.</summary>
public sealed class TargetFaultsUnderK6Tests(BrokenTargetsOfK6 runs)
    : TargetFaults(runs),
        IClassFixture<BrokenTargetsOfK6>;
