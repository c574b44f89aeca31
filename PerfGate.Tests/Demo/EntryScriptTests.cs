using System.Text.Json.Nodes;
using PerfGate.Core.Scripts;
using PerfGate.Tests.Architecture;
using PerfGate.Tests.Scripts;

namespace PerfGate.Tests.Demo;

/// <summary>The scripts of k6-scripts/ as a person runs them, with k6 itself.</summary>
public sealed class EntryScriptTests : IDisposable
{
    private static readonly DirectoryInfo Scripts = new(Path.Combine(Repository.Root.FullName, "k6-scripts"));
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("perfgate-entry-");

    public void Dispose() => folder.Delete(recursive: true);

    public static TheoryData<string> Entries() => [.. Scripts.GetFiles("*.js").Select(file => file.Name).Order()];

    [Fact]
    public void Each_built_in_scenario_has_a_script_to_run_by_hand() =>
        Assert.All(
            BuiltInScenarios.All,
            scenario =>
                Assert.Contains(
                    Scripts.GetFiles("*.js"),
                    file => file.Name.Replace("-", "").Equals($"{scenario.Name}.js", StringComparison.OrdinalIgnoreCase)
                )
        );

    [Theory]
    [MemberData(nameof(Entries))]
    public async Task A_script_runs_by_hand_with_every_check_green(string entry)
    {
        RealK6.SkipWhereThereIsNone();
        await using var platform = await RunningPlatform.StartAsync();

        var (exitCode, errors, metrics) = await RunAsync(entry, platform.Address);

        Assert.True(exitCode == 0, errors);
        Assert.DoesNotContain("level=error", errors);
        Assert.Equal(0, (int)metrics["checks"]!["fails"]!);
        Assert.True((int)metrics["checks"]!["passes"]! >= 4);
        Assert.Equal(0, (int)metrics["http_req_failed"]!["passes"]!);
    }

    [Theory]
    [MemberData(nameof(Entries))]
    public async Task A_failing_platform_fails_checks_and_throws_nothing(string entry)
    {
        RealK6.SkipWhereThereIsNone();
        await using var platform = await RunningPlatform.StartAsync("--error-rate", "1");

        var (_, errors, metrics) = await RunAsync(entry, platform.Address);

        Assert.DoesNotContain("level=error", errors);
        Assert.True((int)metrics["checks"]!["fails"]! > 0);
        Assert.Equal(0, (int)metrics["checks"]!["passes"]!);
    }

    [Fact]
    public void Synthetic_data_owes_nothing_to_chance_or_the_clock()
    {
        var modules = Scripts
            .EnumerateFiles("*.js", SearchOption.AllDirectories)
            .Where(file => !file.FullName.Contains("node_modules", StringComparison.Ordinal));

        Assert.All(
            modules,
            file => Assert.DoesNotMatch(@"Math\.random|Date\.now|new Date\(", File.ReadAllText(file.FullName))
        );
    }

    private async Task<(int ExitCode, string Errors, JsonNode Metrics)> RunAsync(string entry, Uri target)
    {
        var summary = Path.Combine(folder.FullName, "summary.json");
        var run = await RealK6.RunAsync(
            Scripts.FullName,
            [
                "run",
                "--quiet",
                "--summary-export",
                summary,
                "-e",
                $"BASE_URL={target}",
                "-e",
                "THINK_SECONDS=0.05",
                "-e",
                "DURATION=1s",
                entry,
            ]
        );
        var json = JsonNode.Parse(await File.ReadAllTextAsync(summary, TestContext.Current.CancellationToken));
        return (run.ExitCode, run.Errors, json!["metrics"]!);
    }
}
