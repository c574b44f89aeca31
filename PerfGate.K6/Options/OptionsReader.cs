using System.Globalization;
using System.Text.Json.Nodes;
using PerfGate.Core.Requests;

namespace PerfGate.K6.Options;

/// <summary>Reads k6 options from JSON. What is unknown or would change the measurement without being supported is refused.</summary>
public static class OptionsReader
{
    private static readonly HashSet<string> Ignored =
    [
        "cloud",
        "ext",
        "summaryTimeUnit",
        "handleSummaryTimeout",
        "noUsageReport",
        "linger",
        "paused",
        "metricSamplesBufferSize",
        "httpDebug",
        "features",
    ];

    private static readonly HashSet<string> Unsupported = ["tlsAuth", "tlsCipherSuites", "tlsVersion", "localIPs"];

    /// <summary>Reads them.</summary>
    /// <exception cref="ScriptException">An option is unknown, unsupported, or of a wrong form.</exception>
    public static TestOptions Read(JsonObject source)
    {
        foreach (var (name, value) in source)
        {
            if (Unsupported.Contains(name) && value is not null)
            {
                throw new ScriptException($"the option '{name}' is not supported by the embedded engine; install k6");
            }
        }
        var fields = new OptionFields(source, "options");
        var options = new TestOptions
        {
            Source = source,
            Scenarios = ScenarioReader.Read(fields),
            Thresholds = Thresholds(source["thresholds"] as JsonObject),
            Tags = fields.Texts("tags"),
            SystemTags = fields.TextList("systemTags") is { } tags ? tags.ToHashSet() : TestOptions.DefaultSystemTags,
            SummaryTrendStats = fields.TextList("summaryTrendStats") ?? new TestOptions().SummaryTrendStats,
            SetupTimeout = fields.Duration("setupTimeout", TimeSpan.FromSeconds(60)),
            TeardownTimeout = fields.Duration("teardownTimeout", TimeSpan.FromSeconds(60)),
            MaxRedirects = fields.Whole("maxRedirects", 10),
            Batch = fields.Whole("batch", 20),
            BatchPerHost = fields.Whole("batchPerHost", 6),
            UserAgent = fields.Text("userAgent") ?? new TestOptions().UserAgent,
            Throw = fields.Flag("throw"),
            DiscardResponseBodies = fields.Flag("discardResponseBodies"),
            NoConnectionReuse = fields.Flag("noConnectionReuse"),
            NoVuConnectionReuse = fields.Flag("noVUConnectionReuse"),
            NoCookiesReset = fields.Flag("noCookiesReset"),
            InsecureSkipTlsVerify = fields.Flag("insecureSkipTLSVerify"),
            MinIterationDuration = fields.Duration("minIterationDuration", TimeSpan.Zero),
            Hosts = fields.Texts("hosts"),
            IsMaxRedirectsSet = fields.Has("maxRedirects"),
            IsDnsKept = KeepsNames(fields.Node("dns") as JsonObject),
            BlacklistIPs = [.. (fields.TextList("blacklistIPs") ?? []).Select(Network)],
            RequestsPerSecond = fields.Has("rps") && fields.Number("rps", 0) is > 0 and var rate ? rate : null,
            NoSetup = fields.Flag("noSetup"),
            NoTeardown = fields.Flag("noTeardown"),
            BlockHostnames = fields.TextList("blockHostnames") ?? [],
        };
        fields.RefuseOthers(Ignored.Concat(Unsupported).Append("thresholds"));
        return options;
    }

    private static Dictionary<string, IReadOnlyList<ThresholdOptions>> Thresholds(JsonObject? source)
    {
        var thresholds = new Dictionary<string, IReadOnlyList<ThresholdOptions>>();
        foreach (var (selector, list) in source ?? [])
        {
            thresholds[selector] = list switch
            {
                JsonArray several => [.. several.Select(Threshold)],
                null => [],
                _ => [Threshold(list)],
            };
        }
        return thresholds;
    }

    // Of k6's dns only whether names are ever asked for again: an address is chosen at random, IPv4 first.
    private static bool KeepsNames(JsonObject? dns) =>
        dns?["ttl"] is JsonValue value && value.TryGetValue<string>(out var ttl) && ttl == "inf";

    private static System.Net.IPNetwork Network(string text) =>
        System.Net.IPNetwork.TryParse(text, out var network) ? network
        : System.Net.IPAddress.TryParse(text, out var address)
            ? new System.Net.IPNetwork(
                address,
                address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? 32 : 128
            )
        : throw new ScriptException($"blacklistIPs: '{text}' is no address and no network");

    private static ThresholdOptions Threshold(JsonNode? node)
    {
        if (node is JsonObject described)
        {
            var fields = new OptionFields(described, "threshold");
            return new ThresholdOptions(
                fields.Text("threshold") ?? throw new ScriptException("a threshold has no 'threshold' expression"),
                fields.Flag("abortOnFail"),
                fields.Duration("delayAbortEval", TimeSpan.Zero)
            );
        }
        return node is JsonValue value && value.TryGetValue<string>(out var text)
            ? new ThresholdOptions(text, false, TimeSpan.Zero)
            : throw new ScriptException("a threshold must be a text or an object");
    }
}

/// <summary>The members of one options object, each read once in its form.</summary>
internal sealed class OptionFields(JsonObject source, string path)
{
    private readonly HashSet<string> _read = [];

    public JsonNode? Node(string name)
    {
        _read.Add(name);
        return source[name];
    }

    public bool Has(string name) => source[name] is not null;

    public string? Text(string name) =>
        Node(name) switch
        {
            null => null,
            JsonValue value when value.TryGetValue<string>(out var text) => text,
            _ => throw Wrong(name, "a text"),
        };

    public bool Flag(string name) =>
        Node(name) switch
        {
            null => false,
            JsonValue value when value.TryGetValue<bool>(out var flag) => flag,
            _ => throw Wrong(name, "true or false"),
        };

    public double Number(string name, double fallback) =>
        Node(name) switch
        {
            null => fallback,
            JsonValue value when value.TryGetValue<double>(out var number) => number,
            _ => throw Wrong(name, "a number"),
        };

    public int Whole(string name, int fallback)
    {
        var number = Number(name, fallback);
        return number == Math.Floor(number) && Math.Abs(number) <= int.MaxValue
            ? (int)number
            : throw Wrong(name, "a whole number");
    }

    public TimeSpan Duration(string name, TimeSpan fallback) =>
        Node(name) switch
        {
            null => fallback,
            JsonValue value when value.TryGetValue<double>(out var milliseconds) => TimeSpan.FromMilliseconds(
                milliseconds
            ),
            JsonValue value
                when value.TryGetValue<string>(out var text) && DurationText.TryParse(text, out var duration) =>
                duration,
            _ => throw Wrong(name, "a duration such as 30s"),
        };

    public Dictionary<string, string> Texts(string name) =>
        Node(name) switch
        {
            null => [],
            JsonObject texts => texts.ToDictionary(
                text => text.Key,
                text =>
                    text.Value is JsonValue value && value.TryGetValue<string>(out var plain)
                        ? plain
                        : Convert.ToString(text.Value?.ToJsonString(), CultureInfo.InvariantCulture) ?? ""
            ),
            _ => throw Wrong(name, "an object of texts"),
        };

    public List<string>? TextList(string name) =>
        Node(name) switch
        {
            null => null,
            JsonArray list when list.All(item => item is JsonValue value && value.TryGetValue<string>(out _)) =>
            [
                .. list.Select(item => item!.GetValue<string>()),
            ],
            _ => throw Wrong(name, "a list of texts"),
        };

    /// <summary>Whatever nobody read is a spelling mistake, or an option of a k6 that this engine does not know.</summary>
    public void RefuseOthers(IEnumerable<string> ignored)
    {
        var others = source
            .Where(field => field.Value is not null)
            .Select(field => field.Key)
            .Except(_read)
            .Except(ignored)
            .ToList();
        if (others.Count > 0)
        {
            throw new ScriptException($"{path}: '{others[0]}' is no option the embedded engine knows");
        }
    }

    private ScriptException Wrong(string name, string expected) => new($"{path}: '{name}' must be {expected}");
}
