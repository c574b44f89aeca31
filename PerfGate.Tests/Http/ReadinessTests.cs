using Microsoft.Extensions.Time.Testing;
using PerfGate.Adapters.Files;
using PerfGate.Adapters.Http;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Http;

/// <summary>Anybody may ask whether the server is ready: that must cost its database and its blobs nothing.</summary>
public sealed class ReadinessTests(PostgresFixture postgres) : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("perfgate-ready-").FullName;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Those_who_ask_at_once_or_within_a_second_are_told_the_same_answer()
    {
        await using var database = await postgres.CreateMigratedAsync();
        var store = new CountingStore(new FolderArtifactStore(_folder));
        var time = new FakeTimeProvider();
        var readiness = new Readiness(database, store, time);

        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => readiness.SilentAsync()));
        time.Advance(Readiness.Kept - TimeSpan.FromMilliseconds(1));
        await readiness.SilentAsync();

        Assert.All(answers, Assert.Empty);
        Assert.Equal(1, store.Asked);
        time.Advance(TimeSpan.FromMilliseconds(1));
        await readiness.SilentAsync();
        Assert.Equal(2, store.Asked);
    }

    [Fact]
    public async Task Who_does_not_answer_is_named_and_asked_again_after_that_second()
    {
        await using var empty = Npgsql.NpgsqlDataSource.Create(await postgres.CreateEmptyAsync());
        var time = new FakeTimeProvider();
        var readiness = new Readiness(empty, new FolderArtifactStore(_folder), time);

        Assert.Equal(["the database"], await readiness.SilentAsync());
        await using (var make = empty.CreateCommand("CREATE TABLE performance_test_runs (id int)"))
        {
            await make.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }
        time.Advance(Readiness.Kept);

        Assert.Empty(await readiness.SilentAsync());
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private sealed class CountingStore(IArtifactStore store) : StoreBefore(store)
    {
        private int _asked;

        public int Asked => _asked;

        public override Task<Stream?> OpenReadAsync(Guid runId, string name, CancellationToken cancellation)
        {
            Interlocked.Increment(ref _asked);
            return base.OpenReadAsync(runId, name, cancellation);
        }
    }
}
