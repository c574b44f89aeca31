namespace PerfGate.Adapters.Processes;

/// <summary>Finds the programs that are started as processes of their own (runner, demo platform).</summary>
public static class SiblingProgram
{
    private const string Clone = "PerfGate.sln";

    private static readonly string Framework = FormattableString.Invariant(
        $"net{Environment.Version.Major}.{Environment.Version.Minor}"
    );

    /// <summary>
    /// The program's assembly: in its own build output (a clone), in a folder of its name beside the running one (a published
    /// PerfGate), or beside it (an app that the Functions Core Tools built).
    /// </summary>
    /// <exception cref="FileNotFoundException">It is in none of these places; the message lists them.</exception>
    public static string Locate(string program) => Locate(program, AppContext.BaseDirectory);

    /// <summary>The same for a program that runs in another folder.</summary>
    /// <param name="program">Name of the assembly, without extension.</param>
    /// <param name="folder">Where the one runs that looks for it.</param>
    /// <exception cref="FileNotFoundException">As above.</exception>
    public static string Locate(string program, string folder)
    {
        var file = program + ".dll";
        var here = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        var built = BuiltPlaces(program, here).Select(place => Path.Combine(place, file));
        string[] beside = [Path.Combine(here, program, file), Path.Combine(here, file)];
        // What lies beside a build's own output may be a library of it; elsewhere it was put there to be started.
        string[] places = Path.GetFileName(here) == Framework ? [.. built, .. beside] : [.. beside, .. built];
        return places.FirstOrDefault(IsRunnable)
            ?? throw new FileNotFoundException(
                $"{program} was not found. Build the solution first. Looked at: {string.Join(", ", places)}"
            );
    }

    /// <summary>
    /// Where a clone has it built: of the same configuration as the running one, else (the Functions Core Tools build into
    /// <c>bin/output</c>, which says none) the latest of all.
    /// </summary>
    private static string[] BuiltPlaces(string program, string here)
    {
        var root = new DirectoryInfo(here);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, Clone)))
        {
            root = root.Parent;
        }
        if (root is null)
        {
            return [];
        }
        var bin = Path.Combine(root.FullName, program, "bin");
        if (Path.GetFileName(here) == Framework)
        {
            var configuration = Path.GetFileName(Path.GetDirectoryName(here)) ?? "";
            return [Path.Combine(bin, configuration, Framework)];
        }
        var built = Directory.Exists(bin)
            ? Directory
                .GetDirectories(bin)
                .Select(one => Path.Combine(one, Framework))
                .Where(place => IsRunnable(Path.Combine(place, program + ".dll")))
                .OrderByDescending(place => File.GetLastWriteTimeUtc(Path.Combine(place, program + ".dll")))
                .ToArray()
            : [];
        return built.Length > 0 ? built : [Path.Combine(bin, "Debug", Framework)];
    }

    // Without its runtime configuration an assembly is a library beside us, not a program to start.
    private static bool IsRunnable(string path) =>
        File.Exists(path) && File.Exists(Path.ChangeExtension(path, ".runtimeconfig.json"));
}
