using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;
using PerfGate.Core.Runners;

namespace PerfGate.Runner.Engines;

/// <summary>k6's command line and environment, as k6 v0.49 to v2 and the embedded engine understand them alike.</summary>
internal static class EngineCommand
{
    /// <summary>What of the runner's environment the engine may see: nothing that could be a secret or an option of k6.</summary>
    private static readonly string[] Inherited =
    [
        "PATH",
        "LANG",
        "TZ",
        "SystemRoot",
        "TEMP",
        "TMP",
        "TMPDIR",
        "DOTNET_ROOT",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "NO_PROXY",
        "http_proxy",
        "https_proxy",
        "no_proxy",
    ];

    /// <summary>
    /// The tags that something is made of here. Of k6's own set <c>url</c>, <c>proto</c>, <c>subproto</c>, <c>tls_version</c> and
    /// <c>service</c> are not: each would be a column of every sample, and <c>url</c> a time series for every address.
    /// </summary>
    private const string SystemTags = "name,method,status,error,error_code,check,group,scenario,expected_response";

    // Of the memory there is, of the container where there is one: what an engine may use, and what the embedded one cannot get beyond.
    private const double MemoryShare = 0.6;
    private const double MostMemoryShare = 0.75;

    // What Azure leaves in place where it could not read the vault: it must not go to a target as if it were the secret.
    private const string UnreadVaultReference = "@Microsoft.KeyVault(";

    /// <summary>The value of a secret; null where it has none.</summary>
    public static string? Secret(string name) =>
        System.Environment.GetEnvironmentVariable(SecretReferences.Prefix + name) is { Length: > 0 } value
        && !value.StartsWith(UnreadVaultReference, StringComparison.OrdinalIgnoreCase)
            ? value
            : null;

    /// <summary>Executes the script's init code and says what it would need, without any load.</summary>
    public static IReadOnlyList<string> Inspect(RunnerOrder order, string script) =>
        ["inspect", "--execution-requirements", "--include-system-env-vars", .. Variables(order), script];

    /// <summary>Applies the load.</summary>
    public static IReadOnlyList<string> Run(RunnerOrder order, string script, string samples, string summary) =>
        [
            "run",
            "--out",
            $"csv={samples}",
            "--summary-export",
            summary,
            "--quiet",
            "--no-color",
            "--no-usage-report",
            // k6 before v2 serves its REST API on a fixed port unless the address is empty.
            "--address=",
            "--system-tags",
            SystemTags,
            .. Targets(order),
            .. Segment(order),
            .. Variables(order),
            script,
        ];

    /// <summary>The engine's environment: the script's variables, and settings that keep k6 from looking elsewhere.</summary>
    public static Dictionary<string, string> Environment(RunnerOrder order, string home)
    {
        var environment = new Dictionary<string, string>();
        foreach (var name in Inherited)
        {
            if (System.Environment.GetEnvironmentVariable(name) is { } value)
            {
                environment[name] = value;
            }
        }
        // Variables may be secrets, and command lines are there for all to read: the environment carries them.
        foreach (var (name, value) in order.ScriptEnvironment.Where(variable => !IsOption(variable.Key)))
        {
            environment[name] = value;
        }
        foreach (var name in order.Secrets)
        {
            if (Secret(name) is { } value)
            {
                environment[SecretReferences.Prefix + name] = value;
            }
        }
        if (order.Targets?.Hosts is { } hosts)
        {
            // The script follows redirects as far as these.
            environment["PERFGATE_TARGETS"] = string.Join(';', hosts.Select(TargetRules.NormalRule));
        }
        // k6 reads a user's config.json below the home folder.
        environment["HOME"] = home;
        environment["K6_AUTO_EXTENSION_RESOLUTION"] = "false";
        environment["K6_BINARY_PROVISIONING"] = "false";
        // Samples are written while the processor's caches still hold them: a second's worth costs k6 more, and half as much memory again.
        environment["K6_CSV_SAVE_INTERVAL"] = "100ms";
        // Writing samples is work for k6's garbage collector. Collecting less often, while there is memory enough, makes up for it.
        environment["GOGC"] = "400";
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        environment["GOMEMLIMIT"] = string.Create(CultureInfo.InvariantCulture, $"{(long)(MemoryShare * memory)}");
        environment["PERFGATE_K6_MEMORY_MB"] = string.Create(
            CultureInfo.InvariantCulture,
            $"{(long)(MemoryShare * memory) >> 20}"
        );
        environment["DOTNET_GCHeapHardLimit"] = string.Create(
            CultureInfo.InvariantCulture,
            $"{(long)(MostMemoryShare * memory):x}"
        );
        return environment;
    }

    /// <summary>
    /// Holds the target to the address that was looked at, where it has one and there is a list of targets: the script makes k6's
    /// <c>hosts</c> of it.
    /// </summary>
    public static void Pin(Dictionary<string, string> environment, RunnerOrder order, IPAddress? address)
    {
        if (address is not null && order is { Targets.Hosts: not null, Target: { } target })
        {
            environment["PERFGATE_HOSTS"] = new JsonObject { [target.IdnHost] = address.ToString() }.ToJsonString();
        }
    }

    /// <summary>Variables whose names k6 would take for its options go by the command line, which only names them to the script.</summary>
    private static IEnumerable<string> Variables(RunnerOrder order) =>
        order
            .ScriptEnvironment.Where(variable => IsOption(variable.Key))
            .SelectMany(variable => new[] { "-e", $"{variable.Key}={variable.Value}" });

    private static bool IsOption(string name) => name.StartsWith("K6_", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Where the engine may connect to, whatever a name, a redirect or the script leads to. (A proxy is a connection too: it
    /// must be one that is allowed.) Redirects that may be followed the script follows itself.
    /// </summary>
    private static IEnumerable<string> Targets(RunnerOrder order) =>
        order.Targets is not { } rules
            ? []
            :
            [
                "--blacklist-ip",
                string.Join(',', rules.Forbidden),
                // A name on the list stays where it led at first, however long the load: k6 asks again every five minutes.
                .. rules.Hosts is null
                    ? Array.Empty<string>()
                    : ["--max-redirects", "0", "--dns", "ttl=inf,select=random,policy=preferIPv4"],
            ];

    private static IEnumerable<string> Segment(RunnerOrder order)
    {
        if (order.Segments == 1)
        {
            return [];
        }
        var bounds = Enumerable.Range(0, order.Segments + 1).Select(i => Bound(i, order.Segments)).ToList();
        return
        [
            "--execution-segment",
            $"{bounds[order.Segment]}:{bounds[order.Segment + 1]}",
            "--execution-segment-sequence",
            string.Join(',', bounds),
        ];
    }

    private static string Bound(int index, int segments) =>
        index == 0 ? "0"
        : index == segments ? "1"
        : string.Create(CultureInfo.InvariantCulture, $"{index}/{segments}");
}
