using System.Diagnostics;
using System.Globalization;
using PerfGate.Tests.Runner;

namespace PerfGate.Tests.K6;

/// <summary>What a k6, the embedded or the real one, did with a script.</summary>
public sealed record EngineRun(int ExitCode, string Output, string Log, IReadOnlyList<string[]> Rows)
{
    private const string Embedded = "PerfGate.K6.dll";

    /// <summary>Sum of a metric's values, of all rows whose cells hold the texts.</summary>
    public double Sum(string metric, params string[] cells) =>
        Rows.Where(row => row[0] == metric && cells.All(cell => row.Contains(cell)))
            .Sum(row => double.Parse(row[2], CultureInfo.InvariantCulture));

    /// <summary>Rows of a metric, of all whose cells hold the texts.</summary>
    public int Count(string metric, params string[] cells) =>
        Rows.Count(row => row[0] == metric && cells.All(cell => row.Contains(cell)));

    /// <summary>Runs a script with the embedded engine.</summary>
    public static Task<EngineRun> EmbeddedAsync(string script, params string[] arguments) =>
        RunAsync("dotnet", [Path.Combine(AppContext.BaseDirectory, Embedded)], script, arguments, null);

    /// <summary>Runs a script with the embedded engine, whose objects may take only so much memory.</summary>
    public static Task<EngineRun> EmbeddedWithMemoryAsync(int megabytes, string script, params string[] arguments) =>
        RunAsync(
            "dotnet",
            [Path.Combine(AppContext.BaseDirectory, Embedded)],
            script,
            arguments,
            null,
            ("DOTNET_GCHeapHardLimit", (megabytes * 1024L * 1024).ToString("x", CultureInfo.InvariantCulture))
        );

    /// <summary>Runs a script with the embedded engine in an environment of another kind.</summary>
    public static Task<EngineRun> EmbeddedWithinAsync(
        string script,
        params (string Name, string Value)[] environment
    ) => RunAsync("dotnet", [Path.Combine(AppContext.BaseDirectory, Embedded)], script, [], null, environment);

    /// <summary>Runs a script with the embedded engine, and sends it SIGINT a time after it has measured something.</summary>
    public static Task<EngineRun> InterruptedAsync(string script, TimeSpan after) =>
        RunAsync("dotnet", [Path.Combine(AppContext.BaseDirectory, Embedded)], script, [], after);

    /// <summary>Runs a script with the k6 on PATH.</summary>
    public static Task<EngineRun> RealAsync(string k6, string script, params string[] arguments) =>
        RunAsync(k6, [], script, arguments, null);

    private static async Task<EngineRun> RunAsync(
        string program,
        string[] before,
        string script,
        string[] arguments,
        TimeSpan? interruptAfter,
        params (string Name, string Value)[] environment
    )
    {
        var folder = Directory.CreateTempSubdirectory("perfgate-k6-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "script.js"), script);
            var start = new ProcessStartInfo(program)
            {
                WorkingDirectory = folder,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            foreach (
                var argument in (string[])
                    [
                        .. before,
                        "run",
                        "--quiet",
                        "--no-usage-report",
                        "--out",
                        "csv=points.csv",
                        .. arguments,
                        "script.js",
                    ]
            )
            {
                start.ArgumentList.Add(argument);
            }
            foreach (var (name, value) in environment)
            {
                start.Environment[name] = value;
            }
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEndAsync();
            var log = process.StandardError.ReadToEndAsync();
            var points = Path.Combine(folder, "points.csv");
            if (interruptAfter is { } time)
            {
                await RunnerUnderTest.EventuallyAsync(
                    () => process.HasExited || new FileInfo(points) is { Exists: true, Length: > 1000 },
                    "the load has begun"
                );
                await Task.Delay(time);
                using var kill = Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]);
                await kill.WaitForExitAsync();
            }
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90));
            try
            {
                await process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill();
                throw;
            }
            var rows = File.Exists(points)
                ? (await File.ReadAllLinesAsync(points)).Select(line => line.Split(','))
                : [];
            return new EngineRun(process.ExitCode, await output, await log, [.. rows]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
