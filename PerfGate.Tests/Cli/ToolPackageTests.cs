using System.Diagnostics;
using PerfGate.Tests.EndToEnd;

namespace PerfGate.Tests.Cli;

/// <summary>The .NET tool: packed, installed from its package alone, used.</summary>
public sealed class ToolPackageTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("perfgate-tool-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task The_packed_tool_is_installed_and_finds_the_programs_it_starts()
    {
        var host = Path.GetDirectoryName(PerfGateProcess.Program)!;
        var project = Path.GetFullPath(Path.Combine(host, "..", "..", ".."));
        var configuration = Path.GetFileName(Path.GetDirectoryName(host))!;
        var packages = Path.Combine(_folder.FullName, "packages");
        // Nothing but this package: what it lacks is found nowhere else.
        var feed = Path.Combine(_folder.FullName, "nuget.config");
        await File.WriteAllTextAsync(
            feed,
            $"""<configuration><packageSources><clear /><add key="here" value="{packages}" /></packageSources></configuration>""",
            TestContext.Current.CancellationToken
        );
        const string Version = "0.1.0-test";

        await RunAsync(
            "dotnet",
            "pack",
            project,
            "--no-build",
            "-c",
            configuration,
            "-o",
            packages,
            $"-p:PackageVersion={Version}"
        );
        var tool = Path.Combine(_folder.FullName, "tool");
        await RunAsync(
            "dotnet",
            "tool",
            "install",
            "perfgate",
            "--version",
            Version,
            "--tool-path",
            tool,
            "--configfile",
            feed
        );
        var perfgate = Path.Combine(tool, OperatingSystem.IsWindows() ? "perfgate.exe" : "perfgate");
        var help = await RunAsync(perfgate, "--help");
        var script = await RunAsync(perfgate, "script", "--base-url", "http://127.0.0.1:1");
        await using var platform = await GateFixture.StartPlatformAsync();
        var check = await RunAsync(perfgate, "check", "--base-url", platform.Urls.First(), "--engine", "embedded");

        Assert.Contains("baselines", help);
        Assert.Contains("export const options", script);
        Assert.StartsWith("WELL", check);
        Assert.Single(Directory.GetFiles(tool, "PerfGate.Demo.runtimeconfig.json", SearchOption.AllDirectories));
    }

    private async Task<string> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder.FullName,
        };
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        if (arguments[0] == "tool")
        {
            // The package of a test stays out of the caches of its user.
            start.Environment["NUGET_PACKAGES"] = Path.Combine(_folder.FullName, "cache");
        }
        using var process = Process.Start(start)!;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromMinutes(2));
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
        Assert.True(process.ExitCode == 0, $"{program} {arguments[0]}: {await output}\n{await errors}");
        return await output;
    }
}
