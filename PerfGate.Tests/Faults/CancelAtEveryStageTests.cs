using Microsoft.Extensions.DependencyInjection;
using PerfGate.Adapters;
using PerfGate.Adapters.Postgres;
using PerfGate.Adapters.Processes;
using PerfGate.Adapters.Runs;
using PerfGate.Core;
using PerfGate.Core.Baselines;
using PerfGate.Core.Runners;
using PerfGate.Core.Runs;
using PerfGate.Tests.Runner;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Faults;

/// <summary>A cancellation at each stage of a run's way, with the real steps.</summary>
public sealed class CancelAtEveryStageTests(PostgresFixture postgres) : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("perfgate-cancel-").FullName;
    private ServiceProvider _services = null!;
    private LoadTarget _target = null!;

    private static CancellationToken Never => TestContext.Current.CancellationToken;

    private RunStore Runs => _services.GetRequiredService<RunStore>();

    public async ValueTask InitializeAsync()
    {
        var database = await postgres.CreateDatabaseAsync();
        _services = new ServiceCollection()
            .AddPerfGate(
                new PerfGateOptions
                {
                    PostgresConnectionString = database,
                    ArtifactFolder = _folder,
                    Engine = "embedded",
                }
            )
            .AddLogging()
            .BuildServiceProvider();
        _target = await LoadTarget.StartAsync();
    }

    [Theory]
    [InlineData(nameof(IRunSteps.TakeSlotAsync))]
    [InlineData(nameof(IRunSteps.PrepareScriptAsync))]
    [InlineData(nameof(IRunSteps.StartRunnersAsync))]
    public async Task A_run_that_is_cancelled_before_its_load_ends_cancelled_and_makes_none(string before)
    {
        var (run, verdict) = await ExecuteAsync(before, 60);

        Assert.Equal((RunStatus.Cancelled, Verdict.Inconclusive), (run.Status, run.Verdict));
        Assert.Equal("cancelled", run.Reasons[0].Code);
        Assert.Equal(before == nameof(IRunSteps.TakeSlotAsync), verdict is null);
        Assert.Equal(0, _target.Requests);
        await AssertOverAsync(run.Id);
    }

    [Theory]
    [InlineData("the runner starts", "load", 60, 0)]
    [InlineData("ramping", "load", 60, 1)]
    [InlineData("steady", "endurance", 60, 40)]
    [InlineData("ending", "endurance", 3, 220)]
    public async Task A_run_that_is_cancelled_under_load_ends_cancelled_within_seconds(
        string stage,
        string testType,
        int seconds,
        int requests
    )
    {
        var begun = TimeProvider.System.GetTimestamp();
        var (run, _) = await ExecuteAsync(nameof(IRunSteps.ObserveRunnersAsync), seconds, requests, testType);

        // On a slow machine a load that is ending may be over before it is asked to stop: then its verdict stands.
        var over = stage == "ending" && (run.Status, run.Verdict) is (RunStatus.Completed, not Verdict.Passed);
        Assert.True(
            over || (run.Status, run.Verdict) == (RunStatus.Cancelled, Verdict.Inconclusive),
            $"{stage}: {run.Status} {run.Verdict}"
        );
        Assert.True(TimeProvider.System.GetElapsedTime(begun) < TimeSpan.FromSeconds(50), "it ran to its planned end");
        await AssertOverAsync(run.Id);
    }

    [Theory]
    [InlineData(nameof(IRunSteps.MeasureAsync), RunStatus.Cancelled)]
    [InlineData(nameof(IRunSteps.JudgeAsync), RunStatus.Cancelled)]
    // The verdict was found before: it stands.
    [InlineData(nameof(IRunSteps.ReportAsync), RunStatus.Completed)]
    [InlineData(nameof(IRunSteps.RecordAsync), RunStatus.Completed)]
    [InlineData(nameof(IRunSteps.CleanUpAsync), RunStatus.Completed)]
    public async Task A_run_that_is_cancelled_after_its_load_ends_cancelled_or_with_its_verdict(
        string before,
        RunStatus expected
    )
    {
        var (run, verdict) = await ExecuteAsync(before, 2);

        Assert.Equal(expected, run.Status);
        Assert.Equal(verdict?.Verdict, run.Verdict);
        // Undisturbed it has failed; a machine with no time for the load makes it inconclusive, and that stands as well.
        Assert.Equal(expected == RunStatus.Cancelled, run.Reasons.Any(reason => reason.Code == "cancelled"));
        Assert.NotEqual(Verdict.Passed, run.Verdict);
        await AssertOverAsync(run.Id);
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _target.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Takes a run along its whole way and cancels it right before a step, once the target has seen enough.</summary>
    private async Task<(RunRow Run, RunVerdict? Verdict)> ExecuteAsync(
        string before,
        int seconds,
        int requests = 0,
        string testType = "endurance"
    )
    {
        // A minimum of traffic that is never reached makes the verdict of an undisturbed run a certain one.
        var request = Loads.Read(Loads.Request(_target.Url, seconds, rate: 80, testType: testType));
        var configuration = request.Configuration;
        request = request with
        {
            Configuration = configuration with { Thresholds = configuration.Thresholds with { MinThroughput = 5000 } },
        };
        var id = Guid.NewGuid();
        await Runs.InsertAsync(
            new NewRun(id, request, DateTimeOffset.UnixEpoch, "somebody", LoadFingerprint.Of(request)),
            Never
        );
        var steps = new CancellingSteps(
            _services.GetRequiredService<RunStepsFactory>().Create(Never),
            before,
            () => _target.Requests >= requests,
            () => Runs.RequestCancelAsync(id, Never)
        );
        var verdict = await RunWorkflow.ExecuteAsync(id, steps);
        return ((await Runs.FindAsync(id, Never))!, verdict);
    }

    private async Task AssertOverAsync(Guid run)
    {
        Assert.Null(_services.GetRequiredService<RunnerLauncher>().Find(run));
        Assert.Empty(Processes.OfRun(run));
        Assert.Empty(Processes.FoldersOf(run));
        Assert.Empty(await _services.GetRequiredService<RunQueue>().ListOrphansAsync(10, Never));
    }

    private sealed class CancellingSteps(
        IRunSteps steps,
        string before,
        Func<bool> isTime,
        Func<Task<CancelAnswer>> cancel
    ) : IRunSteps
    {
        private bool _cancelled;

        public Task<SlotAnswer> TakeSlotAsync(Guid runId) =>
            AfterCancelAsync(nameof(TakeSlotAsync), () => steps.TakeSlotAsync(runId));

        public Task<RunError?> PrepareScriptAsync(Guid runId) =>
            AfterCancelAsync(nameof(PrepareScriptAsync), () => steps.PrepareScriptAsync(runId));

        public Task<RunError?> StartRunnersAsync(Guid runId) =>
            AfterCancelAsync(nameof(StartRunnersAsync), () => steps.StartRunnersAsync(runId));

        public Task<RunnersAnswer> ObserveRunnersAsync(Guid runId) =>
            AfterCancelAsync(nameof(ObserveRunnersAsync), () => steps.ObserveRunnersAsync(runId));

        public Task<RunError?> MeasureAsync(Guid runId) =>
            AfterCancelAsync(nameof(MeasureAsync), () => steps.MeasureAsync(runId));

        public Task<RunVerdict> JudgeAsync(Guid runId, RunError? error) =>
            AfterCancelAsync(nameof(JudgeAsync), () => steps.JudgeAsync(runId, error));

        public async Task ReportAsync(Guid runId)
        {
            await CancelAsync(nameof(ReportAsync));
            await steps.ReportAsync(runId);
        }

        public async Task RecordAsync(Guid runId)
        {
            await CancelAsync(nameof(RecordAsync));
            await steps.RecordAsync(runId);
        }

        public async Task CleanUpAsync(Guid runId)
        {
            await CancelAsync(nameof(CleanUpAsync));
            await steps.CleanUpAsync(runId);
        }

        // Looked at more often than usual, so that a stage is not missed.
        public Task DelayAsync(TimeSpan delay) => steps.DelayAsync(TimeSpan.FromMilliseconds(50));

        private async Task<T> AfterCancelAsync<T>(string step, Func<Task<T>> take)
        {
            await CancelAsync(step);
            return await take();
        }

        private async Task CancelAsync(string step)
        {
            if (!_cancelled && step == before && isTime())
            {
                _cancelled = true;
                await cancel();
            }
        }
    }
}
