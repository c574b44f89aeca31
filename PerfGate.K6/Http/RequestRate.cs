using System.Diagnostics;

namespace PerfGate.K6.Http;

/// <summary>k6's <c>rps</c>: most requests a second over all VUs.</summary>
public sealed class RequestRate(double perSecond)
{
    private readonly long _interval = (long)(Stopwatch.Frequency / perSecond);
    private long _next = Stopwatch.GetTimestamp();

    /// <summary>How long the next request must wait.</summary>
    public TimeSpan Take()
    {
        while (true)
        {
            var next = Volatile.Read(ref _next);
            var now = Stopwatch.GetTimestamp();
            var at = Math.Max(next, now);
            if (Interlocked.CompareExchange(ref _next, at + _interval, next) == next)
            {
                return at > now ? Stopwatch.GetElapsedTime(now, at) : TimeSpan.Zero;
            }
        }
    }
}
