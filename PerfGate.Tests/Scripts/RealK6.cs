using System.Diagnostics;

namespace PerfGate.Tests.Scripts;

/// <summary>A k6 binary of the machine, where it has one.</summary>
internal static class RealK6
{
    private static readonly string? Binary = (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .SelectMany(folder => new[] { Path.Combine(folder, "k6"), Path.Combine(folder, "k6.exe") })
        .FirstOrDefault(File.Exists);

    public static void SkipWhereThereIsNone() => Assert.SkipUnless(Binary is not null, "no k6 on PATH");

    /// <summary>Runs it to its end, a minute at most.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(
        string folder,
        params string[] arguments
    )
    {
        var start = new ProcessStartInfo(Binary!, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Settings of the machine must not change what is tested.
        start.Environment["K6_NO_USAGE_REPORT"] = "true";
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(TimeSpan.FromMinutes(1));
        using var process = Process.Start(start)!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
            var errors = process.StandardError.ReadToEndAsync(timeout.Token);
            await process.WaitForExitAsync(timeout.Token);
            return (process.ExitCode, await output, await errors);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
