using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Npgsql;
using PerfGate.Adapters.Runs;
using PerfGate.Core;
using PerfGate.Core.Requests;
using PerfGate.Core.Runs;

namespace PerfGate.Adapters.Telemetry;

/// <summary>
/// Tells of runs: a span for each step, log records that bear the run's id, measurements. Spans are made where steps are
/// executed, never where an orchestration is replayed, so that none is told twice.
/// </summary>
public sealed partial class RunTracing(
    NpgsqlDataSource database,
    RunArtifacts artifacts,
    TimeProvider time,
    ILogger<RunTracing> log
)
{
    /// <summary>The span of a worker that carries a run from queue to end.</summary>
    public const string RunJob = "RunJob";

    /// <summary>The span of giving a run up.</summary>
    public const string Abandon = "Abandon";

    // Of a run that was given up, more is not worth a worker's time.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly RunOrigins _origins = new(database, log);

    /// <summary>The same steps, told of.</summary>
    /// <param name="steps">The steps.</param>
    /// <param name="cancellation">Theirs.</param>
    public IRunSteps Traced(IRunSteps steps, CancellationToken cancellation) =>
        new TracedSteps(steps, this, cancellation);

    /// <summary>Carries a run, with a span around all its steps.</summary>
    public async Task CarryAsync(Guid runId, Func<Task> carry, CancellationToken cancellation)
    {
        using var scope = BeginScope(runId);
        if (!RunTelemetry.IsHeard)
        {
            await carry();
            return;
        }
        var run = await _origins.FindAsync(runId, cancellation);
        using var span = RunTelemetry.Begin(RunJob, run, kind: ActivityKind.Consumer);
        await TellAsync(span, carry);
    }

    /// <summary>Gives a run up; its verdict is an error, unless it had ended before.</summary>
    public async Task AbandonAsync(Guid runId, Func<Task> abandon)
    {
        using var scope = BeginScope(runId);
        LogAbandoned(runId);
        if (!RunTelemetry.IsHeard)
        {
            await abandon();
            return;
        }
        var run = await _origins.ReadAsync(runId, CancellationToken.None);
        using var span = RunTelemetry.Begin(Abandon, run);
        await TellAsync(span, abandon);
        if (run.IsOpen)
        {
            CountVerdict(run, Verdict.Error);
            await TellRunnersAsync(run);
        }
        _origins.Forget(runId);
    }

    /// <summary>Executes a step.</summary>
    internal async Task<T> StepAsync<T>(
        string name,
        Guid runId,
        Func<RunOrigin, Task<T>> step,
        Action<Activity, T>? describe,
        CancellationToken cancellation
    )
    {
        using var scope = BeginScope(runId);
        var run = RunTelemetry.IsHeard ? await _origins.FindAsync(runId, cancellation) : new RunOrigin(runId);
        using var span = RunTelemetry.IsHeard ? RunTelemetry.Begin(name, run) : null;
        return await TellAsync(
            span,
            async () =>
            {
                var answer = await step(run);
                if (span is not null)
                {
                    describe?.Invoke(span, answer);
                }
                return answer;
            }
        );
    }

    /// <summary>Executes a step that only looks: nothing is told of one that saw nothing new.</summary>
    internal async Task<T> LookAsync<T>(
        string name,
        Guid runId,
        Func<RunOrigin, Task<T>> look,
        Func<T, bool> isNews,
        Action<Activity, T>? describe,
        CancellationToken cancellation
    )
    {
        using var scope = BeginScope(runId);
        if (!RunTelemetry.IsHeard)
        {
            return await look(new RunOrigin(runId));
        }
        var run = await _origins.FindAsync(runId, cancellation);
        var begun = time.GetUtcNow();
        try
        {
            T answer;
            using (RunTelemetry.Hush(name, run))
            {
                answer = await look(run);
            }
            if (isNews(answer))
            {
                using var span = RunTelemetry.Begin(name, run, begun);
                if (span is not null)
                {
                    describe?.Invoke(span, answer);
                }
            }
            return answer;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            using var span = RunTelemetry.Begin(name, run, begun);
            RunTelemetry.Fail(span, failure);
            throw;
        }
    }

    /// <summary>A run got its slot, or had it already.</summary>
    internal async Task GrantedAsync(RunOrigin run, CancellationToken cancellation)
    {
        if (run.Status != "queued")
        {
            return;
        }
        var now = await _origins.ReadAsync(run.Id, cancellation);
        if (now.StartedAt is not { } started)
        {
            return;
        }
        _origins.Keep(now);
        RunTelemetry.Started.Add(1, now.Tags);
        RunTelemetry.QueueDuration.Record((started - now.CreatedAt).TotalSeconds, now.Tags);
    }

    /// <summary>Records a run's result: what it measured of itself is told once, when that ends the run.</summary>
    internal async Task RecordAsync(Guid runId, Func<Task> record, CancellationToken cancellation)
    {
        if (!RunTelemetry.IsHeard)
        {
            await record();
            return;
        }
        var before = await _origins.ReadAsync(runId, cancellation);
        await record();
        if (!before.IsOpen || await ReadResultAsync(runId, cancellation) is not { } result)
        {
            return;
        }
        var (verdict, end) = (result.Verdict.Verdict, result.EndedAt);
        Activity.Current?.SetTag(TelemetryTags.Verdict, EnumText.Lower(verdict));
        Activity.Current?.SetTag(TelemetryTags.Engine, result.Engine);
        CountVerdict(before, verdict);
        if (before.StartedAt is { } started && end is { } ended)
        {
            var tags = before.Tags;
            tags.Add(TelemetryTags.Verdict, EnumText.Lower(verdict));
            RunTelemetry.RunDuration.Record((ended - started).TotalSeconds, tags);
        }
        // Two machines' clocks may be a little apart.
        if (before.RunnerStartedAt is { } ordered && result.StartedAt is { } load && load >= ordered)
        {
            RunTelemetry.RunnerStartDuration.Record((load - ordered).TotalSeconds, before.Tags);
        }
        LogEnded(runId, EnumText.Lower(verdict));
        await TellRunnersAsync(before, result, cancellation);
    }

    /// <summary>Nothing more will be told of a run.</summary>
    internal void Forget(Guid runId) => _origins.Forget(runId);

    private static void CountVerdict(RunOrigin run, Verdict verdict)
    {
        var tags = run.Tags;
        tags.Add(TelemetryTags.Verdict, EnumText.Lower(verdict));
        RunTelemetry.Verdicts.Add(1, tags);
    }

    /// <summary>The same of a run that was given up: its artifacts may be what is unwell, and are not waited for.</summary>
    private async Task TellRunnersAsync(RunOrigin run)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        try
        {
            if (UntoldRunners.AreHeard && await ReadResultAsync(run.Id, patience.Token) is { } result)
            {
                await TellRunnersAsync(run, result, patience.Token);
            }
        }
        catch (OperationCanceledException late)
        {
            LogUntold(late, run.Id);
        }
    }

    /// <summary>Tells the spans of runners that had no collector of their own.</summary>
    private async Task TellRunnersAsync(RunOrigin run, RunResult result, CancellationToken cancellation)
    {
        var segments = UntoldRunners.AreHeard ? result.Plan?.Segments ?? 1 : 0;
        try
        {
            for (var segment = 0; segment < segments; segment++)
            {
                if (await artifacts.ReadEndAsync(run.Id, segment, cancellation) is { } end)
                {
                    UntoldRunners.Tell(run, segment, end, time.GetUtcNow());
                }
            }
        }
        catch (Exception unwell) when (unwell is not OperationCanceledException)
        {
            LogUntold(unwell, run.Id);
        }
    }

    private async Task<RunResult?> ReadResultAsync(Guid runId, CancellationToken cancellation)
    {
        try
        {
            return await artifacts.ReadResultAsync(runId, cancellation);
        }
        catch (Exception unwell) when (unwell is not OperationCanceledException)
        {
            // It is recorded; that nothing is told of it does not undo that.
            LogUntold(unwell, runId);
            return null;
        }
    }

    private static Task<bool> TellAsync(Activity? span, Func<Task> work) =>
        TellAsync(
            span,
            async () =>
            {
                await work();
                return true;
            }
        );

    private static async Task<T> TellAsync<T>(Activity? span, Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            RunTelemetry.Fail(span, failure);
            throw;
        }
    }

    private IDisposable? BeginScope(Guid runId) =>
        log.BeginScope(new[] { new KeyValuePair<string, object?>(TelemetryTags.RunId, runId.ToString()) });

    [LoggerMessage(LogLevel.Information, "Run {RunId} ended: {Verdict}")]
    private partial void LogEnded(Guid runId, string verdict);

    [LoggerMessage(LogLevel.Warning, "Run {RunId} is given up")]
    private partial void LogAbandoned(Guid runId);

    [LoggerMessage(LogLevel.Information, "What run {RunId} left could not be read, and is not told")]
    private partial void LogUntold(Exception unwell, Guid runId);
}
