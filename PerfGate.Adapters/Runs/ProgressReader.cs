using System.Collections.Concurrent;
using PerfGate.Adapters.Files;
using PerfGate.Core.K6Output;
using PerfGate.Core.Runners;

namespace PerfGate.Adapters.Runs;

/// <summary>Live figures of running runs. Reads only what was appended since the last look, however long the run is.</summary>
public sealed class ProgressReader(IArtifactStore store)
{
    // Looks at ended runs cost nothing to forget; more than this at once does not happen with a slot an environment.
    private const int MostRuns = 64;

    private readonly ConcurrentDictionary<Guid, Reading> _readings = new();

    /// <summary>What is measured right now; null before the first second.</summary>
    public async Task<RunProgress?> ReadAsync(Guid runId, CancellationToken cancellation)
    {
        if (_readings.Count > MostRuns)
        {
            _readings.Clear();
        }
        var reading = _readings.GetOrAdd(runId, _ => new Reading());
        await reading.Turn.WaitAsync(cancellation);
        try
        {
            await using var series = await store.OpenReadAsync(runId, ArtifactNames.Series(0), cancellation);
            if (series is null)
            {
                return null;
            }
            series.Seek(reading.Offset, SeekOrigin.Begin);
            using var appended = new MemoryStream();
            await series.CopyToAsync(appended, cancellation);
            var records = SecondRecordJson.ReadLines(appended.ToArray(), out var used);
            reading.Offset += used;
            foreach (var record in records)
            {
                reading.Progress.Add(0, record);
            }
            return reading.Progress.Current();
        }
        finally
        {
            reading.Turn.Release();
        }
    }

    /// <summary>A run has ended: forget it.</summary>
    public void Forget(Guid runId) => _readings.TryRemove(runId, out _);

    private sealed class Reading
    {
        public SemaphoreSlim Turn { get; } = new(1);

        public LiveProgress Progress { get; } = new();

        public long Offset { get; set; }
    }
}
