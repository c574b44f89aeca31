using System.Text.Json.Nodes;

namespace PerfGate.K6.Options;

/// <summary>The options of a test, read and checked.</summary>
public sealed record TestOptions
{
    /// <summary>The scenarios, by name.</summary>
    public IReadOnlyList<ScenarioOptions> Scenarios { get; init; } = [];

    /// <summary>Threshold definitions by metric selector, as the script wrote them.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<ThresholdOptions>> Thresholds { get; init; } =
        new Dictionary<string, IReadOnlyList<ThresholdOptions>>();

    /// <summary>Tags of all samples.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>System tags to put on samples; k6's defaults where not given.</summary>
    public IReadOnlySet<string> SystemTags { get; init; } = DefaultSystemTags;

    /// <summary>Statistics of trends in summaries.</summary>
    public IReadOnlyList<string> SummaryTrendStats { get; init; } = ["avg", "min", "med", "max", "p(90)", "p(95)"];

    /// <summary>Longest setup; default 60 s.</summary>
    public TimeSpan SetupTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Longest teardown; default 60 s.</summary>
    public TimeSpan TeardownTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Redirects followed; default 10.</summary>
    public int MaxRedirects { get; init; } = 10;

    /// <summary>Parallel requests of one batch; default 20.</summary>
    public int Batch { get; init; } = 20;

    /// <summary>Parallel requests of one batch to one host; default 6.</summary>
    public int BatchPerHost { get; init; } = 6;

    /// <summary>User agent; default names the engine.</summary>
    public string UserAgent { get; init; } = "PerfGateK6/0.1 (embedded)";

    /// <summary>Whether a failed request throws; default false.</summary>
    public bool Throw { get; init; }

    /// <summary>Whether bodies are thrown away unless a request says otherwise; default false.</summary>
    public bool DiscardResponseBodies { get; init; }

    /// <summary>Whether each request opens a connection; default false.</summary>
    public bool NoConnectionReuse { get; init; }

    /// <summary>Whether each iteration opens connections; default false.</summary>
    public bool NoVuConnectionReuse { get; init; }

    /// <summary>Whether cookies outlive an iteration; default false.</summary>
    public bool NoCookiesReset { get; init; }

    /// <summary>Whether any certificate will do; default false.</summary>
    public bool InsecureSkipTlsVerify { get; init; }

    /// <summary>Shortest iteration; an earlier end waits. Default none.</summary>
    public TimeSpan MinIterationDuration { get; init; }

    /// <summary>Host names (with or without port) that stand for addresses.</summary>
    public IReadOnlyDictionary<string, string> Hosts { get; init; } = new Dictionary<string, string>();

    /// <summary>Host names, or <c>*.</c> suffixes, that are refused.</summary>
    public IReadOnlyList<string> BlockHostnames { get; init; } = [];

    /// <summary>Whether the maximum of redirects was given, not left to the default.</summary>
    public bool IsMaxRedirectsSet { get; init; }

    /// <summary>Whether a name keeps the addresses that it led to at first (<c>dns.ttl</c> of <c>inf</c>); else they last five minutes.</summary>
    public bool IsDnsKept { get; init; }

    /// <summary>Addresses that are refused.</summary>
    public IReadOnlyList<System.Net.IPNetwork> BlacklistIPs { get; init; } = [];

    /// <summary>Most requests a second over all VUs; null for no limit.</summary>
    public double? RequestsPerSecond { get; init; }

    /// <summary>Whether setup() is left out.</summary>
    public bool NoSetup { get; init; }

    /// <summary>Whether teardown() is left out.</summary>
    public bool NoTeardown { get; init; }

    /// <summary>The options as the script wrote them, for <c>inspect</c> and <c>exec.test.options</c>.</summary>
    public JsonObject Source { get; init; } = [];

    /// <summary>k6's default system tags.</summary>
    public static IReadOnlySet<string> DefaultSystemTags { get; } =
        new HashSet<string>
        {
            "proto",
            "subproto",
            "status",
            "method",
            "url",
            "name",
            "group",
            "check",
            "error",
            "error_code",
            "tls_version",
            "scenario",
            "service",
            "expected_response",
        };
}

/// <summary>One threshold.</summary>
/// <param name="Expression">As the script wrote it.</param>
/// <param name="AbortOnFail">Whether crossing it ends the test.</param>
/// <param name="DelayAbortEval">How long it may be crossed at first.</param>
public sealed record ThresholdOptions(string Expression, bool AbortOnFail, TimeSpan DelayAbortEval);

/// <summary>One scenario; what its executor does not use is at its default.</summary>
public sealed record ScenarioOptions
{
    /// <summary>Its name, also its tag.</summary>
    public required string Name { get; init; }

    /// <summary>k6's executor name.</summary>
    public required string Executor { get; init; }

    /// <summary>Exported function; default <c>default</c>.</summary>
    public string Exec { get; init; } = "default";

    /// <summary>When it starts, after the test's start.</summary>
    public TimeSpan StartTime { get; init; }

    /// <summary>How long iterations may go on after its end; default 30 s.</summary>
    public TimeSpan GracefulStop { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long iterations of VUs that are ramped down may go on; default 30 s.</summary>
    public TimeSpan GracefulRampDown { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Its own environment variables.</summary>
    public IReadOnlyDictionary<string, string> Env { get; init; } = new Dictionary<string, string>();

    /// <summary>Its own tags.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>VUs (or, ramping, those at the start).</summary>
    public int Vus { get; init; } = 1;

    /// <summary>Iterations, in all or a VU.</summary>
    public long Iterations { get; init; } = 1;

    /// <summary>Length.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Longest time of the executors that count iterations; default 10 min.</summary>
    public TimeSpan MaxDuration { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Iterations started each <see cref="TimeUnit"/> (or, ramping, at the start).</summary>
    public double Rate { get; init; }

    /// <summary>What rates are counted in; default 1 s.</summary>
    public TimeSpan TimeUnit { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Arrival rates: VUs ready at the start.</summary>
    public int PreAllocatedVus { get; init; }

    /// <summary>Arrival rates: most VUs.</summary>
    public int MaxVus { get; init; }

    /// <summary>Ramps.</summary>
    public IReadOnlyList<(TimeSpan Duration, double Target)> Stages { get; init; } = [];

    /// <summary>Most VUs it can use at once.</summary>
    public int MostVus =>
        Executor switch
        {
            "ramping-vus" => (int)Math.Max(Vus, Stages.Max(stage => stage.Target)),
            "constant-arrival-rate" or "ramping-arrival-rate" => Math.Max(MaxVus, PreAllocatedVus),
            "shared-iterations" => (int)Math.Min(Vus, Iterations),
            _ => Vus,
        };

    /// <summary>When no new iteration starts any more, after its own start.</summary>
    public TimeSpan RegularDuration =>
        Executor switch
        {
            "shared-iterations" or "per-vu-iterations" => MaxDuration,
            "ramping-vus" or "ramping-arrival-rate" => TimeSpan.FromTicks(Stages.Sum(stage => stage.Duration.Ticks)),
            _ => Duration,
        };
}
