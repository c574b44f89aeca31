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
            await reading.Series.ReadAsync(
                store,
                runId,
                (segment, record) => reading.Progress.Add(segment, record),
                () => reading.Progress = new LiveProgress(),
                cancellation
            );
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

    /// <summary>A run has ended: forget it.</summary>
    public void Forget(Guid runId) => _readings.TryRemove(runId, out _);

    private sealed class Reading
    {
        public SemaphoreSlim Turn { get; } = new(1);

        public LiveProgress Progress { get; set; } = new();

        /// <summary>Whether the number of segments is known; until then it is taken for one.</summary>
        public bool IsPlanned { get; private set; }

        public AppendedSeries Series { get; } = new(1);

        public void Begin(int segments)
        {
            Series.Extend(segments);
            IsPlanned = true;
        }
    }
}
