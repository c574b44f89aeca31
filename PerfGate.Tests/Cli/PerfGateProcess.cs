using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace PerfGate.Tests.Cli;

/// <summary><c>perfgate</c> as a process of its own, with its output and error as pipes.</summary>
internal sealed class PerfGateProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _errors = new();
    private readonly Task<string> _output;

    private PerfGateProcess(Process process)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
        process.ErrorDataReceived += (_, line) =>
        {
            lock (_errors)
            {
                _errors.AppendLine(line.Data);
            }
        };
        process.BeginErrorReadLine();
    }

    /// <summary>The host's assembly; it is named after its command.</summary>
    public static string Program
    {
        get
        {
            var here = AppContext.BaseDirectory.TrimEnd('/');
            return Path.Combine(
                Path.GetFullPath(Path.Combine(here, "..", "..", "..", "..", "PerfGate.Host", "bin")),
                Path.GetFileName(Path.GetDirectoryName(here))!,
                Path.GetFileName(here),
                "perfgate.dll"
            );
        }
    }

    public string Errors
    {
        get
        {
            lock (_errors)
            {
                return _errors.ToString();
            }
        }
    }

    /// <summary>Starts it; in a folder of the test's, if it is to leave anything.</summary>
    public static PerfGateProcess Start(
        IReadOnlyList<string> arguments,
        string? folder = null,
        string? input = null,
        params (string Name, string Value)[] environment
    )
    {
        var start = new ProcessStartInfo("dotnet", [Program, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            WorkingDirectory = folder ?? Path.GetTempPath(),
        };
        start.Environment["NO_COLOR"] = "1";
        start.Environment.Remove("PERFGATE_SERVER");
        start.Environment.Remove("PERFGATE_TOKEN");
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }
        var process = Process.Start(start)!;
        if (input is not null)
        {
            process.StandardInput.Write(input);
        }
        process.StandardInput.Close();
        return new PerfGateProcess(process);
    }

    /// <summary>Runs it to its end.</summary>
    public static async Task<CliResult> RunAsync(
        IReadOnlyList<string> arguments,
        string? folder = null,
        string? input = null,
        params (string Name, string Value)[] environment
    )
    {
        await using var program = Start(arguments, folder, input, environment);
        return await program.EndAsync();
    }

    /// <summary>
    /// Runs it to its end, and up to twice more where it could not tell (exit code 2): the machine of a check may be too busy to make
    /// a load in full, and whoever asks such a gate asks again.
    /// </summary>
    public static async Task<CliResult> RunToVerdictAsync(
        IReadOnlyList<string> arguments,
        string? folder = null,
        params (string Name, string Value)[] environment
    )
    {
        CliResult result;
        var tries = 0;
        do
        {
            result = await RunAsync(arguments, folder, null, environment);
        } while (result.ExitCode == 2 && ++tries < 3);
        return result;
    }

    /// <summary>Waits until its errors hold a text; the text after it, to the end of the line.</summary>
    public async Task<string> SaysAsync(string text)
    {
        while (true)
        {
            var line = Errors.Split('\n').FirstOrDefault(line => line.Contains(text, StringComparison.Ordinal));
            if (line is not null)
            {
                return line[(line.IndexOf(text, StringComparison.Ordinal) + text.Length)..].Trim();
            }
            Assert.False(_process.HasExited, $"It ended without saying \"{text}\": {Errors}");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    public void Signal(string name) => Faults.Processes.Signal(name, _process.Id);

    public async Task<CliResult> EndAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromMinutes(3));
        await _process.WaitForExitAsync(patience.Token);
        return new CliResult(_process.ExitCode, await _output, Errors);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}

/// <summary>How it ended.</summary>
internal sealed record CliResult(int ExitCode, string Output, string Errors)
{
    /// <summary>The output, which is one JSON document and nothing else.</summary>
    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Output);

    public void Was(int exitCode) => Assert.True(ExitCode == exitCode, $"exit {ExitCode}\n{Output}\n{Errors}");
}
