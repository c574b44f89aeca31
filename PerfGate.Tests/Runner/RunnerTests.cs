using PerfGate.Core.Metrics;
using PerfGate.Core.Runners;

namespace PerfGate.Tests.Runner;

public class RunnerTests
{
    public static TheoryData<string> Engines => ["k6", "embedded"];

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task What_the_target_saw_is_what_the_series_and_the_summary_count(string engine)
    {
        RunnerUnderTest.SkipWithout(engine);
        await using var target = await LoadTarget.StartAsync();
        await using var runner = new RunnerUnderTest(RunnerScripts.Steady);
        runner.Order = runner.Order with
        {
            Engine = engine,
            ScriptEnvironment = new Dictionary<string, string> { ["BASE"] = target.Url },
            TargetHost = "127.0.0.1",
        };
        var end = await runner.RunAsync();

        Assert.Equal((RunnerEndCause.Finished, 0), (end.Cause, end.ExitCode));
        Assert.Null(end.Detail);
        Assert.StartsWith(engine, end.Engine);
        Assert.Matches(@"\d+\.\d+\.\d+", end.Engine);
        Assert.True(end.StartedAt < end.EndedAt);

        var metrics = runner.Measure();
        Assert.True(target.Requests > 20);
        Assert.Equal(target.Requests, metrics.Overall.Requests);
        Assert.Equal(target.Requests, runner.ReadSummary().Value("http_reqs", "count"));
        Assert.Equal(target.Requests, metrics.ByScenario["browse"].Requests);
        Assert.Equal(target.Requests, metrics.ByGroup["shop"].Requests);
        Assert.Equal(target.Requests, metrics.ByEndpoint["GET home"].Requests);
        Assert.Equal(target.Requests, metrics.Series.Sum(point => point.Requests));
        Assert.Equal(("is, 200", target.Requests), (metrics.Checks.Single().Name, metrics.Checks.Single().Passes));
        Assert.Equal(2, metrics.MaxVus);
        Assert.StartsWith("k6's own summary", metrics.Source);
        Assert.InRange(metrics.DurationSeconds, 1.5, 4);
        Assert.DoesNotContain(
            "secret",
            runner.ReadText(ArtifactNames.Series(0)) + runner.ReadText(ArtifactNames.Log(0))
        );
        if (OperatingSystem.IsLinux())
        {
            Assert.True(
                end.LoadGenerator is { TargetIsLocal: true, EngineMemoryMaxBytes: > 1_000_000, MachineCpuAvg: > 0 }
            );
        }
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task Progress_is_seen_while_the_load_runs_and_the_stop_artifact_ends_it_with_a_summary(string engine)
    {
        RunnerUnderTest.SkipWithout(engine);
        await using var target = await LoadTarget.StartAsync();
        await using var runner = Long(engine, target);
        var process = await runner.StartAsync();
        await runner.LoadBegunAsync();
        Assert.False(process.HasExited);

        await File.WriteAllTextAsync(Path.Combine(runner.Folder, ArtifactNames.Stop), "");
        var end = await runner.EndOfAsync(process);
        Assert.Equal((RunnerEndCause.Stopped, 105), (end.Cause, end.ExitCode));
        Assert.Equal(target.Requests, runner.Measure().Overall.Requests, target.Requests * 0.02);
        Assert.NotNull(runner.ReadSummary().Value("http_reqs", "count"));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task The_deadline_ends_the_load(string engine)
    {
        RunnerUnderTest.SkipWithout(engine);
        await using var target = await LoadTarget.StartAsync();
        await using var runner = Long(engine, target);
        runner.Order = runner.Order with { Deadline = TimeProvider.System.GetUtcNow().AddSeconds(8) };
        var end = await runner.RunAsync();
        Assert.Equal((RunnerEndCause.Deadline, 105), (end.Cause, end.ExitCode));
        Assert.True(runner.Measure().Overall.Requests > 0);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task A_script_that_does_not_load_is_refused_before_any_load(string engine)
    {
        RunnerUnderTest.SkipWithout(engine);
        await using var runner = new RunnerUnderTest(RunnerScripts.DoesNotLoad);
        runner.Order = runner.Order with { Engine = engine };
        var end = await runner.RunAsync();
        Assert.Equal((RunnerEndCause.ScriptRejected, 107), (end.Cause, end.ExitCode));
        Assert.Contains("undefinedName", end.Detail);
        Assert.Null(end.StartedAt);
        Assert.False(runner.Has(ArtifactNames.Series(0)));
        Assert.Contains("undefinedName", runner.ReadText(ArtifactNames.Log(0)));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task Exceptions_of_the_script_are_counted_though_the_engine_exits_with_0(string engine)
    {
        RunnerUnderTest.SkipWithout(engine);
        await using var runner = new RunnerUnderTest(RunnerScripts.Throws);
        runner.Order = runner.Order with { Engine = engine };
        var end = await runner.RunAsync();
        Assert.Equal((RunnerEndCause.Finished, 0), (end.Cause, end.ExitCode));
        Assert.Equal(3, end.ScriptExceptions);
        Assert.Contains("boom at https://shop.example/x?[stripped]", end.FirstScriptException);
        Assert.Equal(3, runner.Measure().Iterations);
        Assert.DoesNotContain("token=abc", runner.ReadText(ArtifactNames.Log(0)));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task A_dead_target_is_measured_as_failures_and_nothing_answered(string engine)
    {
        RunnerUnderTest.SkipWithout(engine);
        await using var runner = new RunnerUnderTest(RunnerScripts.Steady);
        runner.Order = runner.Order with
        {
            Engine = engine,
            ScriptEnvironment = new Dictionary<string, string> { ["BASE"] = "http://127.0.0.1:1", ["DURATION"] = "1s" },
        };
        var end = await runner.RunAsync();
        Assert.Equal((RunnerEndCause.Finished, 0), (end.Cause, end.ExitCode));
        var metrics = runner.Measure();
        Assert.True(metrics.Overall is { Requests: > 0, ErrorRate: 1, Answered: null });
        Assert.Equal(
            (metrics.Overall.Requests, "1212"),
            (metrics.Failures.Single().Count, metrics.Failures.Single().ErrorCode)
        );
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task Two_segments_share_the_load_and_are_merged_into_one_measurement(string engine)
    {
        RunnerUnderTest.SkipWithout(engine);
        await using var target = await LoadTarget.StartAsync();
        await using var runner = new RunnerUnderTest(RunnerScripts.Steady);
        var order = runner.Order with
        {
            Engine = engine,
            Segments = 2,
            ScriptEnvironment = new Dictionary<string, string> { ["BASE"] = target.Url },
        };
        runner.Order = order;
        var first = await runner.StartAsync();
        runner.Order = order with { Segment = 1 };
        var second = await runner.StartAsync();
        var secondEnd = await runner.EndOfAsync(second);
        runner.Order = order;
        RunnerEnd[] ends = [await runner.EndOfAsync(first), secondEnd];
        Assert.All(ends, end => Assert.Equal((RunnerEndCause.Finished, 0), (end.Cause, end.ExitCode)));

        var builder = new RunMetricsBuilder();
        builder.AddSeries(0, runner.Read(ArtifactNames.Series(0)));
        builder.AddSeries(1, runner.Read(ArtifactNames.Series(1)));
        var summaries = new[] { runner.ReadSummary(), runner.ReadSummary(segment: 1) };
        var metrics = builder.Build(summaries, ends);
        Assert.Equal(target.Requests, metrics.Overall.Requests);
        Assert.Equal(target.Requests, metrics.K6Values["http_reqs"]["count"]);
        // One of the two users in each segment.
        Assert.Equal(2, metrics.MaxVus);
        Assert.All(summaries, summary => Assert.Equal(1, summary.Value("vus", "max")));
        Assert.StartsWith("merged HdrHistograms", metrics.Source);
    }

    [Fact]
    public async Task An_engine_that_is_absent_is_a_reason_not_to_start()
    {
        await using var runner = new RunnerUnderTest(RunnerScripts.Steady);
        runner.Order = runner.Order with { Engine = "/nowhere/k6" };
        var end = await runner.RunAsync();
        Assert.Equal((RunnerEndCause.NotStarted, null), (end.Cause, end.ExitCode));
        Assert.Contains("/nowhere/k6", end.Detail);
        Assert.Equal("", end.Engine);
    }

    [Fact]
    public async Task A_script_that_is_absent_is_a_reason_not_to_start()
    {
        RunnerUnderTest.SkipWithout("k6");
        await using var runner = new RunnerUnderTest(script: null);
        runner.Order = runner.Order with { Engine = "k6" };
        var end = await runner.RunAsync();
        Assert.Equal(RunnerEndCause.NotStarted, end.Cause);
        Assert.Contains("script.js", end.Detail);
    }

    [Fact]
    public async Task An_order_that_cannot_be_read_is_refused_without_repeating_it()
    {
        await using var runner = new RunnerUnderTest(RunnerScripts.Steady);
        var process = await runner.StartAsync(
            ("PERFGATE_ORDER", """{"artifacts":"https://x/?sig=SECRET","segment":"one"}""")
        );
        await process.WaitForExitAsync();
        Assert.Equal(64, process.ExitCode);
        Assert.DoesNotContain("SECRET", runner.Errors);
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
