using System.Text;

namespace PerfGate.Core.Scripts;

/// <summary>The modules of k6-scripts/ as they were when this assembly was built.</summary>
internal static class EmbeddedModules
{
    private const string Prefix = "k6-scripts/";

    /// <summary>Source by path below k6-scripts/, lines ended by <c>\n</c>.</summary>
    public static IReadOnlyDictionary<string, string> Sources { get; } = Load();

    private static SortedDictionary<string, string> Load()
    {
        var assembly = typeof(EmbeddedModules).Assembly;
        var sources = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var names = assembly
            .GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal));
        foreach (var name in names)
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!, Encoding.UTF8);
            sources[name[Prefix.Length..]] = reader.ReadToEnd().ReplaceLineEndings("\n");
        }
        return sources;
    }
}
