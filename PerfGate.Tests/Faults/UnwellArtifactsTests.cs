using System.Diagnostics;
using PerfGate.Adapters.Http;
using PerfGate.Core.Runners;
using PerfGate.Core.Runs;
using PerfGate.Host.Demo;
using PerfGate.Host.Server;
using PerfGate.Tests.Runner;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Faults;

/// <summary>The folder of the artifacts is full, gone, or no folder: the run fails with that reason and frees its slot.</summary>
public sealed class UnwellArtifactsTests(PostgresFixture postgres) : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("perfgate-unwell-").FullName;
    private bool _mounted;
    private GateServer _server = null!;
    private GateClient _gate = null!;
    private LoadTarget _target = null!;

    private static CancellationToken Never => TestContext.Current.CancellationToken;

    private string Artifacts => Path.Combine(_folder, "artifacts");

    public async ValueTask InitializeAsync()
    {
        _target = await LoadTarget.StartAsync();
        _server = await GateServer.StartAsync(
            new GateServerOptions
            {
                DataFolder = _folder,
                Urls = "http://127.0.0.1:0",
                Engine = "embedded",
                PostgresConnectionString = await postgres.CreateDatabaseAsync(),
            },
            CancellationToken.None
        );
        _gate = new GateClient(_server.Address, _server.IssueToken("tests"));
    }

    [Fact]
    public async Task A_disk_that_fills_up_under_load_stops_it_and_names_the_full_disk()
    {
        await MountSmallDiskAsync();
        var run = (await _gate.ExecuteAsync(Loads.Request(_target.Url, duration: 60), Never)).TestId;
        await UnderLoadAsync(1);

        await FillAsync();
        var end = await Loads.EndAsync(_gate, run);

        AssertFailed(end, "No space left on device");
        Assert.Empty(Processes.OfRun(run));
        Assert.Empty(Processes.FoldersOf(run));
        File.Delete(Path.Combine(Artifacts, "filler"));
        await AssertNextRunPassesAsync();
    }

    [Fact]
    public async Task A_disk_that_is_full_from_the_beginning_fails_the_run_before_its_load()
    {
        await MountSmallDiskAsync();
        await FillAsync();

        var end = await Loads.EndAsync(_gate, (await _gate.ExecuteAsync(Loads.Request(_target.Url), Never)).TestId);

        AssertFailed(end, "No space left on device");
        Assert.Equal(0, _target.Requests);
    }

    [Fact]
    public async Task An_artifact_folder_deleted_under_load_ends_the_run_with_that_reason()
    {
        var run = (await _gate.ExecuteAsync(Loads.Request(_target.Url, duration: 60), Never)).TestId;
        await UnderLoadAsync(1);
        await RunnerUnderTest.EventuallyAsync(() => HasSeries(run), "the series has begun");

        Directory.Delete(Artifacts, recursive: true);
        var end = await Loads.EndAsync(_gate, run);

        AssertFailed(end, "could not");
        Assert.Empty(Processes.OfRun(run));
        await AssertNextRunPassesAsync();
    }

    [Fact]
    public async Task A_file_where_the_artifact_folder_should_be_fails_the_run_and_frees_the_slot()
    {
        await File.WriteAllTextAsync(Artifacts, "in the way", Never);

        var end = await Loads.EndAsync(_gate, (await _gate.ExecuteAsync(Loads.Request(_target.Url), Never)).TestId);

        AssertFailed(end, "artifacts");
        Assert.Equal(0, _target.Requests);
        File.Delete(Artifacts);
        await AssertNextRunPassesAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _gate.Dispose();
        await _server.DisposeAsync();
        await _target.DisposeAsync();
        if (_mounted)
        {
            using var unmount = Process.Start("umount", [Artifacts]);
            await unmount.WaitForExitAsync(CancellationToken.None);
        }
        Directory.Delete(_folder, recursive: true);
    }

    private static void AssertFailed(RunView run, string reason)
    {
        Assert.True((run.Status, run.Verdict) == (RunStatus.Failed, Verdict.Error), Loads.Explain(run));
        Assert.True(
            run.Reasons.Any(each => each.Sentence.Contains(reason, StringComparison.Ordinal)),
            Loads.Explain(run)
        );
    }

    private bool HasSeries(Guid run) =>
        new FileInfo(Path.Combine(Artifacts, run.ToString(), ArtifactNames.Series(0))) is { Exists: true, Length: > 0 };

    private async Task AssertNextRunPassesAsync()
    {
        var next = await Loads.EndAsync(_gate, (await _gate.ExecuteAsync(Loads.Request(_target.Url), Never)).TestId);
        Loads.AssertWell(next);
    }

    private Task UnderLoadAsync(int requests) =>
        RunnerUnderTest.EventuallyAsync(() => _target.Requests > requests, "load begins");

    private async Task MountSmallDiskAsync()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "only root can mount a disk");
        Directory.CreateDirectory(Artifacts);
        using var mount = Process.Start("mount", ["-t", "tmpfs", "-o", "size=2m", "perfgate-test", Artifacts]);
        await mount.WaitForExitAsync(Never);
        Assert.SkipUnless(mount.ExitCode == 0, "no disk can be mounted here");
        _mounted = true;
    }

    private async Task FillAsync()
    {
        await using var filler = new FileStream(Path.Combine(Artifacts, "filler"), FileMode.Append);
        var block = new byte[4096];
        try
        {
            while (true)
            {
                await filler.WriteAsync(block, Never);
                await filler.FlushAsync(Never);
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }
}
