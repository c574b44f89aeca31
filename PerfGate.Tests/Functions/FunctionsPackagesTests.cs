using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Moq;
using PerfGate.Tests.Architecture;

namespace PerfGate.Tests.Functions;

public class FunctionsPackagesTests
{
    private static readonly string Project = Path.Combine(Root(), "PerfGate.Functions", "PerfGate.Functions.csproj");

    private static bool FeedLacksPackages =>
        File.Exists(Path.Combine(Root(), "PerfGate.Functions", "obj", "functions-packages.missing"));

    [Fact]
    public async Task The_project_asks_for_the_real_packages_and_sets_them_aside_only_where_the_feed_lacks_them()
    {
        var wanted = await PackagesAsync("-p:FunctionsPackages=required");
        var used = await PackagesAsync();

        Assert.Contains("Microsoft.Azure.Functions.Worker", wanted);
        Assert.Contains("Microsoft.DurableTask.Client", wanted);
        Assert.Equal(FeedLacksPackages ? [] : wanted, used);
    }

    [Fact]
    public async Task Reference_assemblies_are_never_published()
    {
        Assert.SkipUnless(FeedLacksPackages, "the feed has the real packages");
        var folder = Directory.CreateTempSubdirectory("perfgate-publish-");
        try
        {
            var (exitCode, output) = await DotnetAsync("publish", Project, "-o", folder.FullName);

            Assert.NotEqual(0, exitCode);
            Assert.Contains("error PG0006: PerfGate.Functions cannot be published", output, StringComparison.Ordinal);
            Assert.Empty(folder.GetFileSystemInfos());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Reference_assemblies_say_what_they_are_and_cannot_run()
    {
        Assert.SkipUnless(FeedLacksPackages, "the feed has the real packages");
        var product = typeof(FunctionAttribute).Assembly.GetCustomAttribute<AssemblyProductAttribute>()?.Product;
        Assert.StartsWith("Hand-written reference assembly", product, StringComparison.Ordinal);

        var (exitCode, output) = await DotnetAsync(Path.Combine(AppContext.BaseDirectory, "PerfGate.Functions.dll"));

        Assert.NotEqual(0, exitCode);
        Assert.Contains("compiled against reference assemblies", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_orchestration_and_its_client_can_be_faked_with_either_kind_of_package()
    {
        var context = new Mock<TaskOrchestrationContext>();
        context
            .Setup(one => one.CallActivityAsync<string>(It.IsAny<TaskName>(), "in", It.IsAny<TaskOptions>()))
            .ReturnsAsync("out");
        var client = new Mock<DurableTaskClient>("test");
        client
            .Setup(one => one.GetInstancesAsync("run", false, It.IsAny<CancellationToken>()))
            .ReturnsAsync(new OrchestrationMetadata("o", "run") { RuntimeStatus = OrchestrationRuntimeStatus.Running });
        client.CallBase = true;

        var options = TaskOptions.FromRetryPolicy(new RetryPolicy(3, TimeSpan.FromSeconds(1)));
        Assert.Equal("out", await context.Object.CallActivityAsync<string>("activity", "in", options));
        Assert.True((await client.Object.GetInstanceAsync("run"))?.IsRunning);
    }

    private static async Task<IReadOnlyList<string>> PackagesAsync(params string[] more)
    {
        var (exitCode, output) = await DotnetAsync([
            "msbuild",
            Project,
            "-t:CollectPackageReferences",
            "-getItem:PackageReference",
            .. more,
        ]);
        Assert.True(exitCode == 0, output);
        using var items = JsonDocument.Parse(output);
        return
        [
            .. items
                .RootElement.GetProperty("Items")
                .GetProperty("PackageReference")
                .EnumerateArray()
                .Where(item => item.TryGetProperty("FromFunctionsFeed", out _))
                .Select(item => item.GetProperty("Identity").GetString()!),
        ];
    }

    private static async Task<(int ExitCode, string Output)> DotnetAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Root(),
            Environment = { ["MSBUILDDISABLENODEREUSE"] = "1", ["MSBUILDTERMINALLOGGER"] = "off" },
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }

    private static string Root() => Repository.Root.FullName;
}
