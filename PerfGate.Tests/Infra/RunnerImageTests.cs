using System.Text.RegularExpressions;
using PerfGate.Core.Runners;
using PerfGate.Tests.Architecture;

namespace PerfGate.Tests.Infra;

public sealed partial class RunnerImageTests
{
    private static readonly string[] Lines = File.ReadAllLines(
        Path.Combine(BicepCompiler.Folder, "runner", "Dockerfile")
    );

    [Fact]
    public void K6_is_pinned_by_version_and_digest()
    {
        Assert.Contains(Lines, line => Version().IsMatch(line));
        Assert.Contains(Lines, line => Digest().IsMatch(line));
        Assert.Contains("FROM ${K6_IMAGE}:${K6_VERSION}@${K6_DIGEST} AS k6", Lines);
        // The digest decides: what it brings is held against the version.
        Assert.Contains("RUN /out/k6 version | grep -F \"v${K6_VERSION} \"", Lines);
    }

    [Fact]
    public void It_is_the_k6_whose_types_the_scripts_are_checked_against()
    {
        var package = File.ReadAllText(Path.Combine(Repository.Root.FullName, "k6-scripts", "package.json"));
        var types = Types().Match(package).Groups[1].Value;
        var image = Version().Match(Lines.Single(line => Version().IsMatch(line))).Groups[1].Value;

        Assert.Equal(types.Split('.')[0], image.Split('.')[0]);
    }

    [Fact]
    public void The_runner_is_not_root_and_writes_to_the_temporary_folder_alone()
    {
        var last = Lines.Skip(Array.FindLastIndex(Lines, line => line.StartsWith("FROM ", StringComparison.Ordinal)));
        var user = Assert.Single(last, line => line.StartsWith("USER ", StringComparison.Ordinal));

        Assert.Matches(@"^USER [1-9]\d*:[1-9]\d*$", user);
        Assert.Contains("VOLUME /tmp", last);
        Assert.Contains(last, line => line.StartsWith("HEALTHCHECK ", StringComparison.Ordinal));
        Assert.DoesNotContain(last, line => line.StartsWith("RUN ", StringComparison.Ordinal));
    }

    [Fact]
    public void It_starts_the_runner_which_takes_its_order_from_the_environment()
    {
        Assert.Contains("ENTRYPOINT [\"/opt/perfgate/PerfGate.Runner\"]", Lines);
        Assert.Contains(
            Lines,
            line => line.StartsWith('#') && line.Contains(RunnerOrder.Variable, StringComparison.Ordinal)
        );
    }

    [Fact]
    public void What_the_build_needs_is_not_ignored()
    {
        var wanted = File.ReadAllLines(Path.Combine(Repository.Root.FullName, ".dockerignore"))
            .Where(line => line.StartsWith('!'))
            .Select(line => line[1..])
            .ToList();

        Assert.All(
            wanted,
            path =>
            {
                var full = Path.Combine(Repository.Root.FullName, path);
                Assert.True(File.Exists(full) || Directory.Exists(full), path);
            }
        );
        // The runner, what it references, and what those embed.
        Assert.All(
            Projects("PerfGate.Runner").Append("k6-scripts/scenarios").Append("k6-scripts/lib"),
            project => Assert.Contains(project, wanted)
        );
    }

    [Theory]
    [InlineData("PerfGate.Runner/Program.cs", true)]
    [InlineData("PerfGate.Core/Runners/RunnerOrder.cs", true)]
    [InlineData("PerfGate.K6/PerfGate.K6.csproj", true)]
    [InlineData("k6-scripts/lib/steps.js", true)]
    [InlineData("Directory.Packages.props", true)]
    [InlineData("PerfGate.Runner/obj/project.assets.json", false)]
    [InlineData("PerfGate.Core/bin/Debug/net10.0/PerfGate.Core.dll", false)]
    [InlineData("PerfGate.Host/Program.cs", false)]
    [InlineData("k6-scripts/node_modules/typescript/package.json", false)]
    [InlineData("local.settings.json", false)]
    [InlineData(".perfgate/signing.key", false)]
    [InlineData("infra/staging.bicepparam", false)]
    public void What_is_sent_to_the_build_is_what_it_needs(string path, bool isSent) =>
        Assert.Equal(isSent, IsSent(path));

    [Fact]
    public void Nothing_in_it_needs_a_build_that_azure_does_not_have() =>
        Assert.DoesNotContain(
            Lines,
            line =>
                line.Contains("--mount", StringComparison.Ordinal)
                || line.Contains("--chmod", StringComparison.Ordinal)
                || line.Contains("<<", StringComparison.Ordinal)
                || line.StartsWith("# syntax", StringComparison.Ordinal)
        );

    /// <summary>
    /// Whether <c>az acr build</c> sends a file, by its own reading of the file of patterns: the last that matches path or a folder
    /// above it decides, <c>*</c> goes up to a slash, <c>**/</c> over slashes.
    /// </summary>
    private static bool IsSent(string path)
    {
        var rules = File.ReadAllLines(Path.Combine(Repository.Root.FullName, ".dockerignore"))
            .Where(line => line.Length > 0 && !line.StartsWith('#'))
            .Select(line =>
                (
                    IsIgnored: !line.StartsWith('!'),
                    Pattern: new Regex(
                        "^"
                            + Regex
                                .Escape(line.TrimStart('!'))
                                .Replace(@"\*\*/", ".*", StringComparison.Ordinal)
                                .Replace(@"\*", "[^/]*", StringComparison.Ordinal)
                            + "$"
                    )
                )
            )
            .ToList();
        var (isIgnored, decided) = (false, -1);
        var parts = path.Split('/');
        for (var depth = 1; depth <= parts.Length; depth++)
        {
            var here = string.Join('/', parts.Take(depth));
            // What decided of the folder above is outweighed by later rules alone.
            var found = rules.FindLastIndex(rule => rule.Pattern.IsMatch(here));
            if (found > decided)
            {
                (isIgnored, decided) = (rules[found].IsIgnored, found);
            }
        }
        return !isIgnored;
    }

    private static IEnumerable<string> Projects(string project)
    {
        var file = File.ReadAllText(Path.Combine(Repository.Root.FullName, project, project + ".csproj"));
        return Reference()
            .Matches(file)
            .SelectMany(match => Projects(match.Groups[1].Value))
            .Prepend(project)
            .Distinct();
    }

    [GeneratedRegex(@"^ARG K6_VERSION=(\d+\.\d+\.\d+)$")]
    private static partial Regex Version();

    [GeneratedRegex("^ARG K6_DIGEST=sha256:[0-9a-f]{64}$")]
    private static partial Regex Digest();

    [GeneratedRegex("\"@types/k6\": \"[~^]?([0-9.]+)\"")]
    private static partial Regex Types();

    [GeneratedRegex("ProjectReference Include=\"../([A-Za-z0-9.]+)/")]
    private static partial Regex Reference();
}
