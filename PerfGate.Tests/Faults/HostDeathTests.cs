using Npgsql;
using PerfGate.Core.Runners;
using PerfGate.Core.Runs;
using PerfGate.Tests.Runner;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Faults;

/// <summary>The host dies, alone, at different moments: what it left is taken to its end, and no load is made twice.</summary>
public sealed class HostDeathTests(PostgresFixture postgres) : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("perfgate-host-death-").FullName;
    private LoadTarget _target = null!;
    private LoadTarget _other = null!;
    private string _database = null!;

    private static CancellationToken Never => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Processes.SkipWhereTheyCannotBeSeen();
        _target = await LoadTarget.StartAsync();
        _other = await LoadTarget.StartAsync();
        _database = await postgres.CreateDatabaseAsync();
    }

    [Fact]
    public async Task A_host_killed_under_load_ends_that_run_with_its_reason_and_makes_the_load_of_the_one_that_waited()
    {
        Guid loaded;
        Guid waiting;
        await using (var host = await HostProcess.StartAsync(_folder, _database))
        {
            loaded = (await host.Gate.ExecuteAsync(Loads.Request(_target.Url, duration: 60), Never)).TestId;
            waiting = (await host.Gate.ExecuteAsync(Loads.Request(_other.Url), Never)).TestId;
            await UnderLoadAsync(_target);
            await host.KillAsync();
        }
        await RunnerUnderTest.EventuallyAsync(() => Processes.OfRun(loaded).Count == 0, "its engine ends by itself");
        var seen = _target.Requests;

        await using var again = await HostProcess.StartAsync(_folder, _database);
        var first = await Loads.EndAsync(again.Gate, loaded);
        var second = await Loads.EndAsync(again.Gate, waiting);

        Assert.True((first.Status, first.Verdict) == (RunStatus.Completed, Verdict.Inconclusive), Loads.Explain(first));
        Assert.True(first.Reasons[0].Code == "runner-lost", Loads.Explain(first));
        Assert.Equal(seen, _target.Requests);
        Loads.AssertWell(second);
        Assert.Equal(_other.Requests, second.Results!.Metrics!.Overall.Requests);
        await Traces.AssertNoneAsync(again.Artifacts, loaded);
        await Traces.AssertNoneAsync(again.Artifacts, waiting);
    }

    [Fact]
    public async Task A_host_killed_between_load_and_verdict_gives_the_verdict_after_its_restart()
    {
        Guid run;
        await using (var database = NpgsqlDataSource.Create(_database))
        await using (var host = await HostProcess.StartAsync(_folder, _database))
        {
            run = (await host.Gate.ExecuteAsync(Loads.Request(_target.Url), Never)).TestId;
            await UnderLoadAsync(_target);
            // Whoever holds the row keeps the result from being stored: the host stands between verdict and record.
            await using var connection = await database.OpenConnectionAsync(Never);
            await using var transaction = await connection.BeginTransactionAsync(Never);
            await using var hold = new NpgsqlCommand(
                "SELECT id FROM performance_test_runs WHERE id = $1 FOR UPDATE",
                connection
            );
            hold.Parameters.AddWithValue(run);
            await hold.ExecuteScalarAsync(Never);
            var folder = Path.Combine(host.Artifacts, run.ToString());
            await RunnerUnderTest.EventuallyAsync(
                () => File.Exists(Path.Combine(folder, ArtifactNames.ReportJUnit)),
                "the verdict is found"
            );
            await host.KillAsync();
            // The database would carry out what the dead host had asked for last.
            await using var forget = new NpgsqlCommand(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
                connection
            );
            await forget.ExecuteNonQueryAsync(Never);
            // What a host in the middle of writing leaves.
            await File.WriteAllTextAsync(Path.Combine(folder, "result.json.0123.draft"), "{\"half\":", Never);
            await File.WriteAllTextAsync(Path.Combine(folder, ".end-0.json.4711"), "{\"ha", Never);
            await transaction.RollbackAsync(Never);
        }
        var seen = _target.Requests;

        await using var again = await HostProcess.StartAsync(_folder, _database);
        var end = await Loads.EndAsync(again.Gate, run);

        Loads.AssertWell(end);
        Assert.Equal((seen, seen), (_target.Requests, end.Results!.Metrics!.Overall.Requests));
        await RunnerUnderTest.EventuallyAsync(
            () => Directory.EnumerateFiles(Path.Combine(again.Artifacts, run.ToString()), "*.draft").Any() == false,
            "what was half-written is removed"
        );
        await Traces.AssertNoneAsync(again.Artifacts, run);
    }

    [Fact]
    public async Task A_host_told_to_stop_under_load_stops_the_load_leaves_nothing_and_judges_after_its_restart()
    {
        Guid run;
        await using (var host = await HostProcess.StartAsync(_folder, _database))
        {
            run = (await host.Gate.ExecuteAsync(Loads.Request(_target.Url, duration: 60), Never)).TestId;
            await UnderLoadAsync(_target);
            var runner = host.Runner;

            Assert.Equal(0, await host.StopAsync());

            Assert.False(Processes.IsAlive(runner), "the host left its runner behind");
            Assert.Empty(Processes.OfRun(run));
        }
        var seen = _target.Requests;

        await using var again = await HostProcess.StartAsync(_folder, _database);
        var end = await Loads.EndAsync(again.Gate, run);

        Assert.True((end.Status, end.Verdict) == (RunStatus.Completed, Verdict.Inconclusive), Loads.Explain(end));
        Assert.True(end.Reasons[0].Code == "stopped", Loads.Explain(end));
        Assert.Equal(seen, _target.Requests);
        await Traces.AssertNoneAsync(again.Artifacts, run);
    }

    [Fact]
    public async Task Of_two_hosts_on_one_database_one_takes_each_run_and_the_other_goes_on_where_it_was_killed()
    {
        await using var one = await HostProcess.StartAsync(_folder, _database);
        await using var two = await HostProcess.StartAsync(_folder, _database);
        var loaded = (await one.Gate.ExecuteAsync(Loads.Request(_target.Url, duration: 60), Never)).TestId;
        var waiting = (await two.Gate.ExecuteAsync(Loads.Request(_other.Url), Never)).TestId;
        await UnderLoadAsync(_target);
        Assert.True(one.LoadEngine == 0 ^ two.LoadEngine == 0, "the run has one engine");
        var (killed, alive) = one.LoadEngine > 0 ? (one, two) : (two, one);

        await killed.KillAsync();
        await RunnerUnderTest.EventuallyAsync(() => Processes.OfRun(loaded).Count == 0, "its engine ends by itself");
        var seen = _target.Requests;
        var first = await Loads.EndAsync(alive.Gate, loaded);
        var second = await Loads.EndAsync(alive.Gate, waiting);

        Assert.True((first.Status, first.Verdict) == (RunStatus.Completed, Verdict.Inconclusive), Loads.Explain(first));
        Assert.Equal(seen, _target.Requests);
        Loads.AssertWell(second);
        Assert.Equal(_other.Requests, second.Results!.Metrics!.Overall.Requests);
        await Traces.AssertNoneAsync(alive.Artifacts, loaded);
        await Traces.AssertNoneAsync(alive.Artifacts, waiting);
    }

    public async ValueTask DisposeAsync()
    {
        if (_target is not null)
        {
            await _target.DisposeAsync();
            await _other.DisposeAsync();
        }
        Directory.Delete(_folder, recursive: true);
    }

    private static Task UnderLoadAsync(LoadTarget target) =>
        RunnerUnderTest.EventuallyAsync(() => target.Requests > 20, "load begins");
}
