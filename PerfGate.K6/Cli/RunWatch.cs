using System.Diagnostics;
using System.Runtime.InteropServices;
using PerfGate.K6.Metrics;
using PerfGate.K6.Scripting;

namespace PerfGate.K6.Cli;

/// <summary>While the load runs: the vus metrics each second, thresholds that abort each two.</summary>
internal sealed class RunWatch : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watching;

    public RunWatch(TestContext context, ThresholdWatch thresholds)
    {
        var tags = context.Options.Tags.Aggregate(TagSet.Empty, (set, tag) => set.With(tag.Key, tag.Value));
        _watching = WatchAsync(context, thresholds, tags);
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _watching;
    }

    public void Dispose() => _stop.Dispose();

    private async Task WatchAsync(TestContext context, ThresholdWatch thresholds, TagSet tags)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), TimeProvider.System);
        try
        {
            for (var second = 1; await timer.WaitForNextTickAsync(_stop.Token); second++)
            {
                var now = RunClock.NowMicroseconds;
                context.Collector.Add([
                    new Sample(context.Metrics.Vus, tags, context.Counters.ActiveVus, now),
                    new Sample(context.Metrics.VusMax, tags, context.Counters.InitializedVus, now),
                ]);
                if (second % 2 == 0 && thresholds.Evaluate(Stopwatch.GetElapsedTime(context.StartedAt)))
                {
                    var crossed = thresholds.Thresholds.Where(threshold =>
                        threshold.Crossed && threshold.Options.AbortOnFail
                    );
                    context.Abort(
                        $"thresholds on metrics '{string.Join(", ", crossed.Select(threshold => threshold.MetricName).Distinct())}' were crossed; at least one has abortOnFail enabled, stopping test prematurely",
                        ExitCodes.ThresholdsCrossed
                    );
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The load has ended.
        }
    }
}

/// <summary>SIGINT, SIGTERM and SIGHUP stop the load, tear down and summarise; the second one ends the process.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly List<PosixSignalRegistration> _registrations = [];
    private int _count;

    public StopSignals(TestContext context)
    {
        foreach (
            var (signal, name) in new[]
            {
                (PosixSignal.SIGINT, "interrupt"),
                (PosixSignal.SIGTERM, "terminated"),
                (PosixSignal.SIGHUP, "hangup"),
            }
        )
        {
            _registrations.Add(
                PosixSignalRegistration.Create(
                    signal,
                    received =>
                    {
                        received.Cancel = true;
                        if (Interlocked.Increment(ref _count) > 1)
                        {
                            Environment.Exit(ExitCodes.ExternalAbort);
                        }
                        context.Abort(
                            $"test run was aborted because k6 received a '{name}' signal",
                            ExitCodes.ExternalAbort
                        );
                    }
                )
            );
        }
    }

    public void Dispose() => _registrations.ForEach(registration => registration.Dispose());
}

/// <summary>
/// Stops a test that takes more memory than <c>PERFGATE_K6_MEMORY_MB</c> (no limit where it is not set), and says so. Whoever starts the
/// engine sets <c>DOTNET_GCHeapHardLimit</c> above it: what is faster than this watch does not get beyond that.
/// </summary>
internal sealed class MemoryGuard : IDisposable
{
    private const string Variable = "PERFGATE_K6_MEMORY_MB";

    private readonly Timer? _timer;
    private int _looking;

    public MemoryGuard(TestContext context)
    {
        if (
            long.TryParse(
                Environment.GetEnvironmentVariable(Variable),
                System.Globalization.CultureInfo.InvariantCulture,
                out var limit
            )
            && limit > 0
        )
        {
            _timer = new Timer(
                _ =>
                {
                    if (GC.GetTotalMemory(false) > limit * 1024 * 1024 && Lives(limit * 1024 * 1024))
                    {
                        context.Abort(
                            $"the script used more than {limit} MB of memory ({Variable})",
                            ExitCodes.EngineFault
                        );
                    }
                },
                null,
                TimeSpan.Zero,
                TimeSpan.FromMilliseconds(100)
            );
        }
    }

    public void Dispose() => _timer?.Dispose();

    /// <summary>Whether that much is in use, not merely not yet collected. One look at a time: the next ticks find it taken.</summary>
    private bool Lives(long bytes)
    {
        if (Interlocked.Exchange(ref _looking, 1) != 0)
        {
            return false;
        }
        GC.Collect();
        var lives = GC.GetTotalMemory(false) > bytes;
        Volatile.Write(ref _looking, 0);
        return lives;
    }
}
