using System.Text.Encodings.Web;
using System.Text.Json;
using PerfGate.Core.Requests;
using PerfGate.K6.Executors;
using PerfGate.K6.Metrics;
using PerfGate.K6.Options;
using PerfGate.K6.Scripting;

namespace PerfGate.K6.Cli;

/// <summary><c>inspect</c>: runs the init code and prints the options, and what the load would need.</summary>
internal sealed class InspectCommand(CommandLine line, ScriptLog log)
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public async Task<int> RunAsync()
    {
        var registry = new MetricRegistry();
        var engine = new MetricEngine();
        var collector = new SampleCollector([engine], TimeProvider.System);
        var (test, problem) = LoadedTest.Load(line, log, collector, registry, new BuiltInMetrics(registry));
        if (test is null)
        {
            return problem;
        }
        using (test)
        {
            var options = test.Context.Options;
            try
            {
                _ = new ThresholdWatch(options.Thresholds, registry, engine);
            }
            catch (ScriptException e)
            {
                log.Error(e.Message);
                return ExitCodes.InvalidConfig;
            }
            var json = options.Source.DeepClone().AsObject();
            if (line.IsOn("execution-requirements"))
            {
                json["totalDuration"] = DurationText.Format(Scheduler.LongestDuration(options));
                json["maxVUs"] = Scheduler.MostVus(options, test.Context.Segment);
            }
            await Console.Out.WriteLineAsync(json.ToJsonString(Indented));
            return 0;
        }
    }
}
