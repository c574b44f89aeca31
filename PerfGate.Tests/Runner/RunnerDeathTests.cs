using System.Diagnostics;
using PerfGate.Core.Runners;

namespace PerfGate.Tests.Runner;

/// <summary>Nothing is left running, load is never made twice, and every death has a name.</summary>
public class RunnerDeathTests
{
    public static TheoryData<string> Engines => RunnerTests.Engines;

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task An_engine_killed_from_outside_is_named_so_and_its_samples_are_kept(string engine)
    {
        SkipWithout(engine);
        await using var target = await LoadTarget.StartAsync();
        await using var runner = Long(engine, target);
        var process = await runner.StartAsync();
        await runner.LoadBegunAsync();
        Kill(RunnerUnderTest.EngineOf(process));

        var end = await runner.EndOfAsync(process);
        Assert.Equal((RunnerEndCause.Killed, null), (end.Cause, end.ExitCode));
        Assert.Contains("signal 9", end.Detail);
        Assert.False(runner.Has(ArtifactNames.Summary(0)));
        Assert.True(runner.Measure().Overall.Requests > 0);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task A_killed_runner_leaves_no_engine_and_the_next_one_makes_no_load(string engine)
    {
        SkipWithout(engine);
        await using var target = await LoadTarget.StartAsync();
        await using var runner = Long(engine, target);
        var process = await runner.StartAsync();
        await runner.LoadBegunAsync();
        var engineId = RunnerUnderTest.EngineOf(process);
        Kill(process.Id);
        await RunnerUnderTest.EventuallyAsync(() => !RunnerUnderTest.IsAlive(engineId), "the engine is gone");
        Assert.False(runner.Has(ArtifactNames.End(0)));

        var seen = target.Requests;
        var end = await runner.RunAsync();
        Assert.Equal(RunnerEndCause.Lost, end.Cause);
        Assert.Contains("Load had begun before", end.Detail);
        Assert.Equal(seen, target.Requests);
        Assert.True(runner.Measure().Overall.Requests > 0);
        Assert.Empty(Directory.EnumerateDirectories(Path.GetTempPath(), $"perfgate-{runner.Order.RunId:N}-*"));
    }

    [Fact]
    public async Task A_runner_whose_parent_has_died_stops_its_engine_and_says_so()
    {
        SkipWithout("k6");
        await using var target = await LoadTarget.StartAsync();
        await using var runner = Long("k6", target);
        using var parent = Process.Start("sleep", "60");
        runner.Order = runner.Order with { ParentPid = parent.Id };
        var process = await runner.StartAsync();
        await runner.LoadBegunAsync();
        var engineId = RunnerUnderTest.EngineOf(process);
        Kill(parent.Id);

        var end = await runner.EndOfAsync(process);
        Assert.Equal(RunnerEndCause.Lost, end.Cause);
        Assert.Contains("process that started the runner", end.Detail);
        Assert.False(RunnerUnderTest.IsAlive(engineId));
    }

    [Fact]
    public async Task SIGTERM_to_the_runner_is_a_graceful_stop()
    {
        SkipWithout("k6");
        await using var target = await LoadTarget.StartAsync();
        await using var runner = Long("k6", target);
        var process = await runner.StartAsync();
        await runner.LoadBegunAsync();
        using var kill = Process.Start("kill", ["-TERM", FormattableString.Invariant($"{process.Id}")]);

        var end = await runner.EndOfAsync(process);
        Assert.Equal((RunnerEndCause.Stopped, 105), (end.Cause, end.ExitCode));
        Assert.True(runner.Has(ArtifactNames.Summary(0)));
    }

    [Fact]
    public async Task A_second_start_after_the_end_does_nothing()
    {
        SkipWithout("k6");
        await using var target = await LoadTarget.StartAsync();
        await using var runner = Long("k6", target);
        var environment = new Dictionary<string, string>(runner.Order.ScriptEnvironment) { ["DURATION"] = "1s" };
        runner.Order = runner.Order with { ScriptEnvironment = environment };
        var first = await runner.RunAsync();
        var (seen, series) = (target.Requests, runner.Read(ArtifactNames.Series(0)));

        var second = await runner.RunAsync();
        Assert.Equal(first, second);
        Assert.Equal(seen, target.Requests);
        Assert.Equal(series, runner.Read(ArtifactNames.Series(0)));
    }

    [Fact]
    public async Task A_second_runner_waits_for_the_first_and_leaves_it_the_last_word()
    {
        SkipWithout("k6");
        await using var target = await LoadTarget.StartAsync();
        await using var runner = Long("k6", target);
        var environment = new Dictionary<string, string>(runner.Order.ScriptEnvironment) { ["DURATION"] = "5s" };
        runner.Order = runner.Order with { ScriptEnvironment = environment };
        var first = await runner.StartAsync();
        await runner.LoadBegunAsync();
        var second = await runner.StartAsync();
        await runner.EndOfAsync(second);
        var end = await runner.EndOfAsync(first);
        Assert.Equal((RunnerEndCause.Finished, 0), (end.Cause, end.ExitCode));
        Assert.Equal(target.Requests, runner.Measure().Overall.Requests);
    }

    [Fact]
    public async Task Nothing_of_a_run_stays_in_the_temporary_folder()
    {
        SkipWithout("k6");
        await using var runner = new RunnerUnderTest(RunnerScripts.Throws);
        runner.Order = runner.Order with { Engine = "k6" };
        var temporary = Directory.CreateDirectory(Path.Combine(runner.Folder, "tmp")).FullName;
        var process = await runner.StartAsync(("TMPDIR", temporary));
        await runner.EndOfAsync(process);
        // .NET itself leaves its diagnostics endpoint's name there, which is not the run's.
        Assert.DoesNotContain(
            Directory.EnumerateFileSystemEntries(temporary),
            entry => Path.GetFileName(entry).StartsWith("perfgate-", StringComparison.Ordinal)
        );
    }

    private static void SkipWithout(string engine)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "processes are looked up in /proc");
        RunnerUnderTest.SkipWithout(engine);
    }

    private static void Kill(int id)
    {
        using var process = Process.GetProcessById(id);
        process.Kill();
    }

    private static RunnerUnderTest Long(string engine, LoadTarget target)
    {
        var runner = new RunnerUnderTest(RunnerScripts.Steady);
        runner.Order = runner.Order with
        {
            Engine = engine,
            ScriptEnvironment = new Dictionary<string, string> { ["BASE"] = target.Url, ["DURATION"] = "60s" },
        };
        return runner;
    }
}
