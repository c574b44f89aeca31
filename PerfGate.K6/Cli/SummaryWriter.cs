using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Jint;
using Jint.Native;
using Jint.Native.Json;
using PerfGate.K6.Metrics;
using PerfGate.K6.Scripting;
using PerfGate.K6.Summary;

namespace PerfGate.K6.Cli;

/// <summary>The end of a test: <c>--summary-export</c>, handleSummary(), or the text on the console.</summary>
internal sealed class SummaryWriter(
    CommandLine line,
    ScriptLog log,
    LoadedTest test,
    MetricEngine engine,
    ThresholdWatch thresholds,
    TimeSpan elapsed
)
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        IndentSize = 4,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public async Task WriteAsync()
    {
        var data = new SummaryData(engine, thresholds, test.Context.Options, elapsed);
        if (line.Last("summary-export") is { Length: > 0 } file)
        {
            await File.WriteAllTextAsync(file, data.ForExport().ToJsonString(Indented));
        }
        if (line.IsOn("no-summary"))
        {
            return;
        }
        if (test.First.Exports!.Get("handleSummary") is Jint.Native.Function.Function && await HandledAsync(data))
        {
            return;
        }
        await Console.Out.WriteAsync(SummaryText.Render(engine, thresholds, test.Context.Options, elapsed));
    }

    private async Task<bool> HandledAsync(SummaryData data)
    {
        var setupData = test.Context.SetupData is { } json ? JsonNode.Parse(json) : null;
        try
        {
            test.First.Rearm();
            var argument = new JsonParser(test.First.Engine).Parse(data.ForHandleSummary(setupData).ToJsonString());
            var result = test.First.RunFunction("handleSummary", [argument]);
            if (result.IsUndefined() || result.IsNull())
            {
                // Without a result of its own, k6 prints its text.
                return false;
            }
            foreach (var (target, content) in JintValues.Members(result))
            {
                await WriteAsync(target, content);
            }
            return true;
        }
        catch (Exception e) when (ScriptErrors.Describe(e) is { } description)
        {
            log.Error(description, ("hint", "script exception"), ("source", "stacktrace"));
            return false;
        }
    }

    private static async Task WriteAsync(string target, JsValue content)
    {
        if (target is "stdout" or "stderr")
        {
            await (target == "stdout" ? Console.Out : Console.Error).WriteAsync(content.ToString());
        }
        else if (JintValues.Bytes(content) is { } bytes)
        {
            await File.WriteAllBytesAsync(target, bytes);
        }
        else
        {
            await File.WriteAllTextAsync(target, content.ToString());
        }
    }
}
