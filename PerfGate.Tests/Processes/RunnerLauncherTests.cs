using PerfGate.Adapters.Files;
using PerfGate.Adapters.Processes;
using PerfGate.Adapters.Runs;
using PerfGate.Core.Runners;
using PerfGate.Tests.Runner;

namespace PerfGate.Tests.Processes;

/// <summary>The launcher with the real runner.</summary>
public sealed class RunnerLauncherTests : IDisposable
{
    // Idles: what matters here is the process, not its load.
    private const string Idle = """
        import { sleep } from 'k6';
        export const options = { vus: 1, duration: '5m' };
        export default function () { sleep(1); }
        """;

    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"perfgate-launcher-{Guid.NewGuid():N}");
    private readonly Guid _run = Guid.NewGuid();
    private readonly FolderArtifactStore _store;

    public RunnerLauncherTests() => _store = new FolderArtifactStore(_folder);

    [Fact]
    public async Task A_runner_told_to_end_leaves_its_end_record_and_no_process()
    {
        await using var launcher = new RunnerLauncher(TimeProvider.System);
        Assert.Null(await launcher.StartAsync(await OrderAsync(Idle), CancellationToken.None));
        var runner = launcher.Find(_run)!;
        // Both appear once the runner has read its order and started its engine.
        await RunnerUnderTest.EventuallyAsync(
            () => Has(ArtifactNames.Log(0)) || Has(ArtifactNames.Series(0)),
            "load begins"
        );

        await launcher.EndAsync(_run, CancellationToken.None);

        Assert.True(runner.Exited.IsCompleted);
        Assert.Null(launcher.Find(_run));
        Assert.True(Has(ArtifactNames.End(0)), "the runner was killed before it could report its end");
    }

    [Fact]
    public async Task A_runner_that_cannot_read_its_script_ends_and_its_end_is_awaited()
    {
        await using var launcher = new RunnerLauncher(TimeProvider.System);
        Assert.Null(await launcher.StartAsync(await OrderAsync(script: null), CancellationToken.None));

        await launcher.DelayUnlessEndedAsync(_run, TimeSpan.FromMinutes(1), CancellationToken.None);

        Assert.True(launcher.Find(_run)!.HasExited);
        var state = await launcher.LookAsync(_run, 0, CancellationToken.None);
        Assert.Equal(RunnerPresence.Gone, state.Presence);
        Assert.Contains("exit status", state.LastWords, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_whose_runner_is_not_ours_is_said_not_to_be_repeated()
    {
        await using var launcher = new RunnerLauncher(TimeProvider.System);

        Assert.Null(launcher.Find(_run));
        var state = await launcher.LookAsync(_run, 0, CancellationToken.None);
        Assert.Equal(RunnerPresence.Stranger, state.Presence);
        Assert.Contains("not made a second time", state.LastWords, StringComparison.Ordinal);
        await launcher.EndAsync(_run, CancellationToken.None);
    }

    [Fact]
    public void A_program_that_is_not_there_is_reported_with_the_places_looked_at()
    {
        var absent = Assert.Throws<FileNotFoundException>(() => SiblingProgram.Locate("PerfGate.Nothing"));

        Assert.Contains("Looked at:", absent.Message, StringComparison.Ordinal);
        Assert.Contains("PerfGate.Nothing.dll", absent.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private bool Has(string name) => File.Exists(Path.Combine(_folder, _run.ToString(), name));

    private async Task<RunnerOrder> OrderAsync(string? script)
    {
        if (script is not null)
        {
            await _store.WriteAsync(
                _run,
                ArtifactNames.Script,
                System.Text.Encoding.UTF8.GetBytes(script),
                CancellationToken.None
            );
        }
        var now = TimeProvider.System.GetUtcNow();
        return new RunnerOrder
        {
            RunId = _run,
            Artifacts = (await _store.AccessForAsync(_run, 0, now.AddHours(1), CancellationToken.None)).Artifacts,
            Deadline = now.AddMinutes(2),
            Engine = "embedded",
            ParentPid = Environment.ProcessId,
        };
    }
}
