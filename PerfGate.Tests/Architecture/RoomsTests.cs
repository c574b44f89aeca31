using System.Xml.Linq;

namespace PerfGate.Tests.Architecture;

public class RoomsTests
{
    private const int MostLines = 400;

    /// <summary>Which project may know which: Core is known by all and knows nobody.</summary>
    private static readonly Dictionary<string, string[]> MayKnow = new()
    {
        ["PerfGate.Core"] = [],
        ["PerfGate.Adapters"] = ["PerfGate.Core"],
        ["PerfGate.K6"] = ["PerfGate.Core"],
        ["PerfGate.Runner"] = ["PerfGate.Core", "PerfGate.K6"],
        // The runner as a program to start, not to link.
        ["PerfGate.Functions"] = ["PerfGate.Core", "PerfGate.Adapters", "PerfGate.Runner"],
        ["PerfGate.Host"] = ["PerfGate.Core", "PerfGate.Adapters", "PerfGate.Runner", "PerfGate.Demo"],
        ["PerfGate.Demo"] = [],
    };

    [Theory]
    [InlineData("Requests")]
    [InlineData("Scripts")]
    [InlineData("Runners")]
    [InlineData("Metrics")]
    [InlineData("Thresholds")]
    [InlineData("Baselines")]
    [InlineData("Runs")]
    [InlineData("Reports")]
    public void The_rooms_of_core_tell_the_way_of_a_run(string room) =>
        Assert.True(Directory.Exists(Path.Combine(Repository.Root.FullName, "PerfGate.Core", room)));

    [Fact]
    public void Projects_know_only_those_they_may()
    {
        foreach (var (project, may) in MayKnow)
        {
            var file = Path.Combine(Repository.Root.FullName, project, $"{project}.csproj");
            var knows = XDocument
                .Load(file)
                .Descendants("ProjectReference")
                .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value));
            Assert.True(knows.All(may.Contains), $"{project} knows {string.Join(", ", knows.Except(may))}");
        }
    }

    [Fact]
    public void No_folder_is_a_drawer_for_everything()
    {
        string[] drawers = ["Common", "Utils", "Utilities", "Helpers", "Shared", "Services", "Misc"];

        Assert.DoesNotContain(
            Repository.Folders(),
            folder => drawers.Contains(folder.Name, StringComparer.OrdinalIgnoreCase)
        );
    }

    [Fact]
    public void No_source_file_has_grown_beyond_reading() =>
        Assert.All(
            // Scripts that were generated are compared, not read.
            Repository
                .Files(".cs", ".js", ".ts", ".sql", ".bicep", ".targets")
                .Where(file =>
                    !Repository.Relative(file).StartsWith("PerfGate.Tests/Fixtures/", StringComparison.Ordinal)
                ),
            file =>
            {
                var lines = File.ReadLines(file.FullName).Count();
                Assert.True(
                    lines <= MostLines,
                    $"{Repository.Relative(file)} has {lines} lines, more than {MostLines}"
                );
            }
        );
}
