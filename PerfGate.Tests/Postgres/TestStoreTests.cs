using PerfGate.Adapters.Postgres;
using PerfGate.Core.Requests;
using PerfGate.Core.Runs;
using PerfGate.Tests.Runs;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Postgres;

public sealed class TestStoreTests(PostgresFixture postgres)
{
    [Fact]
    public async Task The_same_load_asked_for_again_is_one_test_with_its_latest_run()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        await runs.EndAsync(SampleGrounds.Metrics(avg: 100));
        var latest = await runs.EndAsync(SampleGrounds.Metrics(avg: 110));

        var test = Assert.Single(await new TestStore(runs.Database).ListAsync(CancellationToken.None));

        Assert.Equal((latest, Verdict.Passed), (test.Latest!.TestId, test.Latest.Verdict!.Value));
        Assert.Equal(110, test.Latest.AvgResponseTimeMs);
        Assert.Equal(5, test.Configuration.Vus);
    }

    [Fact]
    public async Task Other_loads_and_environments_are_other_tests_the_newest_first()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        await runs.QueueAsync();
        await runs.QueueAsync(StoredRuns.Request(vus: 6));
        await runs.QueueAsync(StoredRuns.Request(TargetEnvironment.Production));

        var tests = await new TestStore(runs.Database).ListAsync(CancellationToken.None);

        Assert.Equal([5, 6, 5], tests.Select(test => test.Configuration.Vus!.Value));
        Assert.Equal(TargetEnvironment.Production, tests[0].Environment);
        Assert.All(tests, test => Assert.Equal(RunStatus.Queued, test.Latest!.Status));
        Assert.All(tests, test => Assert.Null(test.Latest!.P95ResponseTimeMs));
    }
}
