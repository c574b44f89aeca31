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

    [Theory]
    [InlineData("PerfGate.Functions/bin/output", "PerfGate.Runner/bin/Debug/net10.0")]
    [InlineData("PerfGate.Functions/bin/output", "PerfGate.Runner/bin/Release/net10.0")]
    [InlineData("PerfGate.Functions/bin/output", "PerfGate.Functions/bin/output")]
    [InlineData("PerfGate.Host/bin/Release/net10.0", "PerfGate.Runner/bin/Release/net10.0")]
    [InlineData(
        "PerfGate.Host/bin/Release/net10.0/publish",
        "PerfGate.Host/bin/Release/net10.0/publish/PerfGate.Runner"
    )]
    public void The_runner_is_found_wherever_a_clone_was_built_to(string from, string built)
    {
        var clone = Directory.CreateDirectory(Path.Combine(_folder, "clone")).FullName;
        File.WriteAllText(Path.Combine(clone, "PerfGate.sln"), "");
        var here = Directory.CreateDirectory(Path.Combine(clone, from)).FullName;
        var place = Directory.CreateDirectory(Path.Combine(clone, built)).FullName;
        File.WriteAllText(Path.Combine(place, "PerfGate.Runner.dll"), "");
        File.WriteAllText(Path.Combine(place, "PerfGate.Runner.runtimeconfig.json"), "");

        var found = SiblingProgram.Locate("PerfGate.Runner", here + Path.DirectorySeparatorChar);

        Assert.Equal(Path.Combine(place, "PerfGate.Runner.dll"), found);
    }

    [Fact]
    public void Of_two_builds_the_later_one_runs_where_the_app_does_not_say_which()
    {
        var clone = Directory.CreateDirectory(Path.Combine(_folder, "clone")).FullName;
        File.WriteAllText(Path.Combine(clone, "PerfGate.sln"), "");
        var age = TimeSpan.Zero;
        foreach (var configuration in new[] { "Release", "Debug" })
        {
            var place = Directory.CreateDirectory(
                Path.Combine(clone, "PerfGate.Runner", "bin", configuration, "net10.0")
            );
            var file = Path.Combine(place.FullName, "PerfGate.Runner.dll");
            File.WriteAllText(file, "");
            File.WriteAllText(Path.ChangeExtension(file, ".runtimeconfig.json"), "");
            File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch - age);
            age += TimeSpan.FromDays(1);
        }

        var found = SiblingProgram.Locate("PerfGate.Runner", Path.Combine(clone, "PerfGate.Functions/bin/output"));

        Assert.Contains("Release", found, StringComparison.Ordinal);
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
