using System.Collections.Concurrent;
using PerfGate.Adapters.Files;
using PerfGate.Adapters.Postgres;
using PerfGate.Core.Runners;

namespace PerfGate.Adapters.Runs;

/// <summary>Live figures of running runs. Reads only what was appended since the last look, however long the run is.</summary>
public sealed class ProgressReader(IArtifactStore store, RunStore runs)
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
            if (!reading.IsPlanned && (await runs.FindAsync(runId, cancellation))?.Plan is { } plan)
            {
                reading.Begin(plan.Segments);
            }
            for (var segment = 0; segment < reading.Offsets.Length; segment++)
            {
                await ReadAsync(runId, segment, reading, cancellation);
            }
            return reading.Progress.Current();
        }
        catch (FormatException)
        {
            // What a runner appends may be anything: where it cannot be read, nothing is told before the run's end tells why.
            return null;
        }
        finally
        {
            reading.Turn.Release();
        }
    }

    /// <summary>Adds what a segment has appended since. Broken off, it goes on after the last record that was added.</summary>
    private async Task ReadAsync(Guid runId, int segment, Reading reading, CancellationToken cancellation)
    {
        await using var series = await store.OpenReadAsync(runId, ArtifactNames.Series(segment), cancellation);
        if (series is null)
        {
            return;
        }
        if (series.Length < reading.Offsets[segment])
        {
            // It is not what was read before: a store that was killed may have lost the last of it. All is read anew.
            reading.Clear();
        }
        var begin = reading.Offsets[segment];
        series.Seek(begin, SeekOrigin.Begin);
        var used = await SeriesLines.ReadAsync(
            series,
            (record, read) =>
            {
                reading.Progress.Add(segment, record);
                reading.Offsets[segment] = begin + read;
            },
            cancellation
        );
        reading.Offsets[segment] = begin + used;
    }

    /// <summary>A run has ended: forget it.</summary>
    public void Forget(Guid runId) => _readings.TryRemove(runId, out _);

    private sealed class Reading
    {
        public SemaphoreSlim Turn { get; } = new(1);

        public LiveProgress Progress { get; private set; } = new();

        /// <summary>Whether the number of segments is known; until then it is taken for one.</summary>
        public bool IsPlanned { get; private set; }

        /// <summary>By segment, how far it was read.</summary>
        public long[] Offsets { get; private set; } = [0];

        public void Begin(int segments)
        {
            var offsets = Offsets;
            Array.Resize(ref offsets, segments);
            (Offsets, IsPlanned) = (offsets, true);
        }

        public void Clear()
        {
            Progress = new LiveProgress();
            Array.Clear(Offsets);
        }
    }
}
