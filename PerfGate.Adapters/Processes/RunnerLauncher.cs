using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using PerfGate.Adapters.Runs;
using PerfGate.Core;
using PerfGate.Core.Requests;
using PerfGate.Core.Runners;

namespace PerfGate.Adapters.Processes;

/// <summary>Starts runners as child processes of this server, and keeps an eye on them.</summary>
public sealed class RunnerLauncher(TimeProvider time) : IRunnerLauncher, IAsyncDisposable
{
    // Enough for the load engine to stop and for what was measured to be left; less than a host waits at its end.
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<(Guid Run, int Segment), RunnerProcess> _runners = new();

    /// <inheritdoc />
    public bool StartsOnce => false;

    /// <inheritdoc />
    public async Task<RunError?> StartAsync(RunnerOrder order, CancellationToken cancellation)
    {
        if (Find(order.RunId, order.Segment) is not null)
        {
            return null;
        }
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
        // Of the server's secrets a runner has those that its run refers to.
        var others = start
            .Environment.Keys.Where(name =>
                name.StartsWith(SecretReferences.Prefix, StringComparison.OrdinalIgnoreCase)
            )
            .Except(order.Secrets.Select(name => SecretReferences.Prefix + name), StringComparer.Ordinal)
            .ToList();
        foreach (var name in others)
        {
            start.Environment.Remove(name);
        }
        try
        {
            var process = Process.Start(start);
            if (process is null)
            {
                return new RunError.RunnerNotStarted("the operating system started nothing");
            }
            var runner = new RunnerProcess(process);
            _runners[(order.RunId, order.Segment)] = runner;
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

    /// <summary>The runner this server started for a segment; null where it started none, or has ended it.</summary>
    public RunnerProcess? Find(Guid runId, int segment = 0) => _runners.GetValueOrDefault((runId, segment));

    /// <inheritdoc />
    public Task<RunnerState> LookAsync(Guid runId, int segment, CancellationToken cancellation) =>
        Task.FromResult(
            Find(runId, segment) is not { } runner
                ? new RunnerState(
                    RunnerPresence.Stranger,
                    null,
                    "it was started by a server that is gone; the load is not made a second time"
                )
                : new RunnerState(
                    runner.HasExited ? RunnerPresence.Gone : RunnerPresence.Running,
                    null,
                    runner.LastWords
                )
        );

    /// <summary>
    /// Ends a run's runners that are still there: asks first, kills after 5 s. Forgets them, and what they left in /tmp. Not
    /// cancelled: they are children of this server, and end with it.
    /// </summary>
    public async Task EndAsync(Guid runId, CancellationToken cancellation)
    {
        await Task.WhenAll(_runners.Keys.Where(key => key.Run == runId).Select(EndAsync));
        DeleteLeftFolders(RunnerOrder.FolderPrefix(runId));
    }

    /// <inheritdoc />
    public async Task EndSegmentAsync(Guid runId, int segment, CancellationToken cancellation)
    {
        await EndAsync((runId, segment));
        DeleteLeftFolders(RunnerOrder.FolderPrefix(runId, segment));
    }

    private async Task EndAsync((Guid Run, int Segment) key)
    {
        if (_runners.TryRemove(key, out var runner))
        {
            await runner.StopAsync(StopGrace, time);
            await runner.DisposeAsync();
        }
    }

    // A runner that was killed could not take its private folder away. It holds the script, which nobody needs any more.
    private static void DeleteLeftFolders(string prefix)
    {
        foreach (var folder in Directory.EnumerateDirectories(Path.GetTempPath(), prefix + "*"))
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

    /// <inheritdoc />
    // So that a verdict does not wait for the next look.
    public async Task DelayUnlessEndedAsync(Guid runId, TimeSpan delay, CancellationToken cancellation)
    {
        var running = _runners
            .Where(one => one.Key.Run == runId && !one.Value.HasExited)
            .Select(one => one.Value.Exited);
        await Task.WhenAny([Task.Delay(delay, time, cancellation), .. running]);
        cancellation.ThrowIfCancellationRequested();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync() =>
        await Task.WhenAll(
            _runners.Keys.Select(key => key.Run).Distinct().Select(run => EndAsync(run, CancellationToken.None))
        );
}
