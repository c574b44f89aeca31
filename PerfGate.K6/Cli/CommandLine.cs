using System.Globalization;
using System.Text.Json.Nodes;

namespace PerfGate.K6.Cli;

/// <summary>k6's command line, as far as the embedded engine understands it.</summary>
public sealed class CommandLine
{
    private static readonly Dictionary<char, string> Short = new()
    {
        ['u'] = "vus",
        ['d'] = "duration",
        ['i'] = "iterations",
        ['s'] = "stage",
        ['e'] = "env",
        ['o'] = "out",
        ['q'] = "quiet",
        ['v'] = "verbose",
        ['b'] = "batch-size",
        ['c'] = "config",
    };

    /// <summary>Flags that take a value.</summary>
    private static readonly HashSet<string> Valued =
    [
        "vus",
        "duration",
        "iterations",
        "stage",
        "env",
        "out",
        "tag",
        "execution-segment",
        "execution-segment-sequence",
        "summary-export",
        "summary-trend-stats",
        "log-output",
        "log-format",
        "address",
        "dns",
        "max-redirects",
        "user-agent",
        "batch",
        "batch-per-host",
        "rps",
        "min-iteration-duration",
        "system-tags",
        "blacklist-ip",
        "block-hostnames",
        "summary-time-unit",
        "summary-mode",
        "console-output",
        "compatibility-mode",
        "type",
    ];

    /// <summary>As in <c>ttl=inf,select=random,policy=preferIPv4</c>.</summary>
    private static JsonObject Dns(string text)
    {
        var dns = new JsonObject();
        foreach (var part in text.Split(','))
        {
            var cut = part.IndexOf('=', StringComparison.Ordinal);
            dns[cut < 0 ? "ttl" : part[..cut].Trim()] = part[(cut + 1)..].Trim();
        }
        return dns;
    }

    /// <summary>Flags that stand alone, or take true or false after an equals sign.</summary>
    private static readonly HashSet<string> Switches =
    [
        "quiet",
        "no-color",
        "no-summary",
        "no-usage-report",
        "include-system-env-vars",
        "insecure-skip-tls-verify",
        "throw",
        "no-connection-reuse",
        "no-vu-connection-reuse",
        "no-setup",
        "no-teardown",
        "no-thresholds",
        "discard-response-bodies",
        "no-cookies-reset",
        "execution-requirements",
        "verbose",
        "linger",
    ];

    private readonly List<(string Name, string Value)> _flags = [];

    /// <summary>run, inspect or version.</summary>
    public string Command { get; private set; } = "";

    /// <summary>Path of the script; empty where none is given.</summary>
    public string Script { get; private set; } = "";

    /// <summary>Reads a command line.</summary>
    /// <exception cref="UsageException">It cannot be read.</exception>
    public static CommandLine Parse(IReadOnlyList<string> arguments)
    {
        var line = new CommandLine { Command = arguments.Count > 0 ? arguments[0] : "" };
        for (var i = 1; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            if (argument == "-" || !argument.StartsWith('-'))
            {
                line.Script =
                    line.Script.Length == 0
                        ? argument
                        : throw new UsageException($"accepts 1 arg, received 2: {argument}");
                continue;
            }
            var (name, value) = Split(argument);
            if (Switches.Contains(name))
            {
                line._flags.Add((name, value ?? "true"));
            }
            else if (!Valued.Contains(name))
            {
                throw new UsageException($"unknown flag: {argument.Split('=')[0]}");
            }
            else
            {
                line._flags.Add(
                    (
                        name,
                        value
                            ?? (
                                ++i < arguments.Count
                                    ? arguments[i]
                                    : throw new UsageException($"flag needs an argument: {argument}")
                            )
                    )
                );
            }
        }
        return line;
    }

    /// <summary>Whether a switch is on.</summary>
    public bool IsOn(string name) => Last(name) is "true" or "1";

    /// <summary>Last value of a flag; null where it was not given.</summary>
    public string? Last(string name) => All(name).LastOrDefault();

    /// <summary>All values of a flag.</summary>
    public IEnumerable<string> All(string name) => _flags.Where(flag => flag.Name == name).Select(flag => flag.Value);

    /// <summary>The options the flags stand for.</summary>
    /// <exception cref="UsageException">A value cannot be read.</exception>
    public JsonObject Options()
    {
        var options = new JsonObject();
        foreach (
            var (flag, option) in new[]
            {
                ("vus", "vus"),
                ("iterations", "iterations"),
                ("max-redirects", "maxRedirects"),
                ("batch", "batch"),
                ("batch-per-host", "batchPerHost"),
                ("rps", "rps"),
            }
        )
        {
            if (Last(flag) is { } text)
            {
                options[option] = long.TryParse(
                    text,
                    NumberStyles.AllowLeadingSign,
                    CultureInfo.InvariantCulture,
                    out var number
                )
                    ? number
                    : throw new UsageException(
                        $"invalid argument \"{text}\" for \"--{flag}\" flag: expected a whole number"
                    );
            }
        }
        foreach (
            var (flag, option) in new[]
            {
                ("duration", "duration"),
                ("user-agent", "userAgent"),
                ("min-iteration-duration", "minIterationDuration"),
            }
        )
        {
            if (Last(flag) is { } text)
            {
                options[option] = text;
            }
        }
        foreach (
            var (flag, option) in new[]
            {
                ("insecure-skip-tls-verify", "insecureSkipTLSVerify"),
                ("throw", "throw"),
                ("no-connection-reuse", "noConnectionReuse"),
                ("no-vu-connection-reuse", "noVUConnectionReuse"),
                ("no-setup", "noSetup"),
                ("no-teardown", "noTeardown"),
                ("discard-response-bodies", "discardResponseBodies"),
                ("no-cookies-reset", "noCookiesReset"),
            }
        )
        {
            if (Last(flag) is not null)
            {
                options[option] = IsOn(flag);
            }
        }
        foreach (
            var (flag, option) in new[]
            {
                ("summary-trend-stats", "summaryTrendStats"),
                ("system-tags", "systemTags"),
                ("blacklist-ip", "blacklistIPs"),
                ("block-hostnames", "blockHostnames"),
            }
        )
        {
            if (All(flag).ToList() is { Count: > 0 } lists)
            {
                options[option] = new JsonArray([
                    .. lists.SelectMany(list => list.Split(',')).Select(item => (JsonNode)item.Trim()),
                ]);
            }
        }
        if (Last("dns") is { } dns)
        {
            options["dns"] = Dns(dns);
        }
        if (All("stage").ToList() is { Count: > 0 } stages)
        {
            options["stages"] = new JsonArray([.. stages.SelectMany(stage => stage.Split(',')).Select(Stage)]);
        }
        if (All("tag").ToList() is { Count: > 0 } tags)
        {
            options["tags"] = new JsonObject(
                tags.Select(tag => KeyValuePair.Create(Pair(tag).Name, (JsonNode?)Pair(tag).Value))
            );
        }
        return options;
    }

    /// <summary>Variables given with -e.</summary>
    public IEnumerable<(string Name, string Value)> Variables() =>
        All("env")
            .Select(variable =>
                variable.Contains('=', StringComparison.Ordinal)
                    ? Pair(variable)
                    : (variable, Environment.GetEnvironmentVariable(variable) ?? "")
            );

    /// <summary>A stage as <c>30s:10</c>.</summary>
    internal static JsonNode Stage(string text)
    {
        var parts = text.Trim().Split(':');
        return
            parts.Length == 2
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var target)
            ? new JsonObject { ["duration"] = parts[0], ["target"] = target }
            : throw new UsageException($"invalid stage '{text}': expected duration:target");
    }

    private static (string Name, string Value) Pair(string text)
    {
        var cut = text.IndexOf('=', StringComparison.Ordinal);
        return cut > 0
            ? (text[..cut], text[(cut + 1)..])
            : throw new UsageException($"invalid argument '{text}': expected name=value");
    }

    private static (string Name, string? Value) Split(string argument)
    {
        if (argument.StartsWith("--", StringComparison.Ordinal))
        {
            var cut = argument.IndexOf('=', StringComparison.Ordinal);
            return cut < 0 ? (argument[2..], null) : (argument[2..cut], argument[(cut + 1)..]);
        }
        var name = Short.GetValueOrDefault(argument[1], argument[1..]);
        return argument.Length == 2 ? (name, null) : (name, argument[2..].TrimStart('='));
    }
}

/// <summary>The command line cannot be read; the message is for who wrote it.</summary>
public sealed class UsageException(string message) : Exception(message);
