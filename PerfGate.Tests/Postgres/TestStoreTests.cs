using PerfGate.Adapters.Postgres;
using PerfGate.Core.Requests;
using PerfGate.Core.Runs;
using PerfGate.Tests.Runs;
using PerfGate.Tests.Scripts;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Postgres;

public sealed class TestStoreTests(PostgresFixture postgres)
{
    private static readonly CancellationToken Never = CancellationToken.None;

    [Fact]
    public async Task The_same_load_asked_for_again_is_one_test_with_its_latest_run()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        await runs.EndAsync(SampleGrounds.Metrics(avg: 100));
        var latest = await runs.EndAsync(SampleGrounds.Metrics(avg: 110));

        var test = Assert.Single((await new TestPages(runs.Database).ReadAsync(new TestFilter(), Never)).Tests);

        Assert.Equal((latest, Verdict.Passed), (test.Latest!.TestId, test.Latest.Verdict!.Value));
        Assert.Equal(110, test.Latest.AvgResponseTimeMs);
        Assert.Equal(5, test.Configuration!.Vus);
        Assert.Equal((TestOrigin.Executed, 1), (test.Origin, test.Version));
    }

    [Fact]
    public async Task Other_loads_and_environments_are_other_tests_the_newest_first()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        await runs.QueueAsync();
        await runs.QueueAsync(StoredRuns.Request(vus: 6));
        await runs.QueueAsync(StoredRuns.Request(TargetEnvironment.Production));

        var tests = (await new TestPages(runs.Database).ReadAsync(new TestFilter(), Never)).Tests;

        Assert.Equal([5, 6, 5], tests.Select(test => test.Configuration!.Vus!.Value));
        Assert.Equal(TargetEnvironment.Production, tests[0].Environment);
        Assert.All(tests, test => Assert.Equal(RunStatus.Queued, test.Latest!.Status));
        Assert.All(tests, test => Assert.Null(test.Latest!.P95ResponseTimeMs));
        Assert.All(tests, test => Assert.Null(test.LatestEnded));
    }

    [Fact]
    public async Task While_a_run_goes_on_the_results_of_the_one_before_are_there()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var ended = await runs.EndAsync(SampleGrounds.Metrics(avg: 100));
        var going = await runs.StartAsync();

        var test = Assert.Single((await new TestPages(runs.Database).ReadAsync(new TestFilter(), Never)).Tests);

        Assert.Equal((going, RunStatus.Running), (test.Latest!.TestId, test.Latest.Status));
        Assert.Equal((ended, 100d), (test.LatestEnded!.TestId, test.LatestEnded.AvgResponseTimeMs!.Value));
    }

    [Fact]
    public async Task A_test_that_an_execute_made_follows_what_was_asked_for_last()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        await runs.QueueAsync();
        await runs.QueueAsync();
        await runs.QueueAsync(Tagged("second"));

        var test = Assert.Single((await new TestPages(runs.Database).ReadAsync(new TestFilter(), Never)).Tests);

        // Only what changes it counts.
        Assert.Equal(("second", 2), (test.Configuration!.Tags["build"], test.Version));
    }

    [Fact]
    public async Task A_test_that_somebody_changed_is_never_changed_by_an_execute()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var tests = runs.Tests;
        await runs.QueueAsync();
        var made = Assert.Single((await new TestPages(runs.Database).ReadAsync(new TestFilter(), Never)).Tests);

        var mine = Tagged("mine").Configuration;
        var changed = await tests.ReplaceConfigurationAsync(made.Id, mine, [made.Version], "somebody", Never);
        await runs.QueueAsync(Tagged("another's"));

        Assert.Equal(TestOrigin.Defined, changed!.Origin);
        Assert.Equal("mine", (await tests.FindAsync(made.Id, Never))!.Configuration!.Tags["build"]);
        var all = (await new TestPages(runs.Database).ReadAsync(new TestFilter(), Never)).Tests;
        Assert.Equal(["another's", "mine"], all.Select(test => test.Configuration!.Tags["build"]));
    }

    [Fact]
    public async Task Of_ten_changes_of_the_same_version_one_is_made()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var tests = runs.Tests;
        var definition = new TestDefinition(null, StoredRuns.Request());
        var test = await tests.InsertAsync(Guid.NewGuid(), definition, null, Never);

        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 10)
                .Select(n =>
                    tests.ReplaceConfigurationAsync(test.Id, Tagged($"{n}").Configuration, [test.Version], null, Never)
                )
        );

        var made = Assert.Single(answers.OfType<StoredTest>());
        var stored = (await tests.FindAsync(test.Id, Never))!;
        Assert.Equal(2, stored.Version);
        Assert.Equal(made.Configuration!.Tags["build"], stored.Configuration!.Tags["build"]);
    }

    [Fact]
    public async Task A_run_that_is_stored_while_its_test_is_deleted_belongs_to_a_new_one_or_keeps_it()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var tests = runs.Tests;
        for (var round = 0; round < 10; round++)
        {
            await runs.EndAsync(request: StoredRuns.Request(vus: 10 + round));
            var page = await new TestPages(runs.Database).ReadAsync(new TestFilter { Limit = 1 }, Never);
            var test = Assert.Single(page.Tests);

            var deleting = tests.DeleteAsync(test.Id, null, null, Never);
            var run = await runs.QueueAsync(StoredRuns.Request(vus: 10 + round));
            var deleted = await deleting is DeleteAnswer.Deleted;

            var owner = await runs.RowAsync($"SELECT test_id FROM performance_test_runs WHERE id = '{run}'");
            Assert.Equal(deleted, owner[0] != test.Id.ToString());
            Assert.Equal(deleted, await tests.FindAsync(test.Id, Never) is null);
        }
    }

    private static RunRequest Tagged(string build) =>
        new(
            TestType.Load,
            new TestConfiguration
            {
                BaseUrl = SampleRequests.Target,
                Vus = 5,
                Tags = new Dictionary<string, string> { ["build"] = build },
            },
            TargetEnvironment.Staging
        );
}
