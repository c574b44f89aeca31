using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace PerfGate.Adapters.Processes;

/// <summary>A runner started by this server.</summary>
public sealed class RunnerProcess : IAsyncDisposable
{
    private const int LastWordsLength = 2000;

    private readonly Process _process;
    private readonly StringBuilder _said = new();

    internal RunnerProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += (_, line) => Remember(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Exited = process.WaitForExitAsync();
    }

    /// <summary>Whether it is gone.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Its process id.</summary>
    public int Id => _process.Id;

    /// <summary>Completes when it is gone.</summary>
    public Task Exited { get; }

    /// <summary>The end of what it wrote to its standard error, with its exit status.</summary>
    public string LastWords
    {
        get
        {
            lock (_said)
            {
                var status = _process.HasExited ? FormattableString.Invariant($"exit status {_process.ExitCode}") : "";
                return $"{status} {_said}".Trim();
            }
        }
    }

    /// <summary>Ends it with all it started, now.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }
        await Exited;
    }

    /// <summary>Asks it to stop and leave its end record, and kills what is still there after the grace.</summary>
    public async Task StopAsync(TimeSpan grace, TimeProvider time)
    {
        if (!_process.HasExited && !OperatingSystem.IsWindows())
        {
            using var term = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
            await term.WaitForExitAsync();
            await Task.WhenAny(Exited, Task.Delay(grace, time));
        }
        await KillAsync();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private void Remember(string? line)
    {
        if (line is null)
        {
            return;
        }
        lock (_said)
        {
            _said.AppendLine(line);
            if (_said.Length > LastWordsLength)
            {
                _said.Remove(0, _said.Length - LastWordsLength);
            }
        }
    }
}
