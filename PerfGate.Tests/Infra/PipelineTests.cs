using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using PerfGate.Tests.EndToEnd;

namespace PerfGate.Tests.Infra;

/// <summary>The templates' own script against a real server: what a pipeline does when it gates.</summary>
public sealed partial class PipelineTests(GateFixture gate) : IClassFixture<GateFixture>
{
    [Fact]
    public async Task A_healthy_target_lets_the_pipeline_go_on()
    {
        await using var platform = await GateFixture.StartPlatformAsync();

        var result = await RunAsync("github-actions.yml", platform.Urls.First());

        result.Was(0);
        Assert.Contains("\"verdict\": \"passed\"", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("github-actions.yml")]
    [InlineData("azure-pipelines.yml")]
    public async Task A_dead_target_stops_it(string template) =>
        (await RunAsync(template, "http://127.0.0.1:1")).Was(1);

    [Theory]
    [InlineData("github-actions.yml")]
    [InlineData("azure-pipelines.yml")]
    public void A_template_holds_no_secret(string template)
    {
        var text = File.ReadAllText(Path.Combine(BicepCompiler.Folder, "pipelines", template));

        Assert.DoesNotContain("secrets.", text, StringComparison.Ordinal);
        Assert.DoesNotMatch(Secret(), text);
    }

    private async Task<Cli.CliResult> RunAsync(string template, string target)
    {
        Assert.SkipUnless(IsOnPath("jq") && IsOnPath("curl"), "jq and curl are not both on PATH");
        var folder = Path.Combine(BicepCompiler.Folder, "pipelines");
        var request = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "performance-gate.json")))!;
        request["configuration"]!["baseUrl"] = target;
        request["configuration"]!["duration"] = "6s";
        request["configuration"]!["thresholds"]!["minThroughput"] = 5;
        using var script = new DeployedScript { Api = (gate.Server.Address, gate.Server.IssueToken("pipeline")) };
        script.Environment["PERFGATE_URL"] = gate.Server.Address.ToString().TrimEnd('/');
        script.Environment["GITHUB_ENV"] = "/dev/null";
        var step = Step(await File.ReadAllTextAsync(Path.Combine(folder, template)), template + target);

        return await script.RunStepAsync(step, request.ToJsonString());
    }

    /// <summary>The first script of a template, with what the pipeline puts in its places.</summary>
    private static string Step(string template, string key)
    {
        var lines = template.Split('\n');
        var at = Array.FindIndex(lines, line => Script().IsMatch(line));
        var margin = lines[at + 1].Length - lines[at + 1].TrimStart().Length;
        var script = string.Join(
            '\n',
            lines
                .Skip(at + 1)
                .TakeWhile(line => line.Length == 0 || line.Length - line.TrimStart().Length >= margin)
                .Select(line => line.Length == 0 ? line : line[margin..])
        );
        return GitHubPlace().Replace(AzurePlace().Replace(script, Word), Word);

        string Word(Match place) =>
            Convert.ToHexStringLower(System.Text.Encoding.UTF8.GetBytes(place.Value + key))[^40..];
    }

    private static bool IsOnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, program)));

    [GeneratedRegex(@"^\s+(run|inlineScript): \|$")]
    private static partial Regex Script();

    [GeneratedRegex(@"\$\{\{[^}]+\}\}")]
    private static partial Regex GitHubPlace();

    [GeneratedRegex(@"\$\([A-Z][A-Za-z]+\.[A-Za-z]+\)")]
    private static partial Regex AzurePlace();

    [GeneratedRegex("password|client.secret|AccountKey", RegexOptions.IgnoreCase)]
    private static partial Regex Secret();
}
