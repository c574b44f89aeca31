using System.Diagnostics;
using System.Text.RegularExpressions;
using PerfGate.Adapters.Processes;

namespace PerfGate.Host.Trial;

/// <summary>A command of a load engine that has ended.</summary>
/// <param name="ExitCode">Its exit status.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Errors">What it logged as errors, one a line.</param>
internal sealed record EngineAnswer(int ExitCode, string Output, IReadOnlyList<string> Errors);

/// <summary>Runs commands of a load engine, which the runner program finds.</summary>
internal sealed partial class EngineTry(string engine, string folder)
{
    /// <summary>What the runner ends with where there is no such engine.</summary>
    private const int NoEngine = 69;

    /// <summary>Runs one to its end; it is killed when cancelled.</summary>
    /// <exception cref="InvalidOperationException">There is no such engine.</exception>
    public async Task<EngineAnswer> RunAsync(string[] arguments, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(
            "dotnet",
            [SiblingProgram.Locate("PerfGate.Runner"), "engine", engine, folder, "--", .. arguments]
        )
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            await process.WaitForExitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            throw;
        }
        var said = await errors;
        return process.ExitCode == NoEngine
            ? throw new InvalidOperationException($"--engine is \"{engine}\", and {said.Trim()}.")
            : new EngineAnswer(process.ExitCode, await output, [.. said.Split('\n').Select(Problem).OfType<string>()]);
    }

    /// <summary>What a line of the log says, if it is an error or tells why a request failed; without its time.</summary>
    private static string? Problem(string line)
    {
        if (!Level().IsMatch(line))
        {
            return null;
        }
        var message = Cause().Match(line) is { Success: true } cause ? cause : Message().Match(line);
        return message.Success
            ? message.Groups[1].Value.Replace("\\n", " ", StringComparison.Ordinal).Replace("\\\"", "\"").Trim()
            : line.Trim();
    }

    [GeneratedRegex(@"\blevel=(error|fatal)\b|\bRequest Failed\b")]
    private static partial Regex Level();

    [GeneratedRegex("""\berror="((?:[^"\\]|\\.)*)[\"]""")]
    private static partial Regex Cause();

    [GeneratedRegex("""\bmsg=(?:"((?:[^"\\]|\\.)*)"|(?:\S+))""")]
    private static partial Regex Message();
}
