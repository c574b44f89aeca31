using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;
using PerfGate.Adapters.ContainerInstances;
using PerfGate.Adapters.Files;
using PerfGate.Adapters.Retention;
using PerfGate.Adapters.Runs;
using PerfGate.Core.Requests;
using PerfGate.Core.Runs;
using PerfGate.Core.Schedules;
using PerfGate.Functions.Orchestration;
using PerfGate.Functions.Settings;
using PerfGate.Functions.Timers;
using PerfGate.Tests.Architecture;
using PerfGate.Tests.ContainerInstances;
using PerfGate.Tests.Postgres;
using PerfGate.Tests.Support;
using PerfGate.Tests.Support.LoopbackArm;

namespace PerfGate.Tests.Functions;

public sealed class TimerFunctionsTests(PostgresFixture postgres)
{
    private static readonly CancellationToken Never = CancellationToken.None;

    private readonly Mock<DurableTaskClient> _durable = new("tests") { CallBase = true };

    [Fact]
    public void Every_timers_schedule_is_a_setting_that_is_checked_at_start_and_in_the_sample()
    {
        var sample = JsonDocument
            .Parse(File.ReadAllText(Path.Combine(Repository.Root.FullName, "local.settings.sample.json")))
            .RootElement.GetProperty("Values");
        var schedules = typeof(PurgeHistory)
            .Assembly.GetTypes()
            .SelectMany(type => type.GetMethods())
            .Where(method => method.IsDefined(typeof(FunctionAttribute)))
            .SelectMany(method => method.GetParameters())
            .Select(parameter => parameter.GetCustomAttribute<TimerTriggerAttribute>())
            .OfType<TimerTriggerAttribute>()
            .ToList();

        Assert.Equal(FunctionsSettings.Schedules.Order(), schedules.Select(timer => timer.Schedule.Trim('%')).Order());
        Assert.All(schedules, timer => Assert.Matches("^%[A-Za-z]+%$", timer.Schedule));
        Assert.All(schedules, timer => Assert.True(timer is { UseMonitor: true, RunOnStartup: false }));
        Assert.All(FunctionsSettings.Schedules, name => Assert.True(sample.TryGetProperty(name, out _)));
        Assert.Equal("0 0 2 * * *", sample.GetProperty("NightlyEnduranceSchedule").GetString());
    }

    [Fact]
    public async Task The_sweep_takes_up_runs_that_nobody_carries_and_leaves_the_others()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var carried = await runs.QueueAsync();
        var lost = await runs.StartAsync(StoredRuns.Request(vus: 6));
        var never = await runs.QueueAsync(StoredRuns.Request(vus: 7));
        var ended = await runs.EndAsync(verdict: Verdict.Passed, request: StoredRuns.Request(vus: 8));
        Known(carried, OrchestrationRuntimeStatus.Running);
        Known(lost, OrchestrationRuntimeStatus.Terminated);
        var client = new InvocationClient();
        var starter = new DurableRunStarter(client, NullLogger<DurableRunStarter>.Instance);
        var recovery = new RunRecovery(runs.Queue, starter, NullLogger<RunRecovery>.Instance);
        await new SweepOrphanedRunners(recovery, client).RunAsync(new TimerInfo(), _durable.Object, Never);

        Scheduled(carried, Times.Never());
        Scheduled(lost, Times.Once());
        Scheduled(never, Times.Once());
        Scheduled(ended, Times.Never());
    }

    [Fact]
    public async Task The_sweep_deletes_container_groups_whose_run_is_over()
    {
        await using var containers = await LaunchedContainers.StartAsync();
        await using var runs = await StoredRuns.CreateAsync(postgres);
        containers.Arm.Fates["westeurope"] = GroupFate.NeverStarts;
        foreach (var run in new[] { await runs.StartAsync(), await runs.EndAsync() })
        {
            await containers.Launcher.StartAsync(containers.Order with { RunId = run }, Never);
            Known(run, OrchestrationRuntimeStatus.Running);
        }
        var client = new InvocationClient();
        var starter = new DurableRunStarter(client, NullLogger<DurableRunStarter>.Instance);
        var recovery = new RunRecovery(runs.Queue, starter, NullLogger<RunRecovery>.Instance);
        var sweep = new OrphanSweep(
            containers.Client,
            runs.Store,
            containers.Options,
            containers.Time,
            NullLogger<OrphanSweep>.Instance
        );

        await new SweepOrphanedRunners(recovery, client, sweep).RunAsync(new TimerInfo(), _durable.Object, Never);

        Assert.Single(containers.Arm.Groups);
    }

    [Fact]
    public async Task The_night_starts_nightly_tests_once_late_if_missed_and_not_while_the_last_night_runs()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var test = await DefineAsync(runs, new Schedule());
        await NightAsync(runs);
        Assert.Equal(0, await CountAsync(runs, test));

        // Three nights nobody looked.
        runs.Time.Advance(TimeSpan.FromDays(3));
        await NightAsync(runs);
        await NightAsync(runs);
        Assert.Equal(1, await CountAsync(runs, test));

        runs.Time.Advance(TimeSpan.FromDays(1));
        await NightAsync(runs);
        Assert.Equal(1, await CountAsync(runs, test));

        await runs.RowAsync("UPDATE performance_test_runs SET status = 'completed' RETURNING id");
        runs.Time.Advance(TimeSpan.FromDays(1));
        await NightAsync(runs);
        Assert.Equal(2, await CountAsync(runs, test));
        Assert.Equal(
            2,
            _durable.Invocations.Count(call =>
                call.Method.Name == nameof(DurableTaskClient.ScheduleNewOrchestrationInstanceAsync)
            )
        );
    }

    [Fact]
    public async Task Tests_with_a_schedule_of_their_own_are_started_by_the_other_timer()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var test = await DefineAsync(runs, new Schedule { Cron = "*/10 * * * *" });
        runs.Time.Advance(TimeSpan.FromMinutes(11));
        await NightAsync(runs);
        Assert.Equal(0, await CountAsync(runs, test));

        var client = new InvocationClient();
        await new StartDueTests(Scheduled(runs), Starter(client), client).RunAsync(
            new TimerInfo(),
            _durable.Object,
            Never
        );
        Assert.Equal(1, await CountAsync(runs, test));
    }

    [Fact]
    public async Task Histories_of_ended_orchestrations_are_purged_after_their_days()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var settings = new FunctionsSettings
        {
            PerfGate = new() { PostgresConnectionString = "Host=none", ArtifactFolder = "none" },
            Tokens = new TokenSettings.Local("none"),
            Retention = new(new RetentionPeriods(TimeSpan.FromDays(9), TimeSpan.FromDays(90)), TimeSpan.FromDays(30)),
        };
        PurgeInstancesFilter? filter = null;
        _durable
            .Setup(client =>
                client.PurgeAllInstancesAsync(
                    It.IsAny<PurgeInstancesFilter>(),
                    It.IsAny<PurgeInstanceOptions?>(),
                    It.IsAny<CancellationToken>()
                )
            )
            .Callback((PurgeInstancesFilter given, PurgeInstanceOptions? _, CancellationToken _) => filter = given)
            .ReturnsAsync(new PurgeResult(3));
        var retention = new RunRetention(
            runs.Database,
            new FolderArtifactStore(Path.Combine(Path.GetTempPath(), $"perfgate-none-{Guid.NewGuid():N}")),
            runs.Time
        );
        await new PurgeHistory(retention, settings, runs.Time, NullLogger<PurgeHistory>.Instance).RunAsync(
            new TimerInfo(),
            _durable.Object,
            Never
        );

        Assert.Equal(runs.Time.GetUtcNow() - TimeSpan.FromDays(30), filter!.CreatedTo);
        Assert.Equal(
            [
                OrchestrationRuntimeStatus.Completed,
                OrchestrationRuntimeStatus.Failed,
                OrchestrationRuntimeStatus.Terminated,
            ],
            filter.Statuses!
        );
    }

    private static async Task<Guid> DefineAsync(StoredRuns runs, Schedule schedule)
    {
        var definition = new TestDefinition(null, StoredRuns.Request(), schedule);
        return (await runs.Tests.InsertAsync(Guid.NewGuid(), definition, "somebody", Never)).Id;
    }

    private static ScheduledRuns Scheduled(StoredRuns runs) => new(runs.Due, NullLogger<ScheduledRuns>.Instance);

    private static DurableRunStarter Starter(InvocationClient client) =>
        new(client, NullLogger<DurableRunStarter>.Instance);

    private static async Task<long> CountAsync(StoredRuns runs, Guid test) =>
        long.Parse(
            (await runs.RowAsync($"SELECT count(*) FROM performance_test_runs WHERE test_id = '{test}'"))[0]!,
            CultureInfo.InvariantCulture
        );

    private Task NightAsync(StoredRuns runs)
    {
        var client = new InvocationClient();
        return new NightlyEndurance(Scheduled(runs), Starter(client), client).RunAsync(
            new TimerInfo(),
            _durable.Object,
            Never
        );
    }

    private void Known(Guid run, OrchestrationRuntimeStatus status) =>
        _durable
            .Setup(client => client.GetInstancesAsync(run.ToString(), false, It.IsAny<CancellationToken>()))
            .ReturnsAsync(new OrchestrationMetadata("RunPerformanceTest", run.ToString()) { RuntimeStatus = status });

    private void Scheduled(Guid run, Times times) =>
        _durable.Verify(
            client =>
                client.ScheduleNewOrchestrationInstanceAsync(
                    "RunPerformanceTest",
                    new OrchestrationState(run),
                    It.IsAny<StartOrchestrationOptions?>(),
                    It.IsAny<CancellationToken>()
                ),
            times
        );
}
