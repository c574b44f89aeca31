using System.Text.Json;
using PerfGate.Tests.Runner;

namespace PerfGate.Tests.Faults;

/// <summary>What an ended run may leave: whole artifacts, and nothing else.</summary>
internal static class Traces
{
    /// <summary>No process, no folder among the temporary files, no half-written artifact.</summary>
    public static async Task AssertNoneAsync(string artifacts, Guid run)
    {
        await RunnerUnderTest.EventuallyAsync(() => Processes.OfRun(run).Count == 0, "the run's processes are gone");
        await RunnerUnderTest.EventuallyAsync(() => Processes.FoldersOf(run).Count == 0, "its folder in /tmp is gone");
        var folder = new DirectoryInfo(Path.Combine(artifacts, run.ToString()));
        Assert.DoesNotContain(folder.EnumerateFiles(), file => file.Name[0] == '.' || file.Name.EndsWith(".draft"));
        foreach (var file in folder.EnumerateFiles("*.json"))
        {
            using var document = JsonDocument.Parse(await File.ReadAllBytesAsync(file.FullName));
            Assert.Equal(JsonValueKind.Object, document.RootElement.ValueKind);
        }
    }
}
