using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using PerfGate.Tests.Architecture;

namespace PerfGate.Tests.Infra;

/// <summary>The Bicep compiler that the project's package brings; nothing of it asks the network here.</summary>
internal static class BicepCompiler
{
    private static readonly ConcurrentDictionary<string, Lazy<Task<CompiledTemplate>>> Compiled = new();

    /// <summary>Why tests that need it are skipped.</summary>
    public const string Skip = "the package with the Bicep compiler is for Linux on x64";

    /// <summary>The compiler; null where there is none.</summary>
    public static string? Program { get; } =
        typeof(BicepCompiler)
            .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Where(one => one.Key == "BicepCompiler")
            .Select(one => one.Value)
            .SingleOrDefault();

    /// <summary>The folder of infrastructure.</summary>
    public static string Folder { get; } = Path.Combine(Repository.Root.FullName, "infra");

    /// <summary>Runs it in that folder.</summary>
    public static async Task<(int Status, string Output, string Diagnostics)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Program!, arguments)
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // The compiler brings its own .NET.
        start.Environment.Remove("DOTNET_ROOT");
        foreach (var (name, value) in Environment)
        {
            start.Environment[name] = value;
        }
        using var process = Process.Start(start)!;
        var diagnostics = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, (await diagnostics).Trim());
    }

    /// <summary>Template and parameters of a parameter file, as Resource Manager is sent them; compiled once for all tests.</summary>
    /// <exception cref="Xunit.Sdk.XunitException">The compiler has something to say, if only a warning.</exception>
    public static Task<CompiledTemplate> CompileAsync(string stage) =>
        Compiled.GetOrAdd(stage, name => new Lazy<Task<CompiledTemplate>>(() => CompileOnceAsync(name))).Value;

    private static async Task<CompiledTemplate> CompileOnceAsync(string stage)
    {
        var (status, output, diagnostics) = await RunAsync("build-params", $"{stage}.bicepparam", "--stdout");
        Assert.Equal((0, ""), (status, diagnostics));
        using var document = JsonDocument.Parse(output);
        return new CompiledTemplate(
            JsonDocument.Parse(document.RootElement.GetProperty("templateJson").GetString()!).RootElement,
            JsonDocument
                .Parse(document.RootElement.GetProperty("parametersJson").GetString()!)
                .RootElement.GetProperty("parameters")
        );
    }

    /// <summary>What the parameter files read from the environment.</summary>
    public static IReadOnlyDictionary<string, string> Environment { get; } =
        new Dictionary<string, string>
        {
            ["PERFGATE_RUNNER_TAG"] = "1.2.3",
            ["PERFGATE_AUDIENCE"] = "11111111-2222-3333-4444-555555555555",
            ["PERFGATE_ALERT_EMAIL"] = "engineers@example.com",
            ["PERFGATE_BUDGET_START"] = "2026-01-01",
            ["PERFGATE_DATABASE_ADMIN"] = "deployers",
            ["PERFGATE_DATABASE_ADMIN_ID"] = "66666666-7777-8888-9999-000000000000",
            ["PERFGATE_DATABASE_ADMIN_TYPE"] = "Group",
        };
}
