using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Sas;
using PerfGate.Core.K6Output;
using PerfGate.Core.Metrics;
using PerfGate.Core.Requests;
using PerfGate.Core.Runners;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Runner;

/// <summary>The runner with its artifacts in a blob container, reached with a SAS and nothing else.</summary>
public class RunnerBlobTests(AzuriteFixture azurite)
{
    // Of the steady script.
    private const int Vus = 2;

    public static TheoryData<string> Engines => RunnerTests.Engines;

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task A_run_over_a_SAS_leaves_the_same_artifacts_as_in_a_folder(string engine)
    {
        RunnerUnderTest.SkipWithout(engine);
        await using var target = await LoadTarget.StartAsync();
        var container = await azurite.CreateContainerAsync();
        await using var runner = await InAsync(container, target, "2s", engine);
        var process = await runner.StartAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, runner.Errors);

        var end = JsonSerializer.Deserialize<RunnerEnd>(await ReadAsync(container, "run/end-0.json"), RunJson.Options)!;
        Assert.Equal((RunnerEndCause.Finished, 0), (end.Cause, end.ExitCode));
        var builder = new RunMetricsBuilder();
        builder.AddSeries(0, await ReadAsync(container, "run/series-0.ndjson"));
        Assert.True(SummaryReader.TryRead(await ReadAsync(container, "run/summary-0.json"), out var summary, out _));
        var metrics = builder.Build([summary], [end]);
        // What was under way when the load ended reached the target, and is no sample.
        Assert.InRange(target.Requests - metrics.Overall.Requests, 0, Vus);
        Assert.True(metrics.Overall.Requests > 0);
        Assert.StartsWith("k6's own summary", metrics.Source);
        Assert.NotEmpty(await ReadAsync(container, "run/log-0.txt"));

        var seen = target.Requests;
        var again = await runner.StartAsync();
        await again.WaitForExitAsync();
        Assert.Equal(0, again.ExitCode);
        Assert.Equal(seen, target.Requests);
    }

    [Fact]
    public async Task A_stop_blob_ends_the_load()
    {
        RunnerUnderTest.SkipWithout("k6");
        await using var target = await LoadTarget.StartAsync();
        var container = await azurite.CreateContainerAsync();
        await using var runner = await InAsync(container, target, "60s", "k6");
        var process = await runner.StartAsync();
        await RunnerUnderTest.EventuallyAsync(() => target.Requests > 10 || process.HasExited, "load begins");
        await container.UploadBlobAsync("run/stop", new BinaryData(""));
        await process.WaitForExitAsync();
        var end = JsonSerializer.Deserialize<RunnerEnd>(await ReadAsync(container, "run/end-0.json"), RunJson.Options)!;
        Assert.Equal((RunnerEndCause.Stopped, 105), (end.Cause, end.ExitCode));
    }

    [Fact]
    public async Task A_SAS_that_does_not_open_the_container_is_said_without_its_signature()
    {
        await using var target = await LoadTarget.StartAsync();
        var container = await azurite.CreateContainerAsync();
        await using var runner = await InAsync(container, target, "1s", "auto");
        var forged = runner.Order.Artifacts.AbsoluteUri.Replace("sig=", "sig=AAAA", StringComparison.Ordinal);
        runner.Order = runner.Order with { Artifacts = new Uri(forged) };
        var process = await runner.StartAsync();
        await process.WaitForExitAsync();
        Assert.Equal(1, process.ExitCode);
        Assert.NotEmpty(runner.Errors);
        Assert.DoesNotContain("sig=", runner.Errors);
        Assert.Equal(0, target.Requests);
    }

    private static async Task<RunnerUnderTest> InAsync(
        BlobContainerClient container,
        LoadTarget target,
        string duration,
        string engine
    )
    {
        await container.UploadBlobAsync("run/script.js", new BinaryData(RunnerScripts.Steady));
        var sas = container.GenerateSasUri(
            BlobContainerSasPermissions.Read
                | BlobContainerSasPermissions.Add
                | BlobContainerSasPermissions.Create
                | BlobContainerSasPermissions.Write,
            TimeProvider.System.GetUtcNow().AddHours(1)
        );
        var runner = new RunnerUnderTest(script: null);
        runner.Order = runner.Order with
        {
            Engine = engine,
            Artifacts = new UriBuilder(sas) { Path = sas.AbsolutePath + "/run/" }.Uri,
            ScriptEnvironment = new Dictionary<string, string> { ["BASE"] = target.Url, ["DURATION"] = duration },
        };
        return runner;
    }

    private static async Task<byte[]> ReadAsync(BlobContainerClient container, string name) =>
        (await container.GetBlobClient(name).DownloadContentAsync()).Value.Content.ToArray();
}
