using System.Diagnostics;

namespace PerfGate.Runner.Engines;

/// <summary>
/// Runs a load engine with arguments of somebody else's, on this process's own output: what <c>perfgate check</c> uses to try a
/// script before there is an order.
/// </summary>
internal static class EngineShell
{
    /// <summary>First argument that asks for it: <c>engine WANTED FOLDER -- ARGUMENTS</c>.</summary>
    public const string Verb = "engine";

    /// <summary>Exit status: there is no such engine.</summary>
    public const int NotFound = 69;

    /// <summary>Runs it to its end; the exit status is the engine's.</summary>
    /// <param name="wanted">auto, k6, embedded, or the path of a k6 binary.</param>
    /// <param name="folder">Its working folder, and its home: no configuration of the user's is read.</param>
    /// <param name="arguments">k6's own arguments.</param>
    public static async Task<int> RunAsync(string wanted, string folder, IReadOnlyList<string> arguments)
    {
        var (engine, problem) = Engine.Find(wanted);
        if (engine is null)
        {
            await Console.Error.WriteLineAsync(problem);
            return NotFound;
        }
        var start = new ProcessStartInfo(engine.Command[0], [.. engine.Command.Skip(1), .. arguments])
        {
            WorkingDirectory = folder,
        };
        start.Environment["HOME"] = folder;
        start.Environment["K6_AUTO_EXTENSION_RESOLUTION"] = "false";
        start.Environment["K6_BINARY_PROVISIONING"] = "false";
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
