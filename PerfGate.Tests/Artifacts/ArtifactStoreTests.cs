using System.Text;
using PerfGate.Adapters.Files;

namespace PerfGate.Tests.Artifacts;

/// <summary>What folder and blob storage have in common.</summary>
public abstract class ArtifactStoreTests
{
    private static readonly CancellationToken Never = CancellationToken.None;
    private readonly Guid _run = Guid.NewGuid();

    protected abstract Task<IArtifactStore> CreateAsync();

    [Fact]
    public async Task What_was_written_is_read()
    {
        var store = await CreateAsync();

        await store.WriteAsync(_run, "metrics.json", "{}"u8.ToArray(), Never);

        Assert.Equal("{}", await ReadAsync(store, _run, "metrics.json"));
    }

    [Fact]
    public async Task Writing_again_replaces_the_whole_also_by_something_shorter()
    {
        var store = await CreateAsync();
        await store.WriteAsync(_run, "report.md", "something long"u8.ToArray(), Never);

        await store.WriteAsync(_run, "report.md", "short"u8.ToArray(), Never);

        Assert.Equal("short", await ReadAsync(store, _run, "report.md"));
    }

    [Fact]
    public async Task What_is_absent_is_null_and_deleting_it_is_no_error()
    {
        var store = await CreateAsync();

        Assert.Null(await store.OpenReadAsync(_run, "result.json", Never));
        await store.DeleteAsync(_run, Never);
    }

    [Fact]
    public async Task Deleting_takes_everything_of_the_run_and_nothing_of_another()
    {
        var store = await CreateAsync();
        var other = Guid.NewGuid();
        await store.WriteAsync(_run, "script.js", "a"u8.ToArray(), Never);
        await store.WriteAsync(_run, "stop", ReadOnlyMemory<byte>.Empty, Never);
        await store.WriteAsync(other, "script.js", "b"u8.ToArray(), Never);

        await store.DeleteAsync(_run, Never);

        Assert.Null(await store.OpenReadAsync(_run, "script.js", Never));
        Assert.Null(await store.OpenReadAsync(_run, "stop", Never));
        Assert.Equal("b", await ReadAsync(store, other, "script.js"));
    }

    [Fact]
    public async Task Runs_that_left_anything_are_listed_with_when_they_wrote_last()
    {
        var store = await CreateAsync();
        var begun = DateTimeOffset.UtcNow;
        Assert.DoesNotContain(_run, await store.RunsAsync(Never).ToListAsync(Never));
        Assert.Null(await store.LastWrittenAsync(_run, Never));
        await store.WriteAsync(_run, "script.js", "a"u8.ToArray(), Never);
        await store.WriteAsync(_run, "result.json", "{}"u8.ToArray(), Never);

        Assert.Single(await store.RunsAsync(Never).ToListAsync(Never), run => run == _run);
        var written = await store.LastWrittenAsync(_run, Never);
        // Whole seconds, and another clock.
        Assert.InRange(written!.Value, begun.AddSeconds(-5), DateTimeOffset.UtcNow.AddSeconds(5));
        await store.DeleteAsync(_run, Never);
        Assert.DoesNotContain(_run, await store.RunsAsync(Never).ToListAsync(Never));
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData(".hidden")]
    [InlineData("../other/result.json")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("report.html?x")]
    [InlineData("résumé.md")]
    public async Task A_name_that_could_lead_elsewhere_is_refused(string name)
    {
        var store = await CreateAsync();

        await Assert.ThrowsAsync<ArgumentException>(() =>
            store.WriteAsync(_run, name, ReadOnlyMemory<byte>.Empty, Never)
        );
        await Assert.ThrowsAsync<ArgumentException>(() => store.OpenReadAsync(_run, name, Never));
    }

    protected static async Task<string> ReadAsync(IArtifactStore store, Guid run, string name)
    {
        await using var stream = await store.OpenReadAsync(run, name, Never);
        Assert.NotNull(stream);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync();
    }
}
