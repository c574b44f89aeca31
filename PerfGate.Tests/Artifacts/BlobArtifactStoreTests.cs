using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Specialized;
using PerfGate.Adapters.Blobs;
using PerfGate.Adapters.Files;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Artifacts;

/// <summary>Artifacts as blobs of an account that is opened with its key.</summary>
public class BlobArtifactStoreTests(AzuriteFixture azurite) : ArtifactStoreTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task A_runner_may_read_its_script_and_not_change_it()
    {
        var (store, run, access) = await GrantedAsync();
        await store.WriteAsync(run, "script.js", "x"u8.ToArray(), None);
        var script = Blob(access, "script.js");

        Assert.Equal("x", (await script.DownloadContentAsync()).Value.Content.ToString());
        await RefusedAsync(() => script.UploadAsync(new BinaryData("y"), overwrite: true));
        await RefusedAsync(() => script.DeleteAsync());
        Assert.False(await Blob(access, "stop").ExistsAsync());
    }

    [Theory]
    [InlineData(5)]
    [InlineData(-5)]
    public async Task A_server_whose_clock_is_wrong_signs_for_the_services_time(int hours)
    {
        var clock = new SetClock { Offset = TimeSpan.FromHours(hours) };
        var store = new BlobArtifactStore(
            new BlobServiceClient(await azurite.ConnectionStringAsync(), BlobArtifactStore.Options()),
            clock
        );
        var run = Guid.NewGuid();
        await store.WriteAsync(run, "script.js", "x"u8.ToArray(), None);

        var access = await store.AccessForAsync(run, 0, clock.GetUtcNow().AddHours(1), None);

        Assert.Equal("x", (await Blob(access, "script.js").DownloadContentAsync()).Value.Content.ToString());
    }

    [Fact]
    public async Task A_runner_may_write_what_it_measured_and_not_read_it()
    {
        var (store, run, access) = await GrantedAsync();
        foreach (var name in new[] { "summary-1.json", "log-1.txt" })
        {
            await Blob(access, name).UploadAsync(new BinaryData("{}"));

            Assert.Equal("{}", await ReadAsync(store, run, name));
            await RefusedAsync(() => Blob(access, name).DownloadContentAsync());
            await RefusedAsync(() => Blob(access, name).DeleteAsync());
        }
    }

    [Fact]
    public async Task An_end_record_is_written_once_and_a_series_only_grows()
    {
        var (store, run, access) = await GrantedAsync();
        await Blob(access, "end-1.json").UploadAsync(new BinaryData("first"));
        await RefusedAsync(() => Blob(access, "end-1.json").UploadAsync(new BinaryData("second"), overwrite: true));
        Assert.Equal("first", await ReadAsync(store, run, "end-1.json"));

        var series = new AppendBlobClient(UrlOf(access, "series-1.ndjson"), ClientOptions());
        await series.CreateAsync();
        await series.AppendBlockAsync(new BinaryData("a\n").ToStream());
        await RefusedAsync(() => series.CreateAsync());
        Assert.Equal("a\n", await ReadAsync(store, run, "series-1.ndjson"));
    }

    [Fact]
    public async Task What_a_run_left_is_not_replaced_by_a_runners_signatures()
    {
        var (store, run, access) = await GrantedAsync();
        await store.WriteAsync(run, "script.js", "server"u8.ToArray(), None);
        await store.WriteAsync(run, "stop", "server"u8.ToArray(), None);
        await store.WriteAsync(run, "go", "server"u8.ToArray(), None);
        string[] own = ["summary-1.json", "log-1.txt", "end-1.json"];
        foreach (var name in own)
        {
            await Blob(access, name).UploadAsync(new BinaryData("runner"));
        }
        await store.TidyAsync(run, None);

        foreach (var name in own.Concat(["script.js", "stop", "go"]))
        {
            await RefusedAsync(() => Blob(access, name).UploadAsync(new BinaryData("forged"), overwrite: true));
            await RefusedAsync(() => Blob(access, name).DeleteAsync());
            var append = new AppendBlobClient(UrlOf(access, name), ClientOptions());
            await RefusedAsync(() => append.CreateAsync());
            Assert.Equal(own.Contains(name) ? "runner" : "server", await ReadAsync(store, run, name));
        }
    }

    [Fact]
    public async Task Other_segments_and_other_runs_are_closed_to_it()
    {
        var (store, run, access) = await GrantedAsync();
        var other = Guid.NewGuid();
        await store.WriteAsync(run, "series-0.ndjson", "x"u8.ToArray(), None);
        await store.WriteAsync(other, "script.js", "x"u8.ToArray(), None);

        Assert.DoesNotContain("series-0.ndjson", access.Grants.Keys);
        foreach (var grant in access.Grants.Values)
        {
            var neighbour = new UriBuilder(access.Artifacts + "series-0.ndjson") { Query = grant }.Uri;
            await RefusedAsync(() => new BlobClient(neighbour, ClientOptions()).DownloadContentAsync());
            var elsewhere = neighbour.AbsoluteUri.Replace(run.ToString(), other.ToString(), StringComparison.Ordinal);
            var script = new Uri(elsewhere.Replace("series-0.ndjson", "script.js", StringComparison.Ordinal));
            await RefusedAsync(() => new BlobClient(script, ClientOptions()).DownloadContentAsync());
        }
    }

    [Fact]
    public async Task Grants_run_out()
    {
        var store = await CreateAsync();
        var run = Guid.NewGuid();
        await store.WriteAsync(run, "script.js", "x"u8.ToArray(), None);
        var access = await store.AccessForAsync(run, 0, DateTimeOffset.UtcNow.AddMinutes(-5), None);

        await RefusedAsync(() => Blob(access, "script.js").DownloadContentAsync());
    }

    [Fact]
    public async Task What_was_appended_stays_when_a_run_is_tidied_up_and_nothing_is_appended_after_it()
    {
        var (store, run, access) = await GrantedAsync();
        var series = new AppendBlobClient(UrlOf(access, "series-1.ndjson"), ClientOptions());
        await series.CreateAsync();
        await series.AppendBlockAsync(new BinaryData("a\n").ToStream());

        await store.TidyAsync(run, None);
        await store.TidyAsync(run, None);

        var refused = await Assert.ThrowsAsync<RequestFailedException>(() =>
            series.AppendBlockAsync(new BinaryData("b\n").ToStream())
        );
        Assert.Equal("BlobIsSealed", refused.ErrorCode);
        Assert.Equal("a\n", await ReadAsync(store, run, "series-1.ndjson"));
    }

    /// <summary>How a runner talks to the service.</summary>
    protected virtual BlobClientOptions ClientOptions() => BlobArtifactStore.Options();

    protected override async Task<IArtifactStore> CreateAsync() =>
        new BlobArtifactStore(
            new BlobServiceClient(await azurite.ConnectionStringAsync(), BlobArtifactStore.Options()),
            TimeProvider.System
        );

    private async Task<(IArtifactStore Store, Guid Run, RunnerAccess Access)> GrantedAsync()
    {
        var store = await CreateAsync();
        var run = Guid.NewGuid();
        var until = TimeProvider.System.GetUtcNow().AddMinutes(5);
        return (store, run, await store.AccessForAsync(run, 1, until, None));
    }

    private BlobClient Blob(RunnerAccess access, string name) => new(UrlOf(access, name), ClientOptions());

    private static Uri UrlOf(RunnerAccess access, string name) =>
        new UriBuilder(access.Artifacts + name) { Query = access.Grants[name] }.Uri;

    private static async Task RefusedAsync(Func<Task> action)
    {
        var refused = await Assert.ThrowsAsync<RequestFailedException>(action);
        Assert.Equal(403, refused.Status);
    }
}
