using System.Text.Json.Nodes;
using Jint.Native;
using Jint.Native.Json;
using PerfGate.K6.Options;
using PerfGate.K6.Scripting;

namespace PerfGate.K6.Cli;

/// <summary>The options of a test: what the script exports, over that K6_ variables, over that flags.</summary>
internal static class ScriptOptions
{
    private static readonly string[] Execution = ["duration", "iterations", "stages", "scenarios"];

    private static readonly (string Variable, string Option, Func<string, JsonNode> Read)[] Variables =
    [
        ("K6_VUS", "vus", Number),
        ("K6_ITERATIONS", "iterations", Number),
        ("K6_DURATION", "duration", Text),
        ("K6_STAGES", "stages", text => new JsonArray([.. text.Split(',').Select(CommandLine.Stage)])),
        ("K6_BATCH", "batch", Number),
        ("K6_BATCH_PER_HOST", "batchPerHost", Number),
        ("K6_RPS", "rps", Number),
        ("K6_MAX_REDIRECTS", "maxRedirects", Number),
        ("K6_USER_AGENT", "userAgent", Text),
        ("K6_SETUP_TIMEOUT", "setupTimeout", Text),
        ("K6_TEARDOWN_TIMEOUT", "teardownTimeout", Text),
        ("K6_NO_CONNECTION_REUSE", "noConnectionReuse", Flag),
        ("K6_NO_VU_CONNECTION_REUSE", "noVUConnectionReuse", Flag),
        ("K6_NO_COOKIES_RESET", "noCookiesReset", Flag),
        ("K6_NO_SETUP", "noSetup", Flag),
        ("K6_NO_TEARDOWN", "noTeardown", Flag),
        ("K6_THROW", "throw", Flag),
        ("K6_DISCARD_RESPONSE_BODIES", "discardResponseBodies", Flag),
        ("K6_INSECURE_SKIP_TLS_VERIFY", "insecureSkipTLSVerify", Flag),
        ("K6_MIN_ITERATION_DURATION", "minIterationDuration", Text),
        ("K6_SUMMARY_TREND_STATS", "summaryTrendStats", List),
        ("K6_SYSTEM_TAGS", "systemTags", List),
        ("K6_BLOCK_HOSTNAMES", "blockHostnames", List),
        ("K6_BLACKLIST_IPS", "blacklistIPs", List),
    ];

    /// <summary>Reads and merges them.</summary>
    /// <exception cref="ScriptException">They cannot be used.</exception>
    public static TestOptions Read(Vu vu, CommandLine line)
    {
        var options = Exported(vu);
        Apply(options, FromEnvironment());
        Apply(options, line.Options());
        if (line.IsOn("no-thresholds"))
        {
            options.Remove("thresholds");
        }
        // Read anew: numbers then are all of one kind, wherever they came from.
        return OptionsReader.Read(JsonNode.Parse(options.ToJsonString())!.AsObject());
    }

    /// <summary>Problems of scenarios that name functions the script does not export.</summary>
    public static IEnumerable<string> MissingFunctions(Vu vu, TestOptions options) =>
        options
            .Scenarios.Where(scenario => vu.Exports!.Get(scenario.Exec) is not Jint.Native.Function.Function)
            .Select(scenario => $"executor {scenario.Name}: function '{scenario.Exec}' not found in exports");

    private static JsonObject Exported(Vu vu)
    {
        var exported = vu.Exports!.Get("options");
        if (exported.IsNothing())
        {
            return [];
        }
        var json = new JsonSerializer(vu.Engine).Serialize(exported);
        return JsonNode.Parse(json.ToString()) as JsonObject ?? throw new ScriptException("options must be an object");
    }

    // A layer that says how long or how much takes the place of all such settings below it.
    private static void Apply(JsonObject options, JsonObject layer)
    {
        if (Execution.Any(layer.ContainsKey))
        {
            foreach (var name in Execution)
            {
                options.Remove(name);
            }
        }
        else if (layer.ContainsKey("vus"))
        {
            options.Remove("scenarios");
        }
        foreach (var (name, value) in layer)
        {
            if (name == "tags" && options["tags"] is JsonObject tags && value is JsonObject more)
            {
                foreach (var (tag, text) in more)
                {
                    tags[tag] = text?.DeepClone();
                }
                continue;
            }
            options[name] = value?.DeepClone();
        }
    }

    private static JsonObject FromEnvironment()
    {
        var options = new JsonObject();
        foreach (var (variable, option, read) in Variables)
        {
            if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text)
            {
                options[option] = read(text);
            }
        }
        return options;
    }

    private static JsonNode Text(string text) => text;

    private static JsonNode Flag(string text) => text is "true" or "1";

    private static JsonNode Number(string text) =>
        long.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new ScriptException($"'{text}' is no whole number");

    private static JsonArray List(string text) =>
        new JsonArray([.. text.Split(',').Select(item => (JsonNode)item.Trim())]);
}
