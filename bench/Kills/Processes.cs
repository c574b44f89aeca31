using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace PerfGate.Bench.Kills;

/// <summary>The processes below one, as Linux shows them.</summary>
internal static class Processes
{
    /// <summary>Every process that descends from one, by id, with its command line.</summary>
    public static IReadOnlyDictionary<int, string> Below(int root)
    {
        var parents = new Dictionary<int, int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (
                int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id)
                && ParentOf(id) is { } up
            )
            {
                parents[id] = up;
            }
        }
        return parents.Keys.Where(id => Descends(id, root, parents)).ToDictionary(id => id, CommandLine);
    }

    /// <summary>Processes anywhere whose command line holds a text.</summary>
    public static IReadOnlyList<int> Named(string text) =>
        [
            .. Directory
                .EnumerateDirectories("/proc")
                .Select(folder =>
                    int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) ? id : 0
                )
                .Where(id => id > 0 && CommandLine(id).Contains(text, StringComparison.Ordinal)),
        ];

    /// <summary>kill -9; one that has gone already is none.</summary>
    public static void Kill(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            process.Kill();
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException) { }
    }

    private static bool Descends(int id, int root, Dictionary<int, int> parents)
    {
        for (var at = id; parents.TryGetValue(at, out var up); at = up)
        {
            if (up == root)
            {
                return true;
            }
        }
        return false;
    }

    private static int? ParentOf(int id)
    {
        try
        {
            var stat = File.ReadAllText(FormattableString.Invariant($"/proc/{id}/stat"));
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string CommandLine(int id)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes(FormattableString.Invariant($"/proc/{id}/cmdline")));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
