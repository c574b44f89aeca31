using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using PerfGate.Adapters.Postgres;
using PerfGate.Adapters.Runs;
using PerfGate.Core;
using PerfGate.Core.Admission;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Postgres;

public sealed class ScriptSizeTests(PostgresFixture postgres)
{
    private static readonly CancellationToken Never = CancellationToken.None;

    [Fact]
    public async Task A_script_larger_than_the_limit_is_not_written_and_the_run_says_so()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var runs = StoredRuns.On(NpgsqlDataSource.Create(database));
        var rules = new AdmissionRules { Limits = Limits.Default with { ScriptBytes = 1000 } };
        await using var provider = WindowClosedTests.Services(database, runs, rules);
        var run = await runs.StartAsync();

        var error = await provider.GetRequiredService<RunStepsFactory>().Create(Never).PrepareScriptAsync(run);

        Assert.IsType<RunError.RequestUnusable>(error);
        Assert.Contains("more than 1000 (PerfGate__Limits__ScriptBytes)", error.Message, StringComparison.Ordinal);
        Assert.Null((await runs.Store.FindAsync(run, Never))!.Plan);
    }
}
