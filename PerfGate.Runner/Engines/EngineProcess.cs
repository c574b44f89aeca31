using System.Diagnostics;

namespace PerfGate.Runner.Engines;

/// <summary>A running engine.</summary>
internal sealed class EngineProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task _output;

    private EngineProcess(Process process, Task exited, Action<string> onLine)
    {
        _process = process;
        _output = Task.WhenAll(
            LineReader.ReadAsync(process.StandardOutput, onLine),
            LineReader.ReadAsync(process.StandardError, onLine)
        );
        Exited = EndAsync(exited);
    }

    /// <summary>Process id.</summary>
    public int Id => _process.Id;

    /// <summary>Completes with the exit status when the engine is gone and all it printed was read.</summary>
    public Task<int> Exited { get; }

    /// <summary>Starts an engine so that it dies with this process.</summary>
    /// <param name="command">Program and arguments.</param>
    /// <param name="folder">Working folder.</param>
    /// <param name="environment">The whole environment.</param>
    /// <param name="onLine">Called with each line printed, at most <see cref="LineReader.MaxLength"/> characters of it, from two threads.</param>
    /// <exception cref="System.ComponentModel.Win32Exception">It could not be started.</exception>
    public static async Task<EngineProcess> StartAsync(
        IReadOnlyList<string> command,
        string folder,
        IReadOnlyDictionary<string, string> environment,
        Action<string> onLine
    )
    {
        var wrapped = ExecWithParent.Wrap(command);
        var start = new ProcessStartInfo(wrapped[0])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in wrapped.Skip(1))
        {
            start.ArgumentList.Add(argument);
        }
        start.Environment.Clear();
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var process = new Process { StartInfo = start };
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var exited = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // For the kernel the parent is the thread that forked: it must live as long as the engine, as no pool thread does.
        // That is why this thread waits.
        var thread = new Thread(() =>
        {
            try
            {
                process.Start();
            }
            catch (Exception e)
            {
                started.SetException(e);
                return;
            }
            started.SetResult();
            process.WaitForExit();
            exited.SetResult();
        })
        {
            IsBackground = true,
            Name = "parent of the engine",
        };
        thread.Start();
        await started.Task;
        process.StandardInput.Close();
        return new EngineProcess(process, exited.Task, onLine);
    }

    /// <summary>
    /// Ends the engine: SIGINT, upon which k6 stops the load and still writes its summary; if need be SIGTERM after the
    /// grace, and SIGKILL 5 s later. Returns when it is gone.
    /// </summary>
    public async Task StopAsync(TimeSpan grace, TimeProvider time)
    {
        Send(Native.SigInt);
        if (!await EndsWithinAsync(grace, time))
        {
            Send(Native.SigTerm);
            if (!await EndsWithinAsync(TimeSpan.FromSeconds(5), time))
            {
                Kill();
            }
        }
        await Exited;
    }

    /// <summary>Ends the engine at once.</summary>
    public void Kill()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _process.Dispose();

    private void Send(int signal)
    {
        if (_process.HasExited)
        {
            return;
        }
        if (OperatingSystem.IsWindows())
        {
            _process.Kill(entireProcessTree: true);
            return;
        }
        _ = Native.Kill(_process.Id, signal);
    }

    private async Task<bool> EndsWithinAsync(TimeSpan wait, TimeProvider time)
    {
        try
        {
            await Exited.WaitAsync(wait, time);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private async Task<int> EndAsync(Task exited)
    {
        await exited;
        // A process that the engine left behind may hold its output open.
        await Task.WhenAny(_output, Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System));
        return _process.ExitCode;
    }
}
