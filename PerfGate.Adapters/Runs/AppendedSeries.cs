using PerfGate.Adapters.Files;
using PerfGate.Core.K6Output;
using PerfGate.Core.Runners;

namespace PerfGate.Adapters.Runs;

/// <summary>How far the series of a run's segments were read, so that each look reads only what was appended since.</summary>
/// <param name="segments">How many segments the run has, 1 or more.</param>
internal sealed class AppendedSeries(int segments)
{
    private long[] _offsets = new long[segments];

    /// <summary>How many segments are read.</summary>
    public int Segments => _offsets.Length;

    /// <summary>Length of all lines that were read, bytes.</summary>
    public long Bytes => _offsets.Sum();

    /// <summary>There are more segments than was known.</summary>
    public void Extend(int segments) => Array.Resize(ref _offsets, segments);

    /// <summary>The next look reads all from the beginning.</summary>
    public void Clear() => Array.Clear(_offsets);

    /// <summary>
    /// Reads what was appended; false where no segment appends anything. Broken off, the next look goes on after the last record that
    /// was added.
    /// </summary>
    /// <param name="store">Where the series are.</param>
    /// <param name="runId">The run.</param>
    /// <param name="add">Takes a record of a segment.</param>
    /// <param name="forget">
    /// What was added counts no more, all of it comes again: a series is shorter than what was read of it, as a store that was killed may
    /// leave it.
    /// </param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="FormatException">A line is damaged.</exception>
    public async Task<bool> ReadAsync(
        IArtifactStore store,
        Guid runId,
        Action<int, SecondRecord> add,
        Action forget,
        CancellationToken cancellation
    )
    {
        var appends = false;
        for (var segment = 0; segment < Segments; segment++)
        {
            await using var series = await store.OpenReadAsync(runId, ArtifactNames.Series(segment), cancellation);
            if (series is null)
            {
                continue;
            }
            appends = true;
            if (series.Length < _offsets[segment])
            {
                Clear();
                forget();
                segment = -1;
                continue;
            }
            var (from, begin) = (segment, _offsets[segment]);
            series.Seek(begin, SeekOrigin.Begin);
            var used = await SeriesLines.ReadAsync(
                series,
                (record, read) =>
                {
                    add(from, record);
                    _offsets[from] = begin + read;
                },
                cancellation
            );
            _offsets[from] = begin + used;
        }
        return appends;
    }
}
