using System.Text.Json;
using PerfGate.Adapters.Files;
using PerfGate.Core.K6Output;
using PerfGate.Core.Metrics;
using PerfGate.Core.Requests;
using PerfGate.Core.Runners;
using PerfGate.Core.Runs;

namespace PerfGate.Adapters.Runs;

/// <summary>A run's artifacts, read as what they mean.</summary>
public sealed class RunArtifacts(IArtifactStore store)
{
    /// <summary>The judged result; null until there is one.</summary>
    public Task<RunResult?> ReadResultAsync(Guid runId, CancellationToken cancellation) =>
        ReadAsync<RunResult>(runId, ArtifactNames.Result, cancellation);

    /// <summary>The merged metrics; null where nothing was measured.</summary>
    public Task<RunMetrics?> ReadMetricsAsync(Guid runId, CancellationToken cancellation) =>
        ReadAsync<RunMetrics>(runId, ArtifactNames.Metrics, cancellation);

    /// <summary>A segment's end record; null until it has ended.</summary>
    public Task<RunnerEnd?> ReadEndAsync(Guid runId, int segment, CancellationToken cancellation) =>
        ReadAsync<RunnerEnd>(runId, ArtifactNames.End(segment), cancellation);

    /// <summary>The points of a run: the merged ones once it ended, those appended so far before.</summary>
    public async Task<IReadOnlyList<SeriesPoint>> ReadSeriesAsync(Guid runId, CancellationToken cancellation)
    {
        if (await ReadMetricsAsync(runId, cancellation) is { } metrics)
        {
            return metrics.Series;
        }
        var builder = new RunMetricsBuilder();
        return await AddSeriesAsync(runId, builder, cancellation) ? builder.Build([], []).Series : [];
    }

    /// <summary>Adds what a run's segment appended; false where it left nothing.</summary>
    /// <exception cref="FormatException">A line is damaged.</exception>
    public async Task<bool> AddSeriesAsync(Guid runId, RunMetricsBuilder builder, CancellationToken cancellation)
    {
        if (await ReadBytesAsync(runId, ArtifactNames.Series(0), cancellation) is not { Length: > 0 } series)
        {
            return false;
        }
        builder.AddSeries(0, series);
        return true;
    }

    /// <summary>A segment's k6 summary; null where there is none that can be read.</summary>
    public async Task<K6Summary?> ReadSummaryAsync(Guid runId, CancellationToken cancellation) =>
        await ReadBytesAsync(runId, ArtifactNames.Summary(0), cancellation) is { } text
        && SummaryReader.TryRead(text, out var summary, out _)
            ? summary
            : null;

    /// <summary>Writes one of the run's documents.</summary>
    public Task WriteAsync<T>(Guid runId, string name, T document, CancellationToken cancellation) =>
        store.WriteAsync(runId, name, JsonSerializer.SerializeToUtf8Bytes(document, RunJson.Options), cancellation);

    private async Task<T?> ReadAsync<T>(Guid runId, string name, CancellationToken cancellation)
        where T : class
    {
        await using var content = await store.OpenReadAsync(runId, name, cancellation);
        return content is null
            ? null
            : await JsonSerializer.DeserializeAsync<T>(content, RunJson.Options, cancellation);
    }

    private async Task<byte[]?> ReadBytesAsync(Guid runId, string name, CancellationToken cancellation)
    {
        await using var content = await store.OpenReadAsync(runId, name, cancellation);
        if (content is null)
        {
            return null;
        }
        using var bytes = new MemoryStream();
        await content.CopyToAsync(bytes, cancellation);
        return bytes.ToArray();
    }
}
