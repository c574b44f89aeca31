using Npgsql;
using PerfGate.Core.Requests;

namespace PerfGate.Host.Jobs;

/// <summary>
/// How many workers take runs, and how many database connections they need. A run under load holds a worker from start to
/// verdict, one at the front of a line holds one while it waits; the rest of the line holds none.
/// </summary>
/// <param name="slotsOf">Slots of each environment.</param>
public sealed class JobWorkers(Func<TargetEnvironment, int> slotsOf)
{
    private readonly int[] _slots = [.. Enum.GetValues<TargetEnvironment>().Select(slotsOf)];

    // Of each line this many wait with a worker, so that the next load begins as soon as a slot is free.
    private const int Waiting = 2;

    // For jobs that only find that they are not due, and for schedules.
    private const int Spare = 4;

    // Beside each worker's two: Hangfire's own processes, and callers that enqueue.
    private const int OtherConnections = 12;

    /// <summary>How many of an environment's line are worth a worker.</summary>
    public int Front => _slots.Max() + Waiting;

    /// <summary>Workers of one server.</summary>
    public int Count => _slots.Sum(slots => slots + Front) + Spare;

    /// <summary>
    /// Gives a connection string a pool that the workers cannot exhaust: each listens on a connection while it is idle, and
    /// needs another to fetch what it was told of. A pool as large as the workers are many stands still for ever.
    /// </summary>
    public void MakeRoom(NpgsqlConnectionStringBuilder settings)
    {
        settings.ApplicationName = "perfgate-jobs";
        settings.MaxPoolSize = Math.Max(settings.MaxPoolSize, (2 * Count) + OtherConnections);
    }
}
