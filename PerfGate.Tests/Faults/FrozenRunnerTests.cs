using Microsoft.Extensions.DependencyInjection;
using PerfGate.Adapters;
using PerfGate.Adapters.Postgres;
using PerfGate.Adapters.Processes;
using PerfGate.Adapters.Runs;
using PerfGate.Core;
using PerfGate.Core.Admission;
using PerfGate.Core.Baselines;
using PerfGate.Core.Requests;
using PerfGate.Core.Runs;
using PerfGate.Tests.Runner;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Faults;

/// <summary>A runner that is there, and does nothing any more.</summary>
public sealed class FrozenRunnerTests(PostgresFixture postgres) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("perfgate-frozen-").FullName;

    [Fact]
    public async Task A_runner_that_froze_does_not_hold_the_slot_until_the_end_of_a_long_run()
    {
        Processes.SkipWhereTheyCannotBeSeen();
        var never = TestContext.Current.CancellationToken;
        await using var target = await LoadTarget.StartAsync();
        var database = await postgres.CreateDatabaseAsync();
        await using var services = new ServiceCollection()
            .AddPerfGate(
                new PerfGateOptions
                {
                    PostgresConnectionString = database,
                    ArtifactFolder = _folder,
                    Engine = "embedded",
                    RunnerSilence = TimeSpan.FromSeconds(6),
                }
            )
            .AddLogging()
            .BuildServiceProvider();
        var request = Loads.Read(Loads.Request(target.Url, "10m"));
        var run = Guid.NewGuid();
        var store = services.GetRequiredService<RunStore>();
        await store.InsertAsync(
            new NewRun(run, request, DateTimeOffset.UnixEpoch, "somebody", LoadFingerprint.Of(request)),
            never
        );
        var end = RunWorkflow.ExecuteAsync(run, services.GetRequiredService<RunStepsFactory>().Create(never));
        await RunnerUnderTest.EventuallyAsync(() => target.Requests > 20, "load begins");

        Processes.Signal("STOP", services.GetRequiredService<RunnerLauncher>().Find(run)!.Id);
        var verdict = await end.WaitAsync(TimeSpan.FromMinutes(1), never);

        Assert.Equal(Verdict.Inconclusive, verdict!.Verdict);
        Assert.Equal("runner-lost", verdict.Reasons[0].Code);
        Assert.Contains("said nothing for", verdict.Reasons[0].Sentence);
        Assert.Equal(RunStatus.Completed, (await store.FindAsync(run, never))!.Status);
        await Traces.AssertNoneAsync(_folder, run);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
