using System.ComponentModel;
using System.Text;
using PerfGate.Core.K6Output;
using PerfGate.Core.Requests;
using PerfGate.Core.Runners;
using PerfGate.Core.Sensitive;
using PerfGate.Core.Thresholds;
using PerfGate.Runner.Artifacts;
using PerfGate.Runner.Engines;
using PerfGate.Runner.Load;
using PerfGate.Runner.Telemetry;

namespace PerfGate.Runner;

/// <summary>Makes the load of one segment, once: script, engine, samples, end.</summary>
/// <param name="order">What to do.</param>
/// <param name="parts">Takes the parts of it.</param>
/// <param name="artifacts">Where the run's artifacts are.</param>
/// <param name="stopping">Reasons to stop early.</param>
/// <param name="folder">A private folder, deleted afterwards.</param>
/// <param name="time">The clock.</param>
internal sealed class SegmentLoad(
    RunnerOrder order,
    RunnerParts parts,
    IRunArtifacts artifacts,
    StopReasons stopping,
    string folder,
    TimeProvider time
)
{
    private readonly EngineLog _log = new();
    private readonly string _script = Path.Combine(folder, ArtifactNames.Script);
    private readonly string _summary = Path.Combine(folder, "summary.json");
    private readonly Dictionary<string, string> _environment = EngineCommand.Environment(order, folder);
    private string _engineName = "";

    /// <summary>
    /// The end record; null where another runner of this segment was faster to begin, or nobody is left to begin for.
    /// </summary>
    public async Task<RunnerEnd?> RunAsync()
    {
        var (engine, problem) = Engine.Find(order.Engine);
        if (engine is null)
        {
            return End(RunnerEndCause.NotStarted, problem);
        }
        var missing = order.Secrets.Where(name => EngineCommand.Secret(name) is null).ToList();
        if (missing.Count > 0)
        {
            var variables = missing.Select(name => SecretReferences.Prefix + name);
            return End(RunnerEndCause.SecretMissing, $"set {string.Join(", ", variables)} where PerfGate runs.");
        }
        SensitiveText.Conceal(
            new Concealment(
                order.Secrets.Select(name => EngineCommand.Secret(name)!),
                order.Strip,
                new[] { order.TargetHost, order.Target?.Host }.OfType<string>()
            )
        );
        var look = await TargetCheck.LookAsync(order, time);
        if (look.Problem is { } refused)
        {
            return End(RunnerEndCause.TargetRefused, refused);
        }
        EngineCommand.Pin(_environment, order, look.Only);
        if (await artifacts.ReadAsync(ArtifactNames.Script, CancellationToken.None) is not { } script)
        {
            return End(RunnerEndCause.NotStarted, $"The artifact {ArtifactNames.Script} is absent.");
        }
        await File.WriteAllBytesAsync(_script, script);
        try
        {
            return await RefusalAsync(engine) ?? await ApplyAsync(engine);
        }
        catch (Win32Exception e)
        {
            return End(RunnerEndCause.NotStarted, $"{engine.Command[0]} could not be started: {e.Message}");
        }
    }

    /// <summary>Why there is nothing to run; null where the engine takes the script.</summary>
    private async Task<RunnerEnd?> RefusalAsync(Engine engine)
    {
        using var part = parts.Begin(RunnerSpans.CheckScript);
        var version = await EngineCheck.RunAsync([.. engine.Command, "version"], folder, _environment, time);
        if (version.ExitCode != 0)
        {
            return End(RunnerEndCause.NotStarted, $"{engine.Command[0]} does not run: {version.Output.Trim()}");
        }
        _engineName = engine.Describe(version.Output);

        var check = await EngineCheck.RunAsync(
            [.. engine.Command, .. EngineCommand.Inspect(order, _script)],
            folder,
            _environment,
            time
        );
        if (check.ExitCode == 0)
        {
            return null;
        }
        foreach (var line in check.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            _log.Add(line);
        }
        await artifacts.WriteOnceAsync(ArtifactNames.Log(order.Segment), _log.ToUtf8(), CancellationToken.None);
        var detail = check.ExitCode is null
            ? FormattableString.Invariant($"its init code did not end within {EngineCheck.Patience.TotalSeconds} s")
            : _log.LastError;
        return End(RunnerEndCause.ScriptRejected, detail) with { ExitCode = check.ExitCode };
    }

    private async Task<RunnerEnd?> ApplyAsync(Engine engine)
    {
        var mayBegin =
            order.StartBy is not { } startBy || await StartBarrier.PassAsync(order, startBy, artifacts, stopping, time);
        if (stopping.First.IsCompleted)
        {
            var early = await stopping.First;
            if (early.Cause == RunnerEndCause.Lost)
            {
                // No load has begun: whoever comes after the one who is gone may start anew, which an end record would forbid.
                return null;
            }
            return End(early.Cause, early.Detail);
        }
        if (!mayBegin)
        {
            return End(
                RunnerEndCause.NotStarted,
                FormattableString.Invariant(
                    $"segment {order.Segment} was ready, and not all of the {order.Segments} segments were until {order.StartBy:u}."
                )
            );
        }
        // From here on load may have been made: the series' existence says so.
        if (!await artifacts.CreateSeriesAsync(ArtifactNames.Series(order.Segment), CancellationToken.None))
        {
            return null;
        }
        using var part = parts.Begin(RunnerSpans.ApplyLoad);
        var condenser = new Condenser(steady: new SteadySeconds(time));
        await using var samples = SamplePipe.Create(folder, condenser, time);
        var startedAt = time.GetUtcNow();
        using var process = await EngineProcess.StartAsync(
            [.. engine.Command, .. EngineCommand.Run(order, _script, samples.Path, _summary)],
            folder,
            _environment,
            _log.Add
        );
        try
        {
            return await WatchAsync(process, samples, condenser) with { StartedAt = startedAt };
        }
        finally
        {
            process.Kill();
        }
    }

    private async Task<RunnerEnd> WatchAsync(EngineProcess process, SamplePipe samples, Condenser condenser)
    {
        using var ended = new CancellationTokenSource();
        var series = new SeriesWriter(artifacts, ArtifactNames.Series(order.Segment), condenser, time)
        {
            Closed = EndWhereTheTargetHurts(),
        };
        var writing = StopOnFaultAsync(series.RunAsync(ended.Token), "The series could not be written");
        var reading = StopOnFaultAsync(samples.Reading, "The engine's samples could not be read");
        var machine = new MachineSampler(process.Id, order.TargetHost, time);
        var sampling = machine.RunAsync(ended.Token);

        StopReason? stopped = null;
        if (await Task.WhenAny(process.Exited, stopping.First) == stopping.First)
        {
            stopped = await stopping.First;
            await process.StopAsync(stopped.Grace, time);
        }
        var exitCode = await process.Exited;
        var endedAt = time.GetUtcNow();

        await samples.FinishAsync();
        await ended.CancelAsync();
        await Task.WhenAll(writing, reading, sampling);
        await series.FinishAsync(CancellationToken.None);
        if (File.Exists(_summary) && SummarySecrets.TryStrip(await File.ReadAllBytesAsync(_summary), out var summary))
        {
            await artifacts.WriteOnceAsync(ArtifactNames.Summary(order.Segment), summary, CancellationToken.None);
        }
        await artifacts.WriteOnceAsync(ArtifactNames.Log(order.Segment), _log.ToUtf8(), CancellationToken.None);
        return EngineEnd.Of(exitCode, stopped, samples.Problem, _log) with
        {
            Engine = _engineName,
            EndedAt = endedAt,
            LoadGenerator = machine.Stats(),
        };
    }

    private Action<SecondRecord>? EndWhereTheTargetHurts()
    {
        if (order.EarlyStop is not { } bounds)
        {
            return null;
        }
        var watch = new EarlyStopWatch(bounds);
        return record =>
        {
            if (watch.Add(record) is { } early)
            {
                stopping.Stop(early);
            }
        };
    }

    /// <summary>Load that nobody can see any more is stopped.</summary>
    private async Task StopOnFaultAsync(Task work, string failure)
    {
        try
        {
            await work;
        }
        catch (Exception e)
        {
            stopping.Stop(
                new StopReason(
                    RunnerEndCause.RunnerFault,
                    SensitiveText.Strip($"{failure}: {e.Message}", 1000),
                    StopReasons.Grace
                )
            );
        }
    }

    private RunnerEnd End(RunnerEndCause cause, string? detail) =>
        new()
        {
            Engine = _engineName,
            Cause = cause,
            Detail = detail is null ? null : SensitiveText.Strip(detail, 1000),
            EndedAt = time.GetUtcNow(),
        };
}
