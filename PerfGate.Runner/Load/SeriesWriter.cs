using PerfGate.Core.K6Output;
using PerfGate.Runner.Artifacts;

namespace PerfGate.Runner.Load;

/// <summary>
/// Appends the seconds that have closed to the series artifact, once a second, so that progress can be seen. An empty line
/// where nothing closed for a while says that this runner is alive.
/// </summary>
internal sealed class SeriesWriter(IRunArtifacts artifacts, string name, Condenser condenser, TimeProvider time)
{
    /// <summary>Is shown each record before it is appended.</summary>
    public Action<SecondRecord>? Closed { get; init; }

    /// <summary>A series that has not grown for this long has no living runner.</summary>
    public static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SignOfLife = TimeSpan.FromSeconds(3);

    // An append blob takes 50,000 blocks: after some hours they must be larger.
    private const int PromptAppends = 20_000;
    private static readonly TimeSpan LaterInterval = TimeSpan.FromSeconds(8);

    private int _appends;
    private long _lastAppend = time.GetTimestamp();

    /// <summary>Appends until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                await Task.Delay(_appends < PromptAppends ? Interval : LaterInterval, time, cancellation);
                await AppendAsync(Take(all: false), CancellationToken.None);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested) { }
    }

    /// <summary>Appends what is left. <see cref="RunAsync"/> must have returned.</summary>
    public Task FinishAsync(CancellationToken cancellation) => AppendAsync(Take(all: true), cancellation);

    private async Task AppendAsync(IReadOnlyList<SecondRecord> records, CancellationToken cancellation)
    {
        if (records.Count == 0 && time.GetElapsedTime(_lastAppend) < SignOfLife)
        {
            return;
        }
        using var lines = new MemoryStream();
        foreach (var record in records)
        {
            Closed?.Invoke(record);
            lines.Write(SecondRecordJson.Write(record));
        }
        if (records.Count == 0)
        {
            lines.WriteByte((byte)'\n');
        }
        await artifacts.AppendAsync(name, lines.GetBuffer().AsMemory(0, (int)lines.Length), cancellation);
        _lastAppend = time.GetTimestamp();
        _appends++;
    }

    private IReadOnlyList<SecondRecord> Take(bool all)
    {
        lock (condenser)
        {
            return all ? condenser.TakeAll() : condenser.TakeClosed();
        }
    }
}
