using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using PerfGate.Adapters;
using PerfGate.Adapters.Postgres;
using PerfGate.Adapters.Runs;
using PerfGate.Core;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;
using PerfGate.Core.Runs;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Postgres;

/// <summary>A change window counts where the load begins, not only where it is asked for.</summary>
public sealed class WindowClosedTests(PostgresFixture postgres)
{
    private static readonly CancellationToken Never = CancellationToken.None;

    [Fact]
    public async Task A_run_that_waits_until_its_window_has_closed_is_cancelled_and_says_why()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var runs = StoredRuns.On(NpgsqlDataSource.Create(database));
        await using var provider = Services(
            database,
            runs,
            new AdmissionRules { Staging = new EnvironmentRules { Window = ChangeWindow.Read("0 22 * * * for 1h") } }
        );
        var steps = provider.GetRequiredService<RunStepsFactory>();
        runs.Time.SetUtcNow(new DateTimeOffset(2027, 3, 1, 22, 30, 0, TimeSpan.Zero));
        var (first, second) = (await runs.QueueAsync(), await runs.QueueAsync());
        var elsewhere = await runs.QueueAsync(StoredRuns.Request(TargetEnvironment.Production));
        Assert.Equal(SlotAnswer.Granted, await steps.Create(Never).TakeSlotAsync(first));
        Assert.Equal(SlotAnswer.Waiting, await steps.Create(Never).TakeSlotAsync(second));

        runs.Time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(SlotAnswer.Granted, await steps.Create(Never).TakeSlotAsync(first));
        Assert.Equal(SlotAnswer.Withdrawn, await steps.Create(Never).TakeSlotAsync(second));
        Assert.Equal(SlotAnswer.Granted, await steps.Create(Never).TakeSlotAsync(elsewhere));
        var row = (await runs.Store.FindAsync(second, Never))!;
        Assert.Equal((RunStatus.Cancelled, Verdict.Inconclusive), (row.Status, row.Verdict));
        var why = Assert.Single(row.Reasons);
        Assert.Equal("window-closed", why.Code);
        Assert.Contains("0 22 * * * for 1h", why.Sentence, StringComparison.Ordinal);
        Assert.Equal(
            ["run.cancel system done window-closed, run.result system inconclusive window-closed"],
            await runs.RowAsync(
                $"""
                SELECT string_agg(concat_ws(' ', action, principal, outcome, detail), ', ' ORDER BY id)
                FROM audit_log WHERE subject = '{second}' AND action <> 'run.execute'
                """
            )
        );
    }

    /// <summary>What a server on the database has, with rules of its own.</summary>
    internal static ServiceProvider Services(string database, StoredRuns runs, AdmissionRules rules)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<TimeProvider>(runs.Time);
        services.AddPerfGate(
            new PerfGateOptions
            {
                PostgresConnectionString = database,
                ArtifactFolder = "none",
                Admission = rules,
            }
        );
        return services.BuildServiceProvider();
    }
}
