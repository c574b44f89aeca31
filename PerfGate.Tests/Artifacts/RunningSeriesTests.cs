using System.Text;
using Microsoft.Extensions.Time.Testing;
using PerfGate.Adapters.Files;
using PerfGate.Adapters.Runs;
using PerfGate.Core.K6Output;
using PerfGate.Core.Metrics;
using PerfGate.Core.Runners;
using PerfGate.Tests.Support;
using static PerfGate.Tests.K6Output.Captures;

namespace PerfGate.Tests.Artifacts;

public sealed class RunningSeriesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("perfgate-series-");
    private readonly FakeTimeProvider _time = new();
    private readonly CountingStore _store;

    public RunningSeriesTests() => _store = new CountingStore(new FolderArtifactStore(_folder.FullName));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_further_look_reads_only_what_was_appended_since()
    {
        var (series, run) = (new RunningSeries(_store, _time), Guid.NewGuid());
        await WriteAsync(run, 0, Lines(0, 500) + "{\"v\":1,\"t\":");
        await WriteAsync(run, 1, Lines(0, 500));
        var first = await RequestsAsync(series, run);
        var whole = _store.Read;
        await WriteAsync(run, 0, Lines(0, 501));

        var second = await RequestsAsync(series, run);

        Assert.Equal((500, 1000), first);
        Assert.Equal((501, 1001), second);
        Assert.InRange(_store.Read - whole, 1, whole / 100);
        Assert.Equal(second, await RequestsAsync(new RunningSeries(_store, _time), run));
    }

    [Fact]
    public async Task What_was_written_anew_or_is_damaged_is_read_from_its_beginning()
    {
        var (series, run) = (new RunningSeries(_store, _time), Guid.NewGuid());
        await WriteAsync(run, 0, Lines(0, 5));
        await RequestsAsync(series, run);
        await WriteAsync(run, 0, Lines(0, 3));
        var shorter = await RequestsAsync(series, run);
        await WriteAsync(run, 0, Lines(0, 4) + "no line\n");
        await Assert.ThrowsAsync<FormatException>(() => RequestsAsync(series, run));
        await WriteAsync(run, 0, Lines(0, 4));

        Assert.Equal((3, 3), shorter);
        Assert.Equal((4, 4), await RequestsAsync(series, run));
    }

    [Fact]
    public async Task No_more_is_kept_than_there_is_room_for_and_nothing_that_nobody_looks_at()
    {
        var (large, small) = (Guid.NewGuid(), Guid.NewGuid());
        await WriteAsync(large, 0, Lines(0, 100));
        await WriteAsync(small, 0, Lines(0, 10));
        var series = new RunningSeries(_store, _time) { MostBytes = Lines(0, 50).Length };

        Assert.Equal((100, 100), await RequestsAsync(series, large));
        Assert.Equal((100, 100), await RequestsAsync(series, large));
        Assert.Equal(2 * Lines(0, 100).Length, _store.Read);

        await RequestsAsync(series, small);
        await RequestsAsync(series, small);
        Assert.Equal((2 * Lines(0, 100).Length) + Lines(0, 10).Length, _store.Read);
        _time.Advance(RunningSeries.Idle + TimeSpan.FromSeconds(1));
        await RequestsAsync(series, small);
        Assert.Equal(2 * (Lines(0, 100).Length + Lines(0, 10).Length), _store.Read);
    }

    [Fact]
    public async Task A_run_that_appends_nothing_has_no_series()
    {
        var series = new RunningSeries(_store, _time);

        Assert.Null(await series.ReadAsync(Guid.NewGuid(), 2, all => all, Cancellation));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static async Task<(int Points, long Requests)> RequestsAsync(RunningSeries series, Guid run)
    {
        var points = (
            await series.ReadAsync<IReadOnlyList<SeriesBucket>>(run, 2, all => all.Build(10_000), Cancellation)
        )!;
        return (points.Count, points.Sum(point => point.Requests));
    }

    private Task WriteAsync(Guid run, int segment, string lines) =>
        _store.WriteAsync(run, ArtifactNames.Series(segment), Encoding.UTF8.GetBytes(lines), Cancellation);

    private static string Lines(int from, int to) =>
        string.Concat(
            Enumerable
                .Range(from, to - from)
                .Select(second => Condense(Request("http_reqs", 1_780_000_000 + second, 1))[0])
                .Select(record => Encoding.UTF8.GetString(SecondRecordJson.Write(record)))
        );

    /// <summary>A folder that counts the bytes that are read of it.</summary>
    private sealed class CountingStore(IArtifactStore store) : StoreBefore(store)
    {
        public long Read { get; private set; }

        public override async Task<Stream?> OpenReadAsync(Guid runId, string name, CancellationToken cancellation) =>
            await base.OpenReadAsync(runId, name, cancellation) is { } content ? new Counted(content, this) : null;

        private sealed class Counted(Stream content, CountingStore store) : Stream
        {
            public override bool CanRead => true;

            public override bool CanSeek => true;

            public override bool CanWrite => false;

            public override long Length => content.Length;

            public override long Position
            {
                get => content.Position;
                set => content.Position = value;
            }

            public override async ValueTask<int> ReadAsync(
                Memory<byte> buffer,
                CancellationToken cancellationToken = default
            )
            {
                var read = await content.ReadAsync(buffer, cancellationToken);
                store.Read += read;
                return read;
            }

            public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

            public override long Seek(long offset, SeekOrigin origin) => content.Seek(offset, origin);

            public override void Flush() => throw new NotSupportedException();

            public override void SetLength(long value) => throw new NotSupportedException();

            public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

            public override async ValueTask DisposeAsync()
            {
                await content.DisposeAsync();
                await base.DisposeAsync();
            }
        }
    }
}
