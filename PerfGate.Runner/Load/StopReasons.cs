using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using PerfGate.Core.Runners;
using PerfGate.Core.Thresholds;
using PerfGate.Runner.Artifacts;

namespace PerfGate.Runner.Load;

/// <summary>Why the engine is stopped before it ends by itself.</summary>
/// <param name="Cause">What the end record says.</param>
/// <param name="Detail">A sentence; null where the cause says it all.</param>
/// <param name="Grace">How long the engine may take to stop.</param>
internal sealed record StopReason(RunnerEndCause Cause, string? Detail, TimeSpan Grace)
{
    /// <summary>Which bound was crossed, where the target is hurting.</summary>
    public EarlyStop? EarlyStop { get; init; }
}

/// <summary>Waits for the first reason to stop: deadline, stop artifact, signal, or the death of the parent.</summary>
internal sealed class StopReasons : IDisposable
{
    /// <summary>Time for k6 to stop its load, run teardown and write its summary.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan ParentInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan StopInterval = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource<StopReason> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _ended = new();
    private readonly List<PosixSignalRegistration> _signals = [];

    /// <summary>Completes with the first reason; never where there is none.</summary>
    public Task<StopReason> First => _first.Task;

    /// <summary>Begins to look for reasons.</summary>
    public static StopReasons Watch(RunnerOrder order, IRunArtifacts artifacts, TimeProvider time)
    {
        var reasons = new StopReasons();
        foreach (var signal in new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGHUP })
        {
            reasons._signals.Add(PosixSignalRegistration.Create(signal, reasons.OnSignal));
        }
        _ = reasons.WatchDeadlineAsync(order.Deadline, time);
        _ = reasons.WatchStopArtifactAsync(artifacts, time);
        if (order.ParentPid is { } parent)
        {
            _ = reasons.WatchParentAsync(parent, time);
        }
        return reasons;
    }

    /// <summary>The target is hurting.</summary>
    public void Stop(EarlyStop early) =>
        Stop(new StopReason(RunnerEndCause.EarlyStop, early.Sentence, Grace) { EarlyStop = early });

    /// <summary>Adds a reason of the runner's own.</summary>
    public void Stop(StopReason reason) => _first.TrySetResult(reason);

    /// <inheritdoc />
    public void Dispose()
    {
        _ended.Cancel();
        _signals.ForEach(signal => signal.Dispose());
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        Stop(new StopReason(RunnerEndCause.Stopped, $"The runner was sent {context.Signal}.", Grace));
    }

    private async Task WatchDeadlineAsync(DateTimeOffset deadline, TimeProvider time)
    {
        TimeSpan left;
        while ((left = deadline - time.GetUtcNow()) > TimeSpan.Zero)
        {
            // In steps, since a delay has a longest length and the clock may be set.
            await DelayAsync(left < TimeSpan.FromMinutes(1) ? left : TimeSpan.FromMinutes(1), time);
            if (_ended.IsCancellationRequested)
            {
                return;
            }
        }
        Stop(new StopReason(RunnerEndCause.Deadline, null, Grace));
    }

    private async Task WatchStopArtifactAsync(IRunArtifacts artifacts, TimeProvider time)
    {
        while (!_ended.IsCancellationRequested)
        {
            try
            {
                if (await artifacts.ExistsAsync(ArtifactNames.Stop, _ended.Token))
                {
                    Stop(new StopReason(RunnerEndCause.Stopped, null, Grace));
                    return;
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // Artifacts out of reach for a moment: a fault that lasts is found by whoever writes to them.
            }
            catch (OperationCanceledException)
            {
                return;
            }
            await DelayAsync(StopInterval, time);
        }
    }

    private async Task WatchParentAsync(int parent, TimeProvider time)
    {
        var begun = ProcessStart(parent);
        while (!_ended.IsCancellationRequested)
        {
            // A process id may be given anew: only the same start is the same process.
            if (begun is null || ProcessStart(parent) != begun)
            {
                Stop(
                    new StopReason(
                        RunnerEndCause.Lost,
                        "The process that started the runner has ended.",
                        TimeSpan.FromSeconds(3)
                    )
                );
                return;
            }
            await DelayAsync(ParentInterval, time);
        }
    }

    private async Task DelayAsync(TimeSpan delay, TimeProvider time)
    {
        try
        {
            await Task.Delay(delay, time, _ended.Token);
        }
        catch (OperationCanceledException) { }
    }

    /// <summary>When a process began, in whatever unit; null where there is no such process, or only its remains.</summary>
    private static string? ProcessStart(int id)
    {
        try
        {
            if (OperatingSystem.IsLinux())
            {
                var stat = File.ReadAllText(FormattableString.Invariant($"/proc/{id}/stat"));
                var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                return fields[0] is "Z" or "X" ? null : fields[19];
            }
            using var process = Process.GetProcessById(id);
            return process.StartTime.Ticks.ToString(CultureInfo.InvariantCulture);
        }
        catch (Exception e)
            when (e is IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }
}
