using System.Text;
using System.Text.Json;
using Azure.Storage.Blobs;
using PerfGate.Adapters.Blobs;
using PerfGate.Adapters.Files;
using PerfGate.Core.Requests;
using PerfGate.Core.Runners;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Runner;

/// <summary>Where runners of several segments wait for each other: in a folder, and with no more than their grants to blobs.</summary>
public sealed class StartBarrierTests(AzuriteFixture azurite) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("perfgate-barrier-").FullName;

    private static CancellationToken Never => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("folder")]
    [InlineData("blobs")]
    public async Task Segments_that_are_ready_begin_no_load_before_go_and_begin_it_then(string place)
    {
        RunnerUnderTest.SkipWithout("embedded");
        await using var target = await LoadTarget.StartAsync();
        var store = await StoreAsync(place);
        await using var first = await SegmentAsync(store, target, segment: 0);
        await using var second = await SegmentAsync(store, target, segment: 1, run: first.Order.RunId);
        var runners = new[] { await first.StartAsync(), await second.StartAsync() };
        var run = first.Order.RunId;

        await WaitForAsync(store, run, ArtifactNames.Ready(0));
        await WaitForAsync(store, run, ArtifactNames.Ready(1));
        await Task.Delay(1000, Never);
        var early = (target.Requests, await ReadAsync(store, run, ArtifactNames.Series(0)));
        await store.WriteAsync(run, ArtifactNames.Go, "now"u8.ToArray(), Never);
        await Task.WhenAll(runners.Select(runner => runner.WaitForExitAsync(Never)));

        Assert.Equal((0, null), early);
        foreach (var segment in new[] { 0, 1 })
        {
            Assert.Equal("0", await ReadAsync(store, run, ArtifactNames.Ready(segment)));
            Assert.Equal((RunnerEndCause.Finished, 0), Cause(await EndAsync(store, run, segment)));
        }
        Assert.True(target.Requests > 20, $"{target.Requests} requests");
    }

    [Fact]
    public async Task Without_go_a_segment_waits_until_its_time_is_over_and_says_why_it_did_not_begin()
    {
        RunnerUnderTest.SkipWithout("embedded");
        await using var target = await LoadTarget.StartAsync();
        var store = await StoreAsync("folder");
        await using var runner = await SegmentAsync(store, target, segment: 1);
        runner.Order = runner.Order with { StartBy = TimeProvider.System.GetUtcNow().AddSeconds(3), Attempt = 1 };
        await (await runner.StartAsync()).WaitForExitAsync(Never);

        var end = await EndAsync(store, runner.Order.RunId, 1);
        Assert.Equal((RunnerEndCause.NotStarted, null), Cause(end));
        Assert.Contains("not all of the 2 segments were", end.Detail, StringComparison.Ordinal);
        Assert.Equal("1", await ReadAsync(store, runner.Order.RunId, ArtifactNames.Ready(1)));
        Assert.Null(await ReadAsync(store, runner.Order.RunId, ArtifactNames.Series(1)));
        Assert.Equal(0, target.Requests);
    }

    [Theory]
    [InlineData("folder")]
    [InlineData("blobs")]
    public async Task A_segment_that_waits_is_stopped_like_one_under_load(string place)
    {
        RunnerUnderTest.SkipWithout("embedded");
        await using var target = await LoadTarget.StartAsync();
        var store = await StoreAsync(place);
        await using var runner = await SegmentAsync(store, target, segment: 0);
        var process = await runner.StartAsync();
        await WaitForAsync(store, runner.Order.RunId, ArtifactNames.Ready(0));

        await store.WriteAsync(runner.Order.RunId, ArtifactNames.Stop, "cancelled"u8.ToArray(), Never);
        await process.WaitForExitAsync(Never);

        Assert.Equal((RunnerEndCause.Stopped, null), Cause(await EndAsync(store, runner.Order.RunId, 0)));
        Assert.Equal(0, target.Requests);
    }

    [Fact]
    public async Task A_segment_whose_script_is_refused_is_never_ready()
    {
        RunnerUnderTest.SkipWithout("embedded");
        await using var target = await LoadTarget.StartAsync();
        var store = await StoreAsync("folder");
        await using var runner = await SegmentAsync(store, target, segment: 0, script: RunnerScripts.DoesNotLoad);
        await (await runner.StartAsync()).WaitForExitAsync(Never);

        Assert.Equal(RunnerEndCause.ScriptRejected, (await EndAsync(store, runner.Order.RunId, 0)).Cause);
        Assert.Null(await ReadAsync(store, runner.Order.RunId, ArtifactNames.Ready(0)));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<IArtifactStore> StoreAsync(string place) =>
        place == "folder"
            ? new FolderArtifactStore(_folder)
            : new BlobArtifactStore(
                new BlobServiceClient(await azurite.ConnectionStringAsync(), BlobArtifactStore.Options()),
                TimeProvider.System
            );

    private static async Task<RunnerUnderTest> SegmentAsync(
        IArtifactStore store,
        LoadTarget target,
        int segment,
        Guid? run = null,
        string script = RunnerScripts.Steady
    )
    {
        var runner = new RunnerUnderTest(script: null);
        var id = run ?? runner.Order.RunId;
        await store.WriteAsync(id, ArtifactNames.Script, Encoding.UTF8.GetBytes(script), Never);
        var now = TimeProvider.System.GetUtcNow();
        var access = await store.AccessForAsync(id, segment, now.AddMinutes(10), Never);
        runner.Order = runner.Order with
        {
            RunId = id,
            Segment = segment,
            Segments = 2,
            StartBy = now.AddMinutes(1),
            Artifacts = access.Artifacts,
            Grants = access.Grants,
            Engine = "embedded",
            ScriptEnvironment = new Dictionary<string, string> { ["BASE"] = target.Url },
        };
        return runner;
    }

    private static async Task WaitForAsync(IArtifactStore store, Guid run, string name)
    {
        for (var i = 0; i < 300 && await ReadAsync(store, run, name) is null; i++)
        {
            await Task.Delay(100, Never);
        }
        Assert.NotNull(await ReadAsync(store, run, name));
    }

    private static async Task<string?> ReadAsync(IArtifactStore store, Guid run, string name)
    {
        await using var content = await store.OpenReadAsync(run, name, Never);
        if (content is null)
        {
            return null;
        }
        using var reader = new StreamReader(content);
        return await reader.ReadToEndAsync(Never);
    }

    private static async Task<RunnerEnd> EndAsync(IArtifactStore store, Guid run, int segment) =>
        JsonSerializer.Deserialize<RunnerEnd>(
            await ReadAsync(store, run, ArtifactNames.End(segment)) ?? "null",
            RunJson.Options
        )!;

    private static (RunnerEndCause Cause, int? ExitCode) Cause(RunnerEnd end) => (end.Cause, end.ExitCode);
}
