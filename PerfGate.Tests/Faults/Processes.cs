using System.Diagnostics;
using System.Globalization;
using System.Text;
using PerfGate.Core.Runners;

namespace PerfGate.Tests.Faults;

/// <summary>Processes as Linux shows them.</summary>
internal static class Processes
{
    public static void SkipWhereTheyCannotBeSeen() =>
        Assert.SkipUnless(OperatingSystem.IsLinux(), "processes are looked up in /proc");

    public static void Signal(string signal, int id)
    {
        using var kill = Process.Start("kill", [$"-{signal}", id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public static IReadOnlyList<int> ChildrenOf(int parent) =>
        [.. All().Where(id => Stat(id) is { } stat && stat[1] == parent.ToString(CultureInfo.InvariantCulture))];

    /// <summary>The process that started another, or 0.</summary>
    public static int ParentOf(int id) => Stat(id) is { } stat ? int.Parse(stat[1], CultureInfo.InvariantCulture) : 0;

    /// <summary>Whether a process has this in its command line.</summary>
    public static bool Names(int id, string text) => CommandLine(id).Contains(text, StringComparison.Ordinal);

    public static bool IsAlive(int id) => Stat(id) is { } stat && stat[0] is not ("Z" or "X");

    /// <summary>Processes that belong to a run: engines carry its folder in their command lines.</summary>
    public static IReadOnlyList<int> OfRun(Guid run) =>
        [.. All().Where(id => Names(id, RunnerOrder.FolderPrefix(run)))];

    /// <summary>What runners of a run have left among the temporary files.</summary>
    public static IReadOnlyList<string> FoldersOf(Guid run) =>
        [.. Directory.EnumerateFileSystemEntries(Path.GetTempPath(), RunnerOrder.FolderPrefix(run) + "*")];

    private static IEnumerable<int> All() =>
        Directory
            .EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0);

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

    // State and parent: what follows the name in parentheses.
    private static string[]? Stat(int id)
    {
        try
        {
            var stat = File.ReadAllText(FormattableString.Invariant($"/proc/{id}/stat"));
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
