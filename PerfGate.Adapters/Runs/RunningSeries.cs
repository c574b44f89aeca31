using PerfGate.Adapters.Files;
using PerfGate.Core.Metrics;
using PerfGate.Core.Runners;

namespace PerfGate.Adapters.Runs;

/// <summary>
/// The seconds of running runs, kept between two looks so that each reads only what was appended since, however long the run is.
/// What nobody has looked at for a while is forgotten, and of much at once what was looked at the longest ago; it is read anew then.
/// </summary>
public sealed class RunningSeries(IArtifactStore store, TimeProvider time)
{
    /// <summary>How long what nobody looks at is kept.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, Reading> _readings = [];

    /// <summary>Most bytes of appended lines whose seconds are kept; about as much memory; default 64 MB.</summary>
    public long MostBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>What is made of the seconds appended so far; null where no segment appends any.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="segments">How many segments it has.</param>
    /// <param name="make">Makes it. Not called by two at once.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="FormatException">A line is damaged.</exception>
    public async Task<T?> ReadAsync<T>(
        Guid runId,
        int segments,
        Func<SeriesBuckets, T> make,
        CancellationToken cancellation
    )
        where T : class
    {
        var reading = Take(runId, segments);
        await reading.Turn.WaitAsync(cancellation);
        try
        {
            var appends = await reading.Series.ReadAsync(
                store,
                runId,
                (segment, record) => reading.Seconds.Add(segment, record),
                () => reading.Seconds = new SeriesBuckets(),
                cancellation
            );
            return appends ? make(reading.Seconds) : null;
        }
        catch
        {
            // Part of what was appended may have been added.
            reading.Clear();
            throw;
        }
        finally
        {
            reading.Turn.Release();
        }
    }

    /// <summary>A run has ended: forget it.</summary>
    public void Forget(Guid runId)
    {
        lock (_lock)
        {
            _readings.Remove(runId);
        }
    }

    private Reading Take(Guid runId, int segments)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            var held = 0L;
            // The latest first: what is beyond the bound after them is forgotten.
            foreach (var (id, one) in _readings.OrderByDescending(one => one.Value.LookedAt).ToList())
            {
                held += one.Series.Bytes;
                if (held > MostBytes || time.GetElapsedTime(one.LookedAt, now) > Idle)
                {
                    _readings.Remove(id);
                }
            }
            if (!_readings.TryGetValue(runId, out var reading) || reading.Series.Segments != segments)
            {
                _readings[runId] = reading = new Reading(segments);
            }
            reading.LookedAt = now;
            return reading;
        }
    }

    private sealed class Reading(int segments)
    {
        public SemaphoreSlim Turn { get; } = new(1);

        public SeriesBuckets Seconds { get; set; } = new();

        public AppendedSeries Series { get; } = new(segments);

        /// <summary>Guarded by the lock.</summary>
        public long LookedAt { get; set; }

        public void Clear()
        {
            Seconds = new SeriesBuckets();
            Series.Clear();
        }
    }
}
