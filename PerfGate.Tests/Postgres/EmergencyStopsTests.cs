using PerfGate.Adapters.Postgres;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;
using PerfGate.Core.Runs;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Postgres;

public sealed class EmergencyStopsTests(PostgresFixture postgres)
{
    private static readonly CancellationToken Never = CancellationToken.None;

    [Fact]
    public async Task It_cancels_what_waits_and_asks_what_runs_to_stop_on_its_environment_alone()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var elsewhere = await runs.QueueAsync(StoredRuns.Request(TargetEnvironment.Production));
        var running = await runs.StartAsync();
        var waiting = await runs.QueueAsync();
        var stops = new EmergencyStops(runs.Database, runs.Time);

        var answer = await stops.StopAsync([TargetEnvironment.Staging], "anna", "the shop is down", Never);

        Assert.Equal(waiting, Assert.Single(answer.Cancelled));
        Assert.Equal(running, Assert.Single(answer.Cancelling));
        var row = (await runs.Store.FindAsync(waiting, Never))!;
        Assert.Equal((RunStatus.Cancelled, Verdict.Inconclusive), (row.Status, row.Verdict));
        Assert.Contains("the shop is down", Assert.Single(row.Reasons).Sentence, StringComparison.Ordinal);
        Assert.NotNull((await runs.Store.FindAsync(running, Never))!.CancelRequestedAt);
        Assert.Equal(RunStatus.Queued, (await runs.Store.FindAsync(elsewhere, Never))!.Status);
    }

    [Fact]
    public async Task While_it_is_in_force_nothing_is_taken_in_and_once_it_is_lifted_all_is_as_before()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var stops = new EmergencyStops(runs.Database, runs.Time);
        await stops.StopAsync(Enum.GetValues<TargetEnvironment>(), "anna", "the shop is down", Never);
        runs.Time.Advance(TimeSpan.FromMinutes(1));
        var again = await stops.StopAsync([TargetEnvironment.Staging], "berta", "still", Never);

        var refused = Assert.IsType<IntakeAnswer.Stopped>(await AskAsync(runs));
        Assert.Equal(("anna", "the shop is down"), (refused.Stop.By, refused.Stop.Reason));
        Assert.Equal(2, again.Stops.Count);
        Assert.IsType<IntakeAnswer.Stopped>(await AskAsync(runs, TargetEnvironment.Production));

        Assert.Equal(
            TargetEnvironment.Production,
            Assert.Single(await stops.LiftAsync([TargetEnvironment.Staging], "anna", Never)).Environment
        );
        Assert.IsType<IntakeAnswer.Stored>(await AskAsync(runs));
        Assert.IsType<IntakeAnswer.Stopped>(await AskAsync(runs, TargetEnvironment.Production));
    }

    [Fact]
    public async Task An_environment_without_a_row_is_stopped_as_any_other()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        await using var forget = runs.Database.CreateCommand("DELETE FROM performance_environments");
        await forget.ExecuteNonQueryAsync(Never);
        var stops = new EmergencyStops(runs.Database, runs.Time);

        var answer = await stops.StopAsync([TargetEnvironment.Production], "anna", "now", Never);

        Assert.Equal(TargetEnvironment.Production, Assert.Single(answer.Stops).Environment);
        Assert.IsType<IntakeAnswer.Stopped>(await AskAsync(runs, TargetEnvironment.Production));
        Assert.IsType<IntakeAnswer.Stored>(await AskAsync(runs));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task No_run_slips_in_beside_it(bool withoutRow)
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        if (withoutRow)
        {
            await using var forget = runs.Database.CreateCommand("DELETE FROM performance_environments");
            await forget.ExecuteNonQueryAsync(Never);
        }
        var stops = new EmergencyStops(runs.Database, runs.Time);

        var asking = Enumerable.Range(0, 40).Select(_ => Task.Run(() => AskAsync(runs))).ToList();
        await asking[3];
        await stops.StopAsync([TargetEnvironment.Staging], "anna", "now", Never);
        var answers = await Task.WhenAll(asking);

        Assert.All(answers, answer => Assert.True(answer is IntakeAnswer.Stored or IntakeAnswer.Stopped));
        Assert.Equal(["0"], await runs.RowAsync("SELECT count(*) FROM performance_test_runs WHERE status = 'queued'"));
        Assert.Equal(
            [$"{answers.Count(answer => answer is IntakeAnswer.Stored)}"],
            await runs.RowAsync("SELECT count(*) FROM performance_test_runs WHERE status = 'cancelled'")
        );
    }

    private static Task<IntakeAnswer> AskAsync(
        StoredRuns runs,
        TargetEnvironment environment = TargetEnvironment.Staging
    ) =>
        new RunIntake(runs.Database, new RunAdmission(AdmissionRules.Default), runs.Time).StoreAsync(
            NewRun.Of(StoredRuns.Request(environment), "somebody", Limits.Default, runs.Time.GetUtcNow()) with
            {
                Id = Guid.NewGuid(),
            },
            null,
            Never
        );
}
