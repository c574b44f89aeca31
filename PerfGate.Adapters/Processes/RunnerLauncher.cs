using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using PerfGate.Core;
using PerfGate.Core.Requests;
using PerfGate.Core.Runners;

namespace PerfGate.Adapters.Processes;

/// <summary>Starts runners as child processes of this server, and keeps an eye on them.</summary>
public sealed class RunnerLauncher(TimeProvider time) : IAsyncDisposable
{
    // Enough for the load engine to stop and for what was measured to be left; less than a host waits at its end.
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<Guid, RunnerProcess> _runners = new();

    /// <summary>Starts a runner; null, or why it could not be started.</summary>
    public async Task<RunError?> StartAsync(RunnerOrder order, CancellationToken cancellation)
    {
        string program;
        try
        {
            program = SiblingProgram.Locate("PerfGate.Runner");
        }
        catch (FileNotFoundException absent)
        {
            return new RunError.RunnerNotStarted(absent.Message);
        }
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList = { program },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            var process = Process.Start(start);
            if (process is null)
            {
                return new RunError.RunnerNotStarted("the operating system started nothing");
            }
            var runner = new RunnerProcess(process);
            if (_runners.TryRemove(order.RunId, out var earlier))
            {
                await earlier.DisposeAsync();
            }
            _runners[order.RunId] = runner;
            // The order is told, not passed as an argument: it may hold a SAS, and arguments are there for all to read.
            await process.StandardInput.WriteLineAsync(
                JsonSerializer.Serialize(order, RunJson.Options).AsMemory(),
                cancellation
            );
            process.StandardInput.Close();
            return null;
        }
        catch (Exception refused) when (refused is Win32Exception or IOException)
        {
            return new RunError.RunnerNotStarted(refused.Message);
        }
    }

    /// <summary>The runner this server started for a run; null where it started none, or has ended it.</summary>
    public RunnerProcess? Find(Guid runId) => _runners.GetValueOrDefault(runId);

    /// <summary>What a runner that is gone said last.</summary>
    public string LastWords(Guid runId) =>
        Find(runId) is { } runner
            ? runner.LastWords
            : "it was started by a server that is gone; the load is not made a second time";

    /// <summary>Ends a run's runner, if it is still there: asks first, kills after 5 s. Forgets it, and what it left in /tmp.</summary>
    public async Task EndAsync(Guid runId)
    {
        if (_runners.TryRemove(runId, out var runner))
        {
            await runner.StopAsync(StopGrace, time);
            await runner.DisposeAsync();
        }
        DeleteLeftFolders(runId);
    }

    // A runner that was killed could not take its private folder away. It holds the script, which nobody needs any more.
    private static void DeleteLeftFolders(Guid runId)
    {
        foreach (
            var folder in Directory.EnumerateDirectories(Path.GetTempPath(), RunnerOrder.FolderPrefix(runId) + "*")
        )
        {
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (Exception left) when (left is IOException or UnauthorizedAccessException)
            {
                // Its engine may be in the act of dying.
            }
        }
    }

    /// <summary>Waits; not longer than until the run's runner ends, so that a verdict does not wait for the next look.</summary>
    public async Task DelayUnlessEndedAsync(Guid runId, TimeSpan delay, CancellationToken cancellation)
    {
        var waiting = Task.Delay(delay, time, cancellation);
        await (Find(runId) is { HasExited: false } runner ? Task.WhenAny(waiting, runner.Exited) : waiting);
        cancellation.ThrowIfCancellationRequested();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_runners.Keys.Select(EndAsync));
    }
}
