using Hangfire;
using Hangfire.PostgreSql;
using Hangfire.PostgreSql.Factories;
using Npgsql;
using PerfGate.Adapters.Retention;
using PerfGate.Core.Runners;
using PerfGate.Host.Server;
using PerfGate.Tests.Runner;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Jobs;

/// <summary>Retention of a server of one machine, as Hangfire's job.</summary>
public sealed class RetentionJobTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string RecurringJobs = "SELECT count(*) FROM hangfire.set WHERE key = 'recurring-jobs'";

    private static readonly CancellationToken Never = CancellationToken.None;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("perfgate-retention-job-");
    private readonly List<GateServer> _servers = [];
    private string _connection = "";
    private NpgsqlDataSource _database = null!;

    public async ValueTask InitializeAsync()
    {
        _connection = await postgres.CreateDatabaseAsync();
        _database = NpgsqlDataSource.Create(_connection);
    }

    [Fact]
    public async Task Nobodys_history_is_deleted_where_nothing_is_set_but_what_an_import_left_that_was_never_stored()
    {
        await StartAsync(null);
        var run = await EndedAsync();
        var unfinished = await LeftAsync(await DatabaseAsync());
        var ofAnotherDatabase = await LeftAsync("7000000000000000000/5");
        var ofNobodyKnown = await LeftAsync(null);

        await PurgeAsync(times: 1);

        Assert.False(HasArtifacts(unfinished));
        Assert.All(new[] { run, ofAnotherDatabase, ofNobodyKnown }, each => Assert.True(HasArtifacts(each)));
        Assert.Equal(1L, await AskAsync("SELECT count(*) FROM performance_test_runs"));
    }

    [Fact]
    public async Task What_is_older_than_the_settings_want_goes_and_two_servers_at_once_do_no_harm()
    {
        var periods = new RetentionPeriods(TimeSpan.FromDays(30), TimeSpan.FromDays(30));
        await StartAsync(periods);
        await StartAsync(periods);
        var run = await EndedAsync();
        var left = await LeftAsync(null);

        await PurgeAsync(times: 4);

        Assert.False(HasArtifacts(run));
        Assert.True(HasArtifacts(left), "it is two days old");
        Assert.Equal(0L, await AskAsync("SELECT count(*) FROM performance_test_runs"));
    }

    [Fact]
    public async Task The_job_is_there_once_for_all_servers_and_comes_every_night()
    {
        await StartAsync(null);
        await StartAsync(null);

        Assert.Equal(
            "30 3 * * *",
            await AskAsync(
                "SELECT value FROM hangfire.hash WHERE key = 'recurring-job:purge-history' AND field = 'Cron'"
            )
        );
    }

    [Fact]
    public async Task A_server_starts_though_one_that_was_killed_has_left_the_lock_of_its_jobs()
    {
        await AskAsync(
            "INSERT INTO hangfire.lock (resource, acquired) VALUES ('hangfire:lock:recurring-job:start-due-tests', now() + interval '1 day')"
        );
        var starting = StartAsync(null);

        await RunnerUnderTest.EventuallyAsync(() => _servers.Count == 1, "the server has started");
        Assert.Equal(0L, await AskAsync(RecurringJobs));

        await AskAsync("DELETE FROM hangfire.lock");
        await starting;
        Assert.Equal(2L, await AskAsync(RecurringJobs));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }
        await _database.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private async Task StartAsync(RetentionPeriods? periods)
    {
        var options = new GateServerOptions
        {
            DataFolder = _folder.FullName,
            Urls = "http://127.0.0.1:0",
            PostgresConnectionString = _connection,
        };
        _servers.Add(
            await GateServer.StartAsync(periods is null ? options : options with { Retention = periods }, Never)
        );
        for (var look = 0; (long)(await AskAsync(RecurringJobs))! < 2 && look < 600; look++)
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    private async Task PurgeAsync(int times)
    {
        var storage = new PostgreSqlStorageOptions();
        var manager = new RecurringJobManager(
            new PostgreSqlStorage(new NpgsqlConnectionFactory(_connection, storage), storage)
        );
        for (var i = 0; i < times; i++)
        {
            manager.Trigger("purge-history");
        }
        while ((long)(await AskAsync(JobsThat("Succeeded")))! < times)
        {
            Assert.Equal(0L, await AskAsync(JobsThat("Failed")));
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    private static string JobsThat(string state) =>
        $"SELECT count(*) FROM hangfire.job WHERE statename = '{state}' AND invocationdata::text LIKE '%RetentionJob%'";

    private async Task<string> DatabaseAsync() =>
        (string)(await AskAsync("SELECT id::text FROM performance_database"))!;

    private async Task<Guid> EndedAsync()
    {
        var run = (Guid)
            (
                await AskAsync(
                    """
                    INSERT INTO performance_test_runs (test_type, environment, request, status, verdict, created_at, ended_at)
                    VALUES ('load', 'staging', '{}', 'completed', 'failed', '2001-01-01', '2001-01-02') RETURNING id
                    """
                )
            )!;
        await WriteAsync(run, ArtifactNames.Script, "// a script");
        return run;
    }

    /// <summary>Artifacts of no run, two days old.</summary>
    private async Task<Guid> LeftAsync(string? mark)
    {
        var run = Guid.NewGuid();
        await WriteAsync(run, ArtifactNames.Result, "{}");
        if (mark is not null)
        {
            await WriteAsync(run, ArtifactNames.Import, mark);
        }
        var now = TimeProvider.System.GetUtcNow();
        foreach (var file in Directory.GetFiles(FolderOf(run)))
        {
            File.SetLastWriteTimeUtc(file, now.AddDays(-2).UtcDateTime);
        }
        Directory.SetLastWriteTimeUtc(FolderOf(run), now.AddDays(-2).UtcDateTime);
        return run;
    }

    private async Task WriteAsync(Guid run, string name, string text)
    {
        Directory.CreateDirectory(FolderOf(run));
        await File.WriteAllTextAsync(Path.Combine(FolderOf(run), name), text, Never);
    }

    private bool HasArtifacts(Guid run) => Directory.Exists(FolderOf(run));

    private string FolderOf(Guid run) => Path.Combine(_folder.FullName, "artifacts", run.ToString());

    private async Task<object?> AskAsync(string sql)
    {
        await using var ask = _database.CreateCommand(sql);
        return await ask.ExecuteScalarAsync(Never);
    }
}
