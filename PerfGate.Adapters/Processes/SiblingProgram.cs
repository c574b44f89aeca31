namespace PerfGate.Adapters.Processes;

/// <summary>Finds the programs that are started as processes of their own (runner, demo platform).</summary>
public static class SiblingProgram
{
    /// <summary>
    /// The program's assembly: beside the running one (a published PerfGate), in a folder of its name beside it, or in its
    /// own build output of the same configuration (a clone).
    /// </summary>
    /// <exception cref="FileNotFoundException">It is in none of these places; the message lists them.</exception>
    public static string Locate(string program)
    {
        var file = program + ".dll";
        var here = AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar);
        var framework = Path.GetFileName(here);
        var configuration = Path.GetFileName(Path.GetDirectoryName(here)) ?? "";
        var root = Path.GetFullPath(Path.Combine(here, "..", "..", "..", ".."));
        string[] places =
        [
            Path.Combine(root, program, "bin", configuration, framework, file),
            Path.Combine(here, program, file),
            Path.Combine(here, file),
        ];
        return places.FirstOrDefault(IsRunnable)
            ?? throw new FileNotFoundException(
                $"{program} was not found. Build the solution first. Looked at: {string.Join(", ", places)}"
            );
    }

    // Without its runtime configuration an assembly is a library beside us, not a program to start.
    private static bool IsRunnable(string path) =>
        File.Exists(path) && File.Exists(Path.ChangeExtension(path, ".runtimeconfig.json"));
}
