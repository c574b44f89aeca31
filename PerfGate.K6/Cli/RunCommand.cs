using System.Diagnostics;
using PerfGate.K6.Executors;
using PerfGate.K6.Metrics;
using PerfGate.K6.Output;
using PerfGate.K6.Scripting;

namespace PerfGate.K6.Cli;

/// <summary><c>run</c>: init, setup, load, teardown, summary; k6's exit codes.</summary>
internal sealed class RunCommand(CommandLine line, ScriptLog log)
{
    private readonly MetricEngine _engine = new();
    private readonly MetricRegistry _registry = new();
    private readonly List<ISampleOutput> _outputs = [];

    public async Task<int> RunAsync()
    {
        _outputs.Add(_engine);
        var collector = new SampleCollector(_outputs, TimeProvider.System);
        var (test, problem) = LoadedTest.Load(line, log, collector, _registry, new BuiltInMetrics(_registry));
        if (test is null)
        {
            return problem;
        }
        using (test)
        {
            ThresholdWatch thresholds;
            try
            {
                thresholds = new ThresholdWatch(test.Context.Options.Thresholds, _registry, _engine);
                OpenOutputs();
            }
            catch (Exception e) when (e is ScriptException or IOException or UnauthorizedAccessException)
            {
                log.Error(e.Message);
                return ExitCodes.InvalidConfig;
            }
            return await RunAsync(test, thresholds, collector);
        }
    }

    private async Task<int> RunAsync(LoadedTest test, ThresholdWatch thresholds, SampleCollector collector)
    {
        var context = test.Context;
        using var pool = new VuPool(context);
        try
        {
            pool.Prepare(Scheduler.PlannedVus(context.Options, context.Segment));
        }
        catch (AggregateException e) when (ScriptErrors.Describe(e.InnerExceptions[0]) is { } description)
        {
            log.Error(description, ("hint", "script exception"), ("source", "stacktrace"));
            return ExitCodes.ScriptException;
        }
        await Task.Run(WarmUp.Run);
        var collecting = CollectAsync(context, collector);
        using var signals = new StopSignals(context);
        using var memory = new MemoryGuard(context);
        context.StartedAt = Stopwatch.GetTimestamp();
        var exitCode = await LoadAsync(test, thresholds, pool);
        var elapsed = Stopwatch.GetElapsedTime(context.StartedAt);
        collector.Complete();
        await collecting;
        CloseOutputs(context);
        thresholds.Finish(elapsed);
        await new SummaryWriter(line, log, test, _engine, thresholds, elapsed).WriteAsync();
        return Judge(context, thresholds, exitCode);
    }

    /// <summary>Carries samples to the outputs; where one fails, the test must not go on unseen.</summary>
    private static async Task CollectAsync(TestContext context, SampleCollector collector)
    {
        await Task.Yield();
        try
        {
            await collector.RunAsync();
        }
        catch (IOException e)
        {
            context.Abort($"an output failed: {e.Message}", ExitCodes.EngineFault);
        }
    }

    private static async Task<int> LoadAsync(LoadedTest test, ThresholdWatch thresholds, VuPool pool)
    {
        var context = test.Context;
        var stages = new SetupStages(test);
        var setUp = await stages.SetUpAsync();
        if (setUp == 0)
        {
            using var watch = new RunWatch(context, thresholds);
            var scheduling = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var thread = new Thread(() =>
            {
                new Scheduler(context, pool).Run();
                scheduling.SetResult();
            });
            thread.Start();
            await scheduling.Task;
            await watch.StopAsync();
            var tornDown = await stages.TearDownAsync();
            return tornDown;
        }
        return setUp;
    }

    private int Judge(TestContext context, ThresholdWatch thresholds, int exitCode)
    {
        var crossed = thresholds
            .Thresholds.Where(threshold => threshold.Crossed)
            .Select(threshold => threshold.MetricName)
            .Distinct()
            .ToList();
        if (context.Abortion is { } abortion)
        {
            log.Error(abortion.Message);
            return abortion.ExitCode;
        }
        if (exitCode != 0)
        {
            return exitCode;
        }
        if (crossed.Count > 0)
        {
            log.Error(
                $"thresholds on metrics '{string.Join(", ", crossed.Order(StringComparer.Ordinal))}' have been crossed"
            );
            return ExitCodes.ThresholdsCrossed;
        }
        if (context.MarkedAsFailed)
        {
            log.Error("test run was marked as failed");
            return ExitCodes.MarkedAsFailed;
        }
        return ExitCodes.Ok;
    }

    private void CloseOutputs(TestContext context)
    {
        foreach (var output in _outputs.OfType<IDisposable>())
        {
            try
            {
                output.Dispose();
            }
            catch (IOException e)
            {
                context.Abort($"an output failed: {e.Message}", ExitCodes.EngineFault);
            }
        }
    }

    private void OpenOutputs()
    {
        foreach (var output in line.All("out"))
        {
            var cut = output.IndexOf('=', StringComparison.Ordinal);
            var (type, target) = cut < 0 ? (output, "") : (output[..cut], output[(cut + 1)..]);
            if (type != "csv")
            {
                throw new ScriptException(
                    $"the output '{type}' is not supported by the embedded engine (csv is); install k6"
                );
            }
            _outputs.Add(
                new CsvOutput(
                    Open(target.Length == 0 ? "file.csv" : target),
                    Environment.GetEnvironmentVariable("K6_CSV_TIME_FORMAT")
                )
            );
        }
    }

    private static Stream Open(string target)
    {
        if (target == "-")
        {
            return Console.OpenStandardOutput();
        }
        // A named pipe is there already: it must not be made anew, and opening it waits for its reader.
        var mode =
            File.Exists(target) && !OperatingSystem.IsWindows() && !IsPlainFile(target)
                ? FileMode.Open
                : FileMode.Create;
        var file = new FileStream(target, mode, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        return target.EndsWith(".gz", StringComparison.Ordinal)
            ? new System.IO.Compression.GZipStream(file, System.IO.Compression.CompressionLevel.Fastest)
            : file;
    }

    private static bool IsPlainFile(string path) =>
        (File.GetAttributes(path) & (FileAttributes.Normal | FileAttributes.Archive)) != 0
        && new FileInfo(path).Length > 0;
}
