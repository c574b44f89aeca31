using PerfGate.Adapters.Files;

namespace PerfGate.Tests.Artifacts;

public sealed class FolderArtifactStoreTests : ArtifactStoreTests, IDisposable
{
    private readonly string _root = Path.Combine(Path.GetTempPath(), $"perfgate-artifacts-{Guid.NewGuid():N}");

    [Fact]
    public async Task Writing_leaves_no_draft_behind()
    {
        var store = await CreateAsync();
        await store.WriteAsync(Guid.NewGuid(), "report.html", "x"u8.ToArray(), CancellationToken.None);

        var file = Assert.Single(Directory.GetFiles(_root, "*", SearchOption.AllDirectories));

        Assert.Equal("report.html", Path.GetFileName(file));
    }

    [Fact]
    public async Task An_artifact_is_replaced_while_somebody_reads_the_old_one()
    {
        var store = await CreateAsync();
        var run = Guid.NewGuid();
        await store.WriteAsync(run, "report.md", "old"u8.ToArray(), CancellationToken.None);
        await using var old = await store.OpenReadAsync(run, "report.md", CancellationToken.None);

        await store.WriteAsync(run, "report.md", "new"u8.ToArray(), CancellationToken.None);

        using var reader = new StreamReader(old!);
        Assert.Equal("old", await reader.ReadToEndAsync());
        Assert.Equal("new", await ReadAsync(store, run, "report.md"));
    }

    [Fact]
    public async Task The_place_for_a_runner_is_a_file_url_to_a_folder_that_exists()
    {
        var store = await CreateAsync();

        var access = await store.AccessForAsync(Guid.NewGuid(), 0, DateTimeOffset.MaxValue, CancellationToken.None);

        var place = access.Artifacts;
        Assert.Empty(access.Grants);
        Assert.StartsWith("file:///", place.OriginalString, StringComparison.Ordinal);
        Assert.True(Directory.Exists(place.LocalPath));
    }

    public void Dispose()
    {
        if (Directory.Exists(_root))
        {
            Directory.Delete(_root, recursive: true);
        }
    }

    protected override Task<IArtifactStore> CreateAsync() =>
        Task.FromResult<IArtifactStore>(new FolderArtifactStore(_root));

    [Fact]
    public async Task A_reader_never_sees_half_of_what_is_written()
    {
        var store = await CreateAsync();
        var run = Guid.NewGuid();
        var versions = new[] { new string('a', 300_000), new string('b', 500_000) };
        await WriteAsync(0);

        var writing = Task.Run(async () =>
        {
            for (var i = 1; i < 40; i++)
            {
                await WriteAsync(i);
            }
        });
        while (!writing.IsCompleted)
        {
            Assert.Contains(await ReadAsync(store, run, "metrics.json"), versions);
        }
        await writing;

        Task WriteAsync(int version) =>
            store.WriteAsync(
                run,
                "metrics.json",
                System.Text.Encoding.UTF8.GetBytes(versions[version % 2]),
                CancellationToken.None
            );
    }
}
