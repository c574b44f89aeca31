using System.Collections;
using Jint.Runtime;
using PerfGate.K6.Http;
using PerfGate.K6.Metrics;
using PerfGate.K6.Options;
using PerfGate.K6.Scripting;

namespace PerfGate.K6.Cli;

/// <summary>A script whose init code has been run once, and its options.</summary>
internal sealed class LoadedTest : IDisposable
{
    private LoadedTest(TestContext context, Vu first)
    {
        Context = context;
        First = first;
    }

    public TestContext Context { get; }

    /// <summary>The VU of setup, teardown and handleSummary.</summary>
    public Vu First { get; }

    /// <summary>Loads a script; on failure null and the exit code, the reason being in the log.</summary>
    public static (LoadedTest? Test, int ExitCode) Load(
        CommandLine line,
        ScriptLog log,
        SampleCollector collector,
        MetricRegistry registry,
        BuiltInMetrics metrics
    )
    {
        try
        {
            var context = new TestContext
            {
                Source = ScriptSource.Load(line.Script),
                Collector = collector,
                Registry = registry,
                Metrics = metrics,
                Log = log,
                Environment = Variables(line),
                Segment = SegmentTuple.Create(line.Last("execution-segment"), line.Last("execution-segment-sequence")),
            };
            return ScriptThread.Run(
                () =>
                {
                    var first = new Vu(context, 0);
                    first.Initialize();
                    return Configure(new LoadedTest(context, first), line, log);
                },
                "init"
            );
        }
        catch (Exception e) when (ScriptErrors.Describe(e) is { } description)
        {
            log.Error(description, ("hint", "script exception"), ("source", "stacktrace"));
            return (null, ExitCodes.ScriptException);
        }
        catch (TestAbortedException e)
        {
            log.Error(e.Message);
            return (null, ExitCodes.ScriptAborted);
        }
    }

    public void Dispose()
    {
        First.Dispose();
        Context.Dispose();
    }

    private static (LoadedTest? Test, int ExitCode) Configure(LoadedTest test, CommandLine line, ScriptLog log)
    {
        try
        {
            var options = ScriptOptions.Read(test.First, line);
            var missing = ScriptOptions.MissingFunctions(test.First, options).ToList();
            if (missing.Count > 0)
            {
                throw new ScriptException(
                    $"There were problems with the specified script configuration:\n\t- {string.Join("\n\t- ", missing)}"
                );
            }
            test.Context.Options = options;
            test.Context.Dialer = new Dialer(options);
            test.Context.Rate = options.RequestsPerSecond is { } rate ? new RequestRate(rate) : null;
            return (test, 0);
        }
        catch (Exception e) when (e is ScriptException or UsageException)
        {
            log.Error(
                $"could not initialize '{line.Script}': could not load JS test '{test.Context.Source.Main}': {e.Message}"
            );
            test.Dispose();
            return (null, ExitCodes.InvalidConfig);
        }
    }

    private static Dictionary<string, string> Variables(CommandLine line)
    {
        var variables = new Dictionary<string, string>();
        // k6 run gives scripts the system's variables unless told not to; inspect asks for them.
        if (line.Command == "run" || line.IsOn("include-system-env-vars"))
        {
            foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
            {
                variables[(string)variable.Key] = (string?)variable.Value ?? "";
            }
        }
        foreach (var (name, value) in line.Variables())
        {
            variables[name] = value;
        }
        return variables;
    }
}
