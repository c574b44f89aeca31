using System.Collections.Concurrent;
using System.Diagnostics;

namespace PerfGate.Bench.Fuzz;

/// <summary>
/// Watches over inputs that are being read: a reader that does not come to an end cannot be stopped from outside, but it can be
/// told.
/// </summary>
internal sealed class FuzzWatch : IDisposable
{
    private readonly record struct Reading(string Target, long Index, byte[] Input, long Begun);

    private readonly ConcurrentDictionary<int, Reading> _readings = [];
    private readonly TaskCompletionSource<FuzzFault> _stuck = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Timer _timer;

    /// <param name="patience">How long one may take.</param>
    public FuzzWatch(TimeSpan patience) =>
        _timer = new Timer(_ => Look(patience), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));

    /// <summary>Ends with the first input that takes too long; never where none does.</summary>
    public Task<FuzzFault> Stuck => _stuck.Task;

    /// <summary>A worker begins to read.</summary>
    public void Begin(int worker, string target, long index, byte[] input) =>
        _readings[worker] = new Reading(target, index, input, Stopwatch.GetTimestamp());

    /// <summary>It has come to an end.</summary>
    public void End(int worker) => _readings.TryRemove(worker, out _);

    /// <inheritdoc />
    public void Dispose() => _timer.Dispose();

    private void Look(TimeSpan patience)
    {
        foreach (var reading in _readings.Values)
        {
            if (Stopwatch.GetElapsedTime(reading.Begun) > patience)
            {
                _stuck.TrySetResult(
                    new FuzzFault(
                        reading.Target,
                        reading.Index,
                        "hang",
                        FormattableString.Invariant($"Not read within {patience.TotalSeconds:0} s."),
                        reading.Input
                    )
                );
            }
        }
    }
}
