using System.Diagnostics;
using System.Globalization;
using System.Text;
using PerfGate.Adapters.Http;
using PerfGate.Core.Admission;
using PerfGate.Core.Runners;
using PerfGate.Host.Demo;
using PerfGate.Host.Server;
using PerfGate.Tests.Runner;

namespace PerfGate.Tests.Faults;

/// <summary><c>perfgate serve</c> as a process of its own, that can be killed.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    private const string Announcement = "PerfGate listens on ";
    private readonly Process _process;
    private readonly StringBuilder _errors;

    private HostProcess(Process process, StringBuilder errors, string folder, GateClient gate)
    {
        (_process, _errors, Gate) = (process, errors, gate);
        Artifacts = Path.Combine(folder, "artifacts");
    }

    public GateClient Gate { get; }

    /// <summary>A token that its tests use.</summary>
    public string Token { get; private init; } = "";

    /// <summary>Where its artifacts are.</summary>
    public string Artifacts { get; }

    public int Id => _process.Id;

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

    /// <summary>Starts it and waits until it listens.</summary>
    public static async Task<HostProcess> StartAsync(
        string folder,
        string postgres,
        string engine = "embedded",
        params (string Name, string Value)[] environment
    )
    {
        // The host's assembly is named after its command.
        var program = Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "..", "PerfGate.Host", "bin");
        program = Path.Combine(
            program,
            Path.GetFileName(Path.GetDirectoryName(AppContext.BaseDirectory.TrimEnd('/')))!,
            Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')),
            "perfgate.dll"
        );
        string[] arguments = ["serve", "--data", folder, "--urls", "http://127.0.0.1:0", "--engine", engine];
        var start = new ProcessStartInfo("dotnet", [program, .. arguments, "--postgres", postgres])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }
        var process = Process.Start(start)!;
        var errors = new StringBuilder();
        process.ErrorDataReceived += (_, line) => Note(errors, line.Data);
        process.BeginErrorReadLine();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith(Announcement, StringComparison.Ordinal))
            {
                // Whatever it prints later must not fill the pipe.
                _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
                var key = await LocalSigningKey.LoadOrCreateAsync(folder, TimeProvider.System, CancellationToken.None);
                var token = key.IssueToken("tests", Role.Admin, TimeSpan.FromHours(1));
                var gate = new GateClient(new Uri(line[Announcement.Length..].Trim()), token);
                return new HostProcess(process, errors, folder, gate) { Token = token };
            }
            Note(errors, line);
        }
        await process.WaitForExitAsync();
        throw new InvalidOperationException($"The host did not start: {errors}");
    }

    /// <summary>kill -9, of this process alone.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM; waits for its end, and gives its exit status.</summary>
    public async Task<int> StopAsync()
    {
        Processes.Signal("TERM", _process.Id);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    /// <summary>The runner it has started, or 0.</summary>
    public int Runner => Processes.ChildrenOf(_process.Id).FirstOrDefault(id => Processes.Names(id, "PerfGate.Runner"));

    /// <summary>The load engine that its runner has started, or 0: the one that applies load, not one that looks at the script.</summary>
    public int LoadEngine =>
        Runner is > 0 and var runner
            ? Processes.ChildrenOf(runner).FirstOrDefault(id => Processes.Names(id, "--summary-export"))
            : 0;

    public async ValueTask DisposeAsync()
    {
        Gate.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static void Note(StringBuilder errors, string? line)
    {
        lock (errors)
        {
            errors.AppendLine(line);
        }
    }
}
