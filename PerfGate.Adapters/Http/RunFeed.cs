using System.Text;
using System.Text.Json;
using Azure;
using Microsoft.Extensions.Logging;
using PerfGate.Adapters.Postgres;
using PerfGate.Adapters.Runs;
using PerfGate.Core.Requests;
using PerfGate.Core.Runners;
using PerfGate.Core.Runs;

namespace PerfGate.Adapters.Http;

/// <summary>Where a run stands, as its event stream says it.</summary>
/// <param name="TestId">The run's id.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="QueuePosition">Place in the environment's line, from 1; null unless queued.</param>
/// <param name="Cancelling">True where it was asked to stop, and has not yet.</param>
/// <param name="StartedAt">When it got its slot, UTC.</param>
/// <param name="EstimatedCompletion">When it should end, UTC; null once it has.</param>
public sealed record RunState(
    Guid TestId,
    RunStatus Status,
    int? QueuePosition,
    bool? Cancelling,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EstimatedCompletion
);

/// <summary>
/// The events of one run, read once for all who follow it: a look at the database when the run moves, one at the appended
/// seconds each second. Those who follow copy bytes.
/// </summary>
internal sealed partial class RunFeed(
    Guid runId,
    RunLooks runs,
    RunWatch watch,
    ProgressReader progress,
    RunReading reading,
    ILogger log
)
{
    /// <summary>The id of the last event: who has seen it has seen all.</summary>
    public const string EndId = "end";

    /// <summary>How long a database or artifacts that are out of reach are waited for.</summary>
    public static readonly TimeSpan AwayPatience = TimeSpan.FromMinutes(10);

    /// <summary>How long is tried again what time alone does not mend.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly List<byte[]> _states = [];
    private int _latestState;
    private RunState? _state;
    private (RunProgress? Figures, byte[] Event, long Version) _progress = (null, [], 0);
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _ended;
    private bool _closed;

    /// <summary>Guarded by the feeds' lock.</summary>
    public int Readers { get; set; }

    /// <summary>Stops reading when nobody follows any more.</summary>
    public CancellationTokenSource Abandoned { get; } = new();

    /// <summary>Whether it is read no more, although the end was not said: whoever comes now needs another.</summary>
    public bool IsGivenUp
    {
        get
        {
            lock (_lock)
            {
                return _closed && !_ended;
            }
        }
    }

    /// <summary>
    /// Reads until the run has ended or is gone, nobody follows it, or it could not be read for too long. Those who still follow
    /// are let go then.
    /// </summary>
    public async Task ReadAsync(CancellationToken cancellation)
    {
        try
        {
            await ReadToEndAsync(cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested) { }
        catch (Exception surprise)
        {
            LogGivenUp(surprise, runId);
        }
        finally
        {
            Say(() => _closed = true);
        }
    }

    private async Task ReadToEndAsync(CancellationToken cancellation)
    {
        using var watching = watch.Watch(runId);
        long? failing = null;
        while (true)
        {
            try
            {
                // Taken before the look, so that a move after the look is seen.
                var moved = watching.Moved;
                if (await runs.FindAsync(runId, cancellation) is not { } run)
                {
                    return;
                }
                SayState(run);
                if (RunStates.IsEnd(run.Status))
                {
                    await SayEndAsync(run, cancellation);
                    return;
                }
                while (!moved.IsCompleted)
                {
                    if (run.Status == RunStatus.Running)
                    {
                        SayProgress(await progress.ReadAsync(runId, cancellation));
                    }
                    failing = null;
                    await Task.WhenAny(moved, Task.Delay(LookInterval, watch.Time, cancellation));
                    cancellation.ThrowIfCancellationRequested();
                }
            }
            catch (Exception failure) when (!cancellation.IsCancellationRequested)
            {
                if (failing is null)
                {
                    LogFailing(failure, runId);
                }
                failing ??= watch.Time.GetTimestamp();
                if (watch.Time.GetElapsedTime(failing.Value) >= (IsAway(failure) ? AwayPatience : Patience))
                {
                    throw;
                }
                // Those who follow get signs of life meanwhile.
                await Task.Delay(LookInterval, watch.Time, cancellation);
            }
        }
    }

    private static bool IsAway(Exception failure) =>
        failure is IOException or UnauthorizedAccessException or RequestFailedException
        || DatabaseAway.Explains(failure);

    [LoggerMessage(LogLevel.Warning, "Run {RunId} cannot be read for those who follow it; it is tried again")]
    private partial void LogFailing(Exception failure, Guid runId);

    [LoggerMessage(LogLevel.Error, "Run {RunId} could not be read for too long; those who follow it are let go")]
    private partial void LogGivenUp(Exception failure, Guid runId);

    /// <summary>What has been said since the place given, which is moved on; who begins gets the present state first.</summary>
    public (IReadOnlyList<byte[]> Events, bool Ended, Task News) Since(ref FeedPlace? place)
    {
        lock (_lock)
        {
            var (states, version) = place ?? new FeedPlace(_latestState, 0);
            var events = _states.GetRange(states, _states.Count - states);
            if (!_ended && _progress.Version > version)
            {
                events.Add(_progress.Event);
            }
            // Nothing said yet: who begins stays at the beginning.
            place = _states.Count == 0 ? null : new FeedPlace(_states.Count, _progress.Version);
            return (events, _ended || _closed, _news.Task);
        }
    }

    private void SayState(RunRow run)
    {
        var ended = RunStates.IsEnd(run.Status);
        var state = new RunState(
            runId,
            run.Status,
            run.QueuePosition,
            !ended && run.CancelRequestedAt is not null ? true : null,
            run.StartedAt,
            ended ? null : run.EstimatedCompletion
        );
        if (state == _state)
        {
            return;
        }
        _state = state;
        var id =
            EnumText.Lower(run.Status)
            + (run.QueuePosition is { } place ? FormattableString.Invariant($"-{place}") : "");
        Say(() =>
        {
            _latestState = _states.Count;
            _states.Add(Write("state", id, state));
        });
    }

    private void SayProgress(RunProgress? figures)
    {
        if (figures is not null && figures != _progress.Figures)
        {
            var id = FormattableString.Invariant($"running-{figures.Elapsed.TotalSeconds:0}");
            Say(() => _progress = (figures, Write("progress", id, figures), _progress.Version + 1));
        }
    }

    private async Task SayEndAsync(RunRow run, CancellationToken cancellation)
    {
        var gate = await reading.GateAsync(run, cancellation);
        Say(() =>
        {
            _states.Add(Write("end", EndId, gate));
            _ended = true;
        });
    }

    private void Say(Action change)
    {
        TaskCompletionSource news;
        lock (_lock)
        {
            change();
            (news, _news) = (_news, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }
        news.SetResult();
    }

    // JSON of these options has no line feeds, so one data line holds it.
    private static byte[] Write<T>(string name, string id, T data) =>
        Encoding.UTF8.GetBytes($"event: {name}\nid: {id}\ndata: {JsonSerializer.Serialize(data, RunJson.Options)}\n\n");
}

/// <summary>How far a reader of a feed has come.</summary>
internal readonly record struct FeedPlace(int States, long Progress);
