using System.Text;
using PerfGate.Adapters.Files;
using PerfGate.Adapters.Runs;
using PerfGate.Core.K6Output;
using PerfGate.Core.Metrics;
using PerfGate.Core.Runners;
using PerfGate.Tests.K6Output;

namespace PerfGate.Tests.Artifacts;

/// <summary>The series of a long run is larger than what may be held of it.</summary>
public sealed class SeriesReadingTests : IDisposable
{
    private static readonly CancellationToken Never = CancellationToken.None;

    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"perfgate-series-{Guid.NewGuid():N}");
    private readonly Guid _run = Guid.NewGuid();

    private RunArtifacts Artifacts => new(new FolderArtifactStore(_folder));

    public void Dispose()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_series_of_more_bytes_than_an_array_may_have_is_read_to_where_it_is_damaged_and_not_held_whole()
    {
        var record = SecondRecordJson.Write(Captures.Condense("vus,100,5,,,,,,,,,,,,,,,,")[0]);
        await using (var series = Create())
        {
            await series.WriteAsync(record);
            await series.WriteAsync("{\"v\":9}\n"u8.ToArray());
            // Sparse: it takes no room on a disk, and three gigabytes where it is held whole.
            series.SetLength(3L * 1024 * 1024 * 1024);
        }
        var builder = new RunMetricsBuilder();

        var damaged = await Assert.ThrowsAsync<FormatException>(() =>
            Artifacts.AddSeriesAsync(_run, 0, builder, Never)
        );

        Assert.Contains("Line 2", damaged.Message, StringComparison.Ordinal);
        Assert.Equal(5, builder.Build([], []).MaxVus);
    }

    [Fact]
    public async Task Lines_longer_than_a_buffer_signs_of_life_and_a_cut_last_line_are_read_as_they_are()
    {
        var rows = Enumerable
            .Range(0, 3000)
            .Select(i => Captures.Request("http_reqs", 100, 1, name: $"endpoint {i} {new string('x', 300)}"));
        var lines = Captures.Condense([.. rows]).SelectMany(SecondRecordJson.Write).ToArray();
        Assert.InRange(lines.Length, 70_000, 100_000_000);
        await using (var series = Create())
        {
            await series.WriteAsync("\n\n"u8.ToArray());
            await series.WriteAsync(lines);
            await series.WriteAsync("\n"u8.ToArray());
            await series.WriteAsync(SecondRecordJson.Write(Captures.Condense("vus,101,7,,,,,,,,,,,,,,,,")[0]));
            await series.WriteAsync(lines.AsMemory(0, lines.Length / 2));
        }
        var builder = new RunMetricsBuilder();

        Assert.True(await Artifacts.AddSeriesAsync(_run, 0, builder, Never));
        var metrics = builder.Build([], []);
        var buckets = await Artifacts.ReadBucketsAsync(_run, 2, Never);

        Assert.Equal((3000L, 7), (metrics.Overall.Requests, metrics.MaxVus));
        Assert.Equal([3000L, 0], buckets!.Build(10).Select(bucket => bucket.Requests));
    }

    [Fact]
    public async Task A_damaged_line_is_named_and_no_series_is_not_an_empty_one()
    {
        Assert.False(await Artifacts.AddSeriesAsync(_run, 0, new RunMetricsBuilder(), Never));
        Assert.Null(await Artifacts.ReadBucketsAsync(_run, 1, Never));
        await using (var series = Create())
        {
            await series.WriteAsync(Encoding.UTF8.GetBytes("\n\n{\"v\":9}\n"));
        }

        var damaged = await Assert.ThrowsAsync<FormatException>(() =>
            Artifacts.AddSeriesAsync(_run, 0, new RunMetricsBuilder(), Never)
        );

        Assert.Contains("Line 3", damaged.Message, StringComparison.Ordinal);
    }

    private FileStream Create()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, _run.ToString()));
        return File.Create(Path.Combine(folder.FullName, ArtifactNames.Series(0)));
    }
}
