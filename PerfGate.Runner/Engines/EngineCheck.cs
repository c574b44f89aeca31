using System.Text;

namespace PerfGate.Runner.Engines;

/// <summary>Runs an engine for a moment, for what it prints.</summary>
internal static class EngineCheck
{
    /// <summary>Longest time a check may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // Init code may print for as long as the patience lasts.
    private const int MaxOutput = 1024 * 1024;

    /// <summary>Exit status and output of a command; the status is null where it was still running after the patience.
    /// Of output beyond a million characters only whole lines that still fit are kept.</summary>
    public static async Task<(int? ExitCode, string Output)> RunAsync(
        IReadOnlyList<string> command,
        string folder,
        IReadOnlyDictionary<string, string> environment,
        TimeProvider time
    )
    {
        var output = new StringBuilder();
        using var process = await EngineProcess.StartAsync(
            command,
            folder,
            environment,
            line =>
            {
                lock (output)
                {
                    if (output.Length + line.Length <= MaxOutput)
                    {
                        output.AppendLine(line);
                    }
                }
            }
        );
        int exitCode;
        try
        {
            exitCode = await process.Exited.WaitAsync(Patience, time);
        }
        catch (TimeoutException)
        {
            process.Kill();
            await process.Exited;
            return (null, "");
        }
        lock (output)
        {
            return (exitCode, output.ToString());
        }
    }
}
