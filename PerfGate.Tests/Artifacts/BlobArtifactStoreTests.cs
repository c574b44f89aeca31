using Azure;
using Azure.Storage.Blobs;
using PerfGate.Adapters.Blobs;
using PerfGate.Adapters.Files;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Artifacts;

public sealed class BlobArtifactStoreTests(AzuriteFixture azurite) : ArtifactStoreTests
{
    [Fact]
    public async Task The_place_for_a_runner_lets_it_write_and_read_but_not_delete()
    {
        var store = await CreateAsync();
        var run = Guid.NewGuid();
        await store.WriteAsync(run, "script.js", "x"u8.ToArray(), CancellationToken.None);
        var place = store.LocationFor(run, DateTimeOffset.UtcNow.AddMinutes(5));
        var script = Blob(place, "script.js");

        Assert.Equal("x", (await script.DownloadContentAsync()).Value.Content.ToString());
        await Blob(place, "end-0.json").UploadAsync(new BinaryData("{}"));
        Assert.Equal("{}", await ReadAsync(store, run, "end-0.json"));
        var refused = await Assert.ThrowsAsync<RequestFailedException>(() => script.DeleteAsync());

        Assert.Equal(403, refused.Status);
    }

    protected override async Task<IArtifactStore> CreateAsync() =>
        new BlobArtifactStore(await azurite.ConnectionStringAsync());

    private static BlobClient Blob(Uri place, string name) =>
        new(
            new UriBuilder(place) { Path = place.AbsolutePath + name }.Uri,
            new BlobClientOptions(BlobClientOptions.ServiceVersion.V2025_05_05)
        );

    [Fact]
    public async Task The_place_for_a_runner_closes_when_its_time_is_over()
    {
        var store = await CreateAsync();
        var run = Guid.NewGuid();
        await store.WriteAsync(run, "script.js", "x"u8.ToArray(), CancellationToken.None);
        var place = store.LocationFor(run, DateTimeOffset.UtcNow.AddMinutes(-5));

        var refused = await Assert.ThrowsAsync<RequestFailedException>(() =>
            Blob(place, "script.js").DownloadContentAsync()
        );

        Assert.Equal(403, refused.Status);
    }
}
