using System.Text;
using System.Text.Json;
using PerfGate.Core.Requests;
using PerfGate.Core.Runners;
using PerfGate.Core.Runs;
using PerfGate.Host.Client;
using PerfGate.Host.Server;
using PerfGate.Tests.Faults;
using PerfGate.Tests.Runner;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.EndToEnd;

using Processes = Faults.Processes;

/// <summary>Runs whose load several engines share, on child processes: how they begin, are joined, and what becomes of a lost one.</summary>
public sealed class SegmentedRunTests(PostgresFixture postgres) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("perfgate-segments-").FullName;

    public static TheoryData<string> Engines => RunnerTests.Engines;

    private static CancellationToken Never => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task Two_segments_together_make_the_planned_load_and_are_measured_as_one(string engine)
    {
        RunnerUnderTest.SkipWithout(engine);
        await using var target = await LoadTarget.StartAsync();
        await using var server = await StartAsync(engine);
        using var gate = new GateClient(server.Address, server.IssueToken("tests"));

        var id = (await gate.ExecuteAsync(Request(target.Url, seconds: 4), Never)).TestId;
        var run = await Loads.EndAsync(gate, id);

        Loads.AssertWell(run);
        // 40 a second for 4 s, by both together; k6 itself may start one more at the very end.
        Assert.InRange(target.Requests, 158, 162);
        var result = Result(id);
        var metrics = result.Metrics!;
        Assert.Equal(2, result.Plan!.Segments);
        Assert.Equal(target.Requests, metrics.Overall.Requests);
        Assert.Equal(target.Requests, metrics.Iterations);
        Assert.StartsWith("merged HdrHistograms", metrics.Source);
        Assert.True(metrics.Overall.Answered!.P95 > 0);
        var ends = new[] { End(id, 0), End(id, 1) };
        Assert.All(ends, end => Assert.Equal((RunnerEndCause.Finished, 0), (end.Cause, end.ExitCode)));
        Assert.All(new[] { 0, 1 }, segment => Assert.InRange(RequestsOf(id, segment), 78, 82));
        Assert.Equal("0", Text(id, ArtifactNames.Ready(1)));
        Assert.False(File.Exists(PathOf(id, ArtifactNames.Retried(0))));

        var series = await GetAsync(server, $"runs/{id}/series");
        using var points = JsonDocument.Parse(series);
        Assert.Equal(
            target.Requests,
            points
                .RootElement.GetProperty("points")
                .EnumerateArray()
                .Sum(point => point.GetProperty("requests").GetInt64())
        );
        var log = await GetAsync(server, $"runs/{id}/log");
        Assert.StartsWith("--- segment 0 ---\n", log, StringComparison.Ordinal);
        Assert.Contains("--- segment 1 ---\n", log, StringComparison.Ordinal);
        Assert.Equal(Text(id, ArtifactNames.Log(1)), await GetAsync(server, $"runs/{id}/log?segment=1"));
        var gateAnswer = await GetAsync(server, $"runs/{id}/gate");
        Assert.DoesNotContain("segment-lost", gateAnswer, StringComparison.Ordinal);
        await Traces.AssertNoneAsync(Artifacts, id);
    }

    [Fact]
    public async Task A_segment_lost_before_the_load_begins_is_started_again_and_the_load_is_made_once()
    {
        Processes.SkipWhereTheyCannotBeSeen();
        RunnerUnderTest.SkipWithout("embedded");
        await using var target = await LoadTarget.StartAsync();
        await using var server = await StartAsync("embedded");
        using var gate = new GateClient(server.Address, server.IssueToken("tests"));
        var id = (await gate.ExecuteAsync(Request(target.Url, seconds: 4), Never)).TestId;

        await KillBeforeItIsReadyAsync(id, segment: 1);
        var run = await Loads.EndAsync(gate, id);

        Loads.AssertWell(run);
        Assert.Contains(run.Reasons, reason => reason.Code == "segment-retried");
        Assert.Contains("137", Text(id, ArtifactNames.Retried(1)), StringComparison.Ordinal);
        Assert.Equal(("0", "1"), (Text(id, ArtifactNames.Ready(0)), Text(id, ArtifactNames.Ready(1))));
        // Once: what a busy machine could not begin is counted as dropped, and is no other load.
        Assert.InRange(target.Requests + run.Results!.Metrics!.DroppedIterations, 158, 162);
        await Traces.AssertNoneAsync(Artifacts, id);
    }

    [Fact]
    public async Task An_only_runner_lost_before_the_load_begins_is_started_again_and_the_load_is_made_once()
    {
        Processes.SkipWhereTheyCannotBeSeen();
        RunnerUnderTest.SkipWithout("embedded");
        await using var target = await LoadTarget.StartAsync();
        await using var server = await StartAsync("embedded");
        using var gate = new GateClient(server.Address, server.IssueToken("tests"));
        var id = (await gate.ExecuteAsync(Request(target.Url, seconds: 4, segments: 1), Never)).TestId;

        await KillBeforeItIsReadyAsync(id, segment: 0);
        var run = await Loads.EndAsync(gate, id);

        Loads.AssertWell(run);
        Assert.Contains(run.Reasons, reason => reason.Code == "segment-retried");
        Assert.Contains("137", Text(id, ArtifactNames.Retried(0)), StringComparison.Ordinal);
        // Never more than the plan; a busy machine starts fewer.
        Assert.InRange(target.Requests, 1, 162);
        await Traces.AssertNoneAsync(Artifacts, id);
    }

    [Fact]
    public async Task A_segment_lost_twice_before_the_load_begins_leaves_the_run_inconclusive_and_the_target_alone()
    {
        Processes.SkipWhereTheyCannotBeSeen();
        RunnerUnderTest.SkipWithout("embedded");
        await using var target = await LoadTarget.StartAsync();
        await using var server = await StartAsync("embedded");
        using var gate = new GateClient(server.Address, server.IssueToken("tests"));
        var id = (await gate.ExecuteAsync(Request(target.Url, seconds: 4), Never)).TestId;

        await KillBeforeItIsReadyAsync(id, segment: 1);
        await RunnerUnderTest.EventuallyAsync(() => File.Exists(PathOf(id, ArtifactNames.Retried(1))), "it is retried");
        await KillBeforeItIsReadyAsync(id, segment: 1);
        var run = await Loads.EndAsync(gate, id);

        Assert.True((run.Status, run.Verdict) == (RunStatus.Completed, Verdict.Inconclusive), Loads.Explain(run));
        Assert.Equal("segment-lost", run.Reasons[0].Code);
        Assert.Contains("before the load began", run.Reasons[0].Sentence, StringComparison.Ordinal);
        Assert.Equal(0, target.Requests);
        Assert.Equal(RunnerEndCause.Stopped, End(id, 0).Cause);
        await Traces.AssertNoneAsync(Artifacts, id);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task A_segment_lost_under_load_leaves_the_run_inconclusive_with_what_the_others_measured(string engine)
    {
        Processes.SkipWhereTheyCannotBeSeen();
        RunnerUnderTest.SkipWithout(engine);
        await using var target = await LoadTarget.StartAsync();
        await using var server = await StartAsync(engine);
        using var gate = new GateClient(server.Address, server.IssueToken("tests"));
        var id = (await gate.ExecuteAsync(Request(target.Url, seconds: 60), Never)).TestId;
        await RunnerUnderTest.EventuallyAsync(() => RequestsOf(id, 0) > 40 && RequestsOf(id, 1) > 40, "load is on");

        Processes.Signal("KILL", RunnerOf(id, 1));
        var run = await Loads.EndAsync(gate, id);

        Assert.True((run.Status, run.Verdict) == (RunStatus.Completed, Verdict.Inconclusive), Loads.Explain(run));
        Assert.Equal("segment-lost", run.Reasons[0].Code);
        Assert.Contains("load is not made twice", run.Reasons[0].Sentence, StringComparison.Ordinal);
        Assert.Equal(RunnerEndCause.Stopped, End(id, 0).Cause);
        var measured = Result(id).Metrics!.Overall.Requests;
        Assert.True(measured >= RequestsOf(id, 0) + RequestsOf(id, 1), "what both had measured is merged");
        Assert.False(File.Exists(PathOf(id, ArtifactNames.Retried(1))));
        await Traces.AssertNoneAsync(Artifacts, id);
    }

    [Fact]
    public async Task A_cancelled_run_stops_in_all_segments()
    {
        RunnerUnderTest.SkipWithout("embedded");
        await using var target = await LoadTarget.StartAsync();
        await using var server = await StartAsync("embedded");
        using var gate = new GateClient(server.Address, server.IssueToken("tests"));
        var id = (await gate.ExecuteAsync(Request(target.Url, seconds: 60), Never)).TestId;
        await RunnerUnderTest.EventuallyAsync(() => RequestsOf(id, 0) > 0 && RequestsOf(id, 1) > 0, "load is on");

        await gate.CancelAsync(id, Never);
        var run = await Loads.EndAsync(gate, id);

        Assert.Equal((RunStatus.Cancelled, "cancelled"), (run.Status, run.Reasons[0].Code));
        Assert.All(new[] { 0, 1 }, segment => Assert.Equal(RunnerEndCause.Stopped, End(id, segment).Cause));
        await Traces.AssertNoneAsync(Artifacts, id);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Artifacts => Path.Combine(_folder, "artifacts");

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

    /// <summary>40 iterations of one request a second, by two engines or another number of them.</summary>
    private static object Request(string baseUrl, int seconds, int segments = 2) =>
        new
        {
            testType = "load",
            environment = "staging",
            configuration = new
            {
                baseUrl,
                segments,
                arrivalRate = 40,
                stages = new[] { new { duration = seconds, target = 40 } },
                scenarios = new[]
                {
                    new
                    {
                        name = "one",
                        thinkTime = "0s",
                        steps = new[] { new { method = "GET", path = "/" } },
                    },
                },
                thresholds = new { minThroughput = 1 },
            },
        };

    private static async Task<string> GetAsync(GateServer server, string path)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server.Address, $"/api/performance/{path}"));
        request.Headers.Authorization = new("Bearer", server.IssueToken("tests"));
        using var answer = await http.SendAsync(request, Never);
        var body = await answer.Content.ReadAsStringAsync(Never);
        Assert.True(answer.IsSuccessStatusCode, body);
        return body;
    }

    /// <summary>While its engine checks the script: then it has not said that it is ready.</summary>
    private static async Task KillBeforeItIsReadyAsync(Guid run, int segment)
    {
        var runner = 0;
        await RunnerUnderTest.EventuallyAsync(
            () => (runner = RunnerOf(run, segment)) > 0,
            "its engine checks the script",
            10
        );
        Processes.Signal("KILL", runner);
    }

    /// <summary>The runner of a segment: the parent of the engine, which carries the segment's folder in its command line.</summary>
    private static int RunnerOf(Guid run, int segment) =>
        Processes
            .OfRun(run)
            .Where(id => Processes.Names(id, RunnerOrder.FolderPrefix(run, segment)))
            .Select(Processes.ParentOf)
            .FirstOrDefault(parent => parent > 1 && Processes.IsAlive(parent));

    private string PathOf(Guid run, string name) => Path.Combine(Artifacts, run.ToString(), name);

    private string Text(Guid run, string name) => File.ReadAllText(PathOf(run, name), Encoding.UTF8);

    private RunnerEnd End(Guid run, int segment) =>
        JsonSerializer.Deserialize<RunnerEnd>(Text(run, ArtifactNames.End(segment)), RunJson.Options)!;

    private RunResult Result(Guid run) =>
        JsonSerializer.Deserialize<RunResult>(Text(run, ArtifactNames.Result), RunJson.Options)!;

    private long RequestsOf(Guid run, int segment)
    {
        var path = PathOf(run, ArtifactNames.Series(segment));
        return File.Exists(path)
            ? Core
                .K6Output.SecondRecordJson.ReadLines(File.ReadAllBytes(path), out _)
                .Sum(record => record.Requests.Sum(request => request.Requests))
            : 0;
    }
}
