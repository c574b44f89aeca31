using System.Text.RegularExpressions;

namespace PerfGate.Runner.Engines;

/// <summary>A load engine that was found: k6, or the embedded one, which takes the same command line.</summary>
/// <param name="Command">What to start, before k6's own arguments.</param>
/// <param name="IsEmbedded">Whether it is PerfGate's own.</param>
internal sealed partial record Engine(IReadOnlyList<string> Command, bool IsEmbedded)
{
    private const string EmbeddedName = "PerfGate.K6";

    /// <summary>Finds the engine an order asks for; null, with the problem, where there is none.</summary>
    public static (Engine? Engine, string? Problem) Find(string wanted) =>
        wanted switch
        {
            "auto" => (OnPath("k6") ?? Embedded()) is { } engine
                ? (engine, null)
                : (null, $"there is neither k6 on PATH nor {EmbeddedName} in {AppContext.BaseDirectory}"),
            "k6" => OnPath("k6") is { } k6 ? (k6, null) : (null, "there is no k6 on PATH"),
            "embedded" => Embedded() is { } embedded
                ? (embedded, null)
                : (null, $"there is no {EmbeddedName} in {AppContext.BaseDirectory}"),
            _ when File.Exists(wanted) => (new Engine([Path.GetFullPath(wanted)], false), null),
            _ => (null, $"there is no file {wanted} (expected auto, k6, embedded, or the path of a k6 binary)"),
        };

    /// <summary>Name and version, as reports show it, from what the engine's <c>version</c> command prints.</summary>
    public string Describe(string versionOutput)
    {
        var version = Version().Match(versionOutput);
        var name = IsEmbedded ? "embedded" : "k6";
        return version.Success ? $"{name} {(IsEmbedded ? version.Value.TrimStart('v') : version.Value)}" : name;
    }

    private static Engine? OnPath(string program)
    {
        var file = OperatingSystem.IsWindows() ? program + ".exe" : program;
        return (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, file))
            .Where(IsExecutable)
            .Select(path => new Engine([path], false))
            .FirstOrDefault();
    }

    private static bool IsExecutable(string path) =>
        File.Exists(path)
        && (
            OperatingSystem.IsWindows()
            || (
                File.GetUnixFileMode(path)
                & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)
            ) != 0
        );

    private static Engine? Embedded()
    {
        var assembly = Path.Combine(AppContext.BaseDirectory, EmbeddedName + ".dll");
        return File.Exists(assembly) && File.Exists(Path.ChangeExtension(assembly, ".runtimeconfig.json"))
            ? new Engine(HasOwnRuntime() ? [Path.ChangeExtension(assembly, null)] : [DotnetHost(), assembly], true)
            : null;
    }

    /// <summary>Whether this program was published together with .NET: then there need be no dotnet, and the engine starts alone.</summary>
    private static bool HasOwnRuntime() =>
        Path.GetDirectoryName(typeof(object).Assembly.Location)
        == Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);

    private static string DotnetHost() =>
        Environment.ProcessPath is { } self && Path.GetFileNameWithoutExtension(self) == "dotnet" ? self : "dotnet";

    [GeneratedRegex(@"v?\d+\.\d+\.\d+(-[0-9A-Za-z.\-]+)?", RegexOptions.CultureInvariant)]
    private static partial Regex Version();
}
