using System.Collections.Concurrent;

namespace PerfGate.Demo;

/// <summary>Applies the knobs to requests.</summary>
public sealed class Misbehaviour(TimeProvider time)
{
    // A leak slows a real platform through garbage collection and swapping; here, 1 ms for each 4 MiB kept.
    private const double BytesPerExtraMillisecond = 4 * 1024 * 1024;

    // The leak is staged: it must not take down the machine it is staged on.
    private const long MostLeakedBytes = 512 * 1024 * 1024;

    private readonly ConcurrentBag<byte[]> _leaked = [];
    private long _leakedBytes;
    private long _dashboards;

    /// <summary>The knobs in force.</summary>
    public Knobs Knobs { get; set; } = new();

    /// <summary>Before a business answer: waits as the knobs say; false where the answer is to be a 500.</summary>
    public async ValueTask<bool> AllowsAsync(CancellationToken cancellation)
    {
        var knobs = Knobs;
        if (knobs.LeakBytesPerRequest > 0)
        {
            Leak((int)knobs.LeakBytesPerRequest);
        }
        var delay =
            knobs.LatencyMs
            + (knobs.LatencyJitterMs > 0 ? knobs.LatencyJitterMs * Random.Shared.NextDouble() : 0)
            + (Interlocked.Read(ref _leakedBytes) / BytesPerExtraMillisecond);
        if (delay >= 1)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(delay), time, cancellation);
        }
        return knobs.ErrorRate <= 0 || Random.Shared.NextDouble() >= knobs.ErrorRate;
    }

    /// <summary>The dashboard's query: slow every so often, if the knobs say so.</summary>
    public async ValueTask QueryDashboardAsync(CancellationToken cancellation)
    {
        var knobs = Knobs;
        if (
            knobs is { SlowQueryMs: > 0, SlowQueryEvery: > 0 }
            && Interlocked.Increment(ref _dashboards) % (long)knobs.SlowQueryEvery == 0
        )
        {
            await Task.Delay(TimeSpan.FromMilliseconds(knobs.SlowQueryMs), time, cancellation);
        }
    }

    /// <summary>All knobs to zero, and the leaked memory given back.</summary>
    public void Reset()
    {
        Knobs = new Knobs();
        _leaked.Clear();
        Interlocked.Exchange(ref _leakedBytes, 0);
        Interlocked.Exchange(ref _dashboards, 0);
    }

    private void Leak(int bytes)
    {
        if (Interlocked.Add(ref _leakedBytes, bytes) > MostLeakedBytes)
        {
            Interlocked.Add(ref _leakedBytes, -bytes);
            return;
        }
        var kept = new byte[bytes];
        // Memory that was never written to is no memory in use.
        Array.Fill(kept, (byte)1);
        _leaked.Add(kept);
    }
}
