using System.Collections.Concurrent;
using PerfGate.Adapters.Postgres;

namespace PerfGate.Adapters.Runs;

/// <summary>
/// How long runs have been at it, by the steady clock of the server that looks at them: a clock that is set under a run makes it
/// neither older nor younger. Only what went on before the first look, where another server began the run, is told by the times that
/// it wrote down.
/// </summary>
public sealed class RunAges(TimeProvider time)
{
    // While nobody looks, because artifacts or database are away, a runner may have ended long ago and not be able to say so.
    private static readonly TimeSpan MostBetweenLooks = TimeSpan.FromSeconds(15);

    private readonly ConcurrentDictionary<Guid, Age> _ages = new();

    /// <summary>How long a run has been at it, 0 or more.</summary>
    public TimeSpan Of(RunRow run) => Known(run).Now(time);

    /// <summary>
    /// For how long this server has seen that a run's runners should be gone: its time is over, or it was asked to stop.
    /// </summary>
    /// <param name="run">The run, which has its slot.</param>
    /// <param name="allowed">How long it may take.</param>
    public TimeSpan Overdue(RunRow run, TimeSpan allowed)
    {
        var age = Known(run);
        var now = time.GetTimestamp();
        if (run.CancelRequestedAt is null && age.Now(time) <= allowed)
        {
            return TimeSpan.Zero;
        }
        if (age.LastOverdue is { } last)
        {
            var since = time.GetElapsedTime(last, now);
            age.Overdue += since < MostBetweenLooks ? since : MostBetweenLooks;
        }
        age.LastOverdue = now;
        return age.Overdue;
    }

    /// <summary>A run has ended: forget it.</summary>
    public void Forget(Guid runId) => _ages.TryRemove(runId, out _);

    private Age Known(RunRow run) =>
        _ages.GetOrAdd(
            run.Id,
            _ =>
            {
                var before = time.GetUtcNow() - (run.StartedAt ?? time.GetUtcNow());
                return new Age(before > TimeSpan.Zero ? before : TimeSpan.Zero, time.GetTimestamp());
            }
        );

    private sealed class Age(TimeSpan before, long since)
    {
        public TimeSpan Overdue { get; set; }

        public long? LastOverdue { get; set; }

        public TimeSpan Now(TimeProvider time) => before + time.GetElapsedTime(since);
    }
}
