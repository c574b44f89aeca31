using System.Text;
using PerfGate.Adapters.Files;
using PerfGate.Adapters.Runs;
using PerfGate.Core.Runners;
using PerfGate.Tests.Postgres;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Artifacts;

public sealed class ProgressReaderTests(PostgresFixture postgres) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("perfgate-progress-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // A blob service that was killed had lost the last of a series: every look at the run was a fault of the server.
    [Fact]
    public async Task A_series_that_has_become_shorter_is_read_anew()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var run = await runs.StartAsync();
        var store = new FolderArtifactStore(_folder.FullName);
        var progress = new ProgressReader(store, runs.Store);
        await WriteAsync(store, run, seconds: 5);
        var before = await progress.ReadAsync(run, Cancellation);
        await WriteAsync(store, run, seconds: 3);

        var after = await progress.ReadAsync(run, Cancellation);
        await WriteAsync(store, run, seconds: 4);

        Assert.Equal(50, before!.Requests);
        Assert.Equal(30, after!.Requests);
        Assert.Equal(40, (await progress.ReadAsync(run, Cancellation))!.Requests);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static Task WriteAsync(FolderArtifactStore store, Guid run, int seconds) =>
        store.WriteAsync(
            run,
            ArtifactNames.Series(0),
            Encoding.UTF8.GetBytes(
                string.Concat(
                    Enumerable
                        .Range(0, seconds)
                        .Select(at =>
                            $$"""{"v":2,"t":{{1_780_000_000 + at}},"req":[{"s":"","g":"","e":"","n":10}]}""" + "\n"
                        )
                )
            ),
            Cancellation
        );
}
