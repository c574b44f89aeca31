using System.Text;
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

    /// <summary>
    /// What the gate says of an ended run; null where the run left no result. Of a run that was judged before there was such an
    /// artifact it is made from the result.
    /// </summary>
    public async Task<GateResult?> ReadGateAsync(Guid runId, CancellationToken cancellation)
    {
        if (await ReadAsync<GateResult>(runId, ArtifactNames.Gate, cancellation) is { } gate)
        {
            return gate;
        }
        if (await ReadResultAsync(runId, cancellation) is not { } result)
        {
            return null;
        }
        return GateRules.Of(
            new VerdictGrounds
            {
                Plan = result.Plan,
                Ends = await ReadEndsAsync(runId, result.Plan?.Segments ?? 1, cancellation),
                Metrics = result.Metrics,
                Settings = result.Request.Configuration.Thresholds,
                Thresholds = result.Thresholds,
                Baseline = result.Baseline,
                Cancelled = result.Status == RunStatus.Cancelled,
            }
        );
    }

    /// <summary>The merged metrics; null where nothing was measured.</summary>
    public Task<RunMetrics?> ReadMetricsAsync(Guid runId, CancellationToken cancellation) =>
        ReadAsync<RunMetrics>(runId, ArtifactNames.Metrics, cancellation);

    /// <summary>
    /// A segment's end record; null until it has ended. One that cannot be read is a fault of the runner's: whoever uploads it
    /// stands beside a target, and may upload anything.
    /// </summary>
    public async Task<RunnerEnd?> ReadEndAsync(Guid runId, int segment, CancellationToken cancellation)
    {
        try
        {
            return await ReadAsync<RunnerEnd>(runId, ArtifactNames.End(segment), cancellation);
        }
        catch (JsonException)
        {
            return new RunnerEnd
            {
                Engine = "",
                Cause = RunnerEndCause.RunnerFault,
                Detail = "Its end record cannot be read.",
                EndedAt = DateTimeOffset.UnixEpoch,
            };
        }
    }

    /// <summary>The end records that a run's segments have written.</summary>
    public async Task<IReadOnlyList<RunnerEnd>> ReadEndsAsync(Guid runId, int segments, CancellationToken cancellation)
    {
        var ends = new List<RunnerEnd>();
        for (var segment = 0; segment < segments; segment++)
        {
            if (await ReadEndAsync(runId, segment, cancellation) is { } end)
            {
                ends.Add(end);
            }
        }
        return ends;
    }

    /// <summary>
    /// The seconds that a run's segments have appended so far, read line by line; a cut last line is ignored. Null where none
    /// appends any, as runs do whose load was made elsewhere.
    /// </summary>
    /// <exception cref="FormatException">A line is damaged.</exception>
    public async Task<SeriesBuckets?> ReadBucketsAsync(Guid runId, int segments, CancellationToken cancellation)
    {
        SeriesBuckets? buckets = null;
        for (var segment = 0; segment < segments; segment++)
        {
            await using var content = await store.OpenReadAsync(runId, ArtifactNames.Series(segment), cancellation);
            if (content is not null)
            {
                var (into, from) = (buckets ??= new SeriesBuckets(), segment);
                await SeriesLines.ReadAsync(content, (record, _) => into.Add(from, record), cancellation);
            }
        }
        return buckets;
    }

    /// <summary>Adds what a segment appended; false where it left nothing.</summary>
    /// <exception cref="FormatException">A line is damaged.</exception>
    public async Task<bool> AddSeriesAsync(
        Guid runId,
        int segment,
        RunMetricsBuilder builder,
        CancellationToken cancellation
    )
    {
        await using var content = await store.OpenReadAsync(runId, ArtifactNames.Series(segment), cancellation);
        return content is not null
            && await SeriesLines.ReadAsync(content, (record, _) => builder.Add(segment, record), cancellation) > 0;
    }

    /// <summary>Whether any segment's load has begun: its series is there, however little it holds.</summary>
    public async Task<bool> HasLoadBegunAsync(Guid runId, int segments, CancellationToken cancellation)
    {
        for (var segment = 0; segment < segments; segment++)
        {
            await using var series = await store.OpenReadAsync(runId, ArtifactNames.Series(segment), cancellation);
            if (series is not null)
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>A short text; null where there is none.</summary>
    public async Task<string?> ReadTextAsync(Guid runId, string name, CancellationToken cancellation) =>
        await ReadBytesAsync(runId, name, cancellation) is { } text ? Encoding.UTF8.GetString(text) : null;

    /// <summary>A segment's k6 summary; null where there is none that can be read.</summary>
    public async Task<K6Summary?> ReadSummaryAsync(Guid runId, int segment, CancellationToken cancellation) =>
        await ReadBytesAsync(runId, ArtifactNames.Summary(segment), cancellation) is { } text
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
