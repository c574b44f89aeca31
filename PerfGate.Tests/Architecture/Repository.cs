namespace PerfGate.Tests.Architecture;

/// <summary>The source tree the tests were built from.</summary>
internal static class Repository
{
    private static readonly string[] NotOurs = ["bin", "obj", "node_modules", ".git", ".perfgate", "TestResults"];

    /// <summary>The folder that holds PerfGate.sln.</summary>
    public static DirectoryInfo Root { get; } = FindRoot();

    /// <summary>Folders below the root, without what builds and package managers made.</summary>
    public static IEnumerable<DirectoryInfo> Folders() => Below(Root);

    /// <summary>Files with one of the endings, without what builds and package managers made.</summary>
    public static IEnumerable<FileInfo> Files(params string[] endings) =>
        Folders()
            .Append(Root)
            .SelectMany(folder => folder.EnumerateFiles())
            .Where(file => endings.Contains(file.Extension, StringComparer.OrdinalIgnoreCase));

    /// <summary>A path as it is written in messages.</summary>
    public static string Relative(FileSystemInfo item) => Path.GetRelativePath(Root.FullName, item.FullName);

    private static IEnumerable<DirectoryInfo> Below(DirectoryInfo folder) =>
        folder
            .EnumerateDirectories()
            .Where(child => !NotOurs.Contains(child.Name, StringComparer.OrdinalIgnoreCase))
            .SelectMany(child => Below(child).Prepend(child));

    private static DirectoryInfo FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "PerfGate.sln")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("no PerfGate.sln above the tests");
        }
        return folder;
    }
}
