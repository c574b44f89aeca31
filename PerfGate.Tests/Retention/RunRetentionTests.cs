using System.Text;
using PerfGate.Adapters.Files;
using PerfGate.Adapters.Retention;
using PerfGate.Core.Runners;
using PerfGate.Core.Runs;
using PerfGate.Tests.Postgres;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Retention;

public sealed class RunRetentionTests(PostgresFixture postgres) : IDisposable
{
    private static readonly CancellationToken Never = CancellationToken.None;
    private static readonly RetentionPeriods Periods = new(TimeSpan.FromDays(90), TimeSpan.FromDays(365));

    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"perfgate-retention-{Guid.NewGuid():N}");

    private FolderArtifactStore Artifacts => new(_folder);

    [Fact]
    public async Task Artifacts_go_after_their_time_and_rows_after_theirs()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var run = await EndedAsync(runs);

        Assert.Equal(new RetentionReport(0, 0, true), await PurgeAsync(runs, TimeSpan.FromDays(89)));
        Assert.True(await HasArtifactsAsync(run));
        Assert.Equal(new RetentionReport(1, 0, true), await PurgeAsync(runs, TimeSpan.FromDays(2)));
        Assert.False(await HasArtifactsAsync(run));
        Assert.NotNull(await runs.Store.FindAsync(run, Never));
        Assert.Equal(new RetentionReport(0, 0, true), await PurgeAsync(runs, TimeSpan.FromDays(270)));
        Assert.Equal(new RetentionReport(0, 1, true), await PurgeAsync(runs, TimeSpan.FromDays(10)));
        Assert.Null(await runs.Store.FindAsync(run, Never));
    }

    [Fact]
    public async Task What_was_done_to_a_run_stays_recorded_when_the_run_is_gone_and_so_does_its_going()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var run = await EndedAsync(runs);
        await PurgeAsync(runs, TimeSpan.FromDays(400));

        Assert.Null(await runs.Store.FindAsync(run, Never));
        Assert.Equal(
            ["run.execute accepted, run.result passed, artifact.purge accepted, run.purge done"],
            await runs.RowAsync(
                $"SELECT string_agg(action || ' ' || outcome, ', ' ORDER BY id) FROM audit_log WHERE subject = '{run}' OR detail LIKE '%{run}%'"
            )
        );
    }

    [Fact]
    public async Task What_has_not_ended_stays_however_old_it_is()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var waiting = await runs.QueueAsync();
        var running = await runs.StartAsync(StoredRuns.Request(vus: 7));

        Assert.Equal(new RetentionReport(0, 0, true), await PurgeAsync(runs, TimeSpan.FromDays(4000)));
        Assert.NotNull(await runs.Store.FindAsync(waiting, Never));
        Assert.NotNull(await runs.Store.FindAsync(running, Never));
    }

    [Fact]
    public async Task A_baseline_keeps_row_and_artifacts_and_the_accepted_past_its_rows()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var baseline = await EndedAsync(runs);
        await runs.Baselines.EstablishAsync(baseline, "somebody", Never);
        var accepted = await EndedAsync(runs);

        Assert.Equal(new RetentionReport(1, 0, true), await PurgeAsync(runs, TimeSpan.FromDays(4000)));
        Assert.True(await HasArtifactsAsync(baseline));
        Assert.False(await HasArtifactsAsync(accepted));
        Assert.Equal(2, (await CountAsync(runs)));
    }

    [Fact]
    public async Task A_baseline_of_before_keeps_its_row_so_that_the_change_can_be_undone()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        var first = await EndedAsync(runs);
        await runs.Baselines.EstablishAsync(first, "somebody", Never);
        var second = await EndedAsync(runs);
        await runs.Baselines.UpdateAsync(second, "somebody", onAPersonsWord: true, Never);

        Assert.Equal(new RetentionReport(1, 0, true), await PurgeAsync(runs, TimeSpan.FromDays(4000)));
        Assert.Equal(2, (await CountAsync(runs)));
    }

    [Fact]
    public async Task Rows_that_somebody_else_wrote_are_left_alone()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        await runs.RowAsync(
            """
            INSERT INTO performance_test_runs (test_type, environment, passed, created_at, ended_at)
            VALUES ('load', 'staging', TRUE, '2001-01-01', '2001-01-01') RETURNING id
            """
        );

        Assert.Equal(new RetentionReport(0, 0, true), await PurgeAsync(runs, TimeSpan.FromDays(4000)));
        Assert.Equal(1, await CountAsync(runs));
    }

    [Fact]
    public async Task More_than_one_batch_is_done_in_one_go()
    {
        await using var runs = await StoredRuns.CreateAsync(postgres);
        await runs.RowAsync(
            """
            WITH many AS (
              INSERT INTO performance_test_runs (test_type, environment, request, status, verdict, created_at, ended_at)
              SELECT 'load', 'staging', '{}', 'completed', 'failed', '2001-01-01', '2001-01-02'::timestamptz + i * interval '1 s'
              FROM generate_series(1, 250) i RETURNING id)
            SELECT count(*) FROM many
            """
        );

        Assert.Equal(new RetentionReport(250, 250, true), await PurgeAsync(runs, TimeSpan.FromDays(4000)));
        Assert.Equal(0, await CountAsync(runs));
    }

    public void Dispose()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private static async Task<long> CountAsync(StoredRuns runs) =>
        long.Parse((await runs.RowAsync("SELECT count(*) FROM performance_test_runs"))[0]!);

    private async Task<Guid> EndedAsync(StoredRuns runs)
    {
        var run = await runs.EndAsync(verdict: Verdict.Passed);
        await Artifacts.WriteAsync(run, ArtifactNames.Script, Encoding.UTF8.GetBytes("// a script"), Never);
        return run;
    }

    private async Task<bool> HasArtifactsAsync(Guid run)
    {
        await using var script = await Artifacts.OpenReadAsync(run, ArtifactNames.Script, Never);
        return script is not null;
    }

    private Task<RetentionReport> PurgeAsync(StoredRuns runs, TimeSpan later)
    {
        runs.Time.Advance(later);
        return new RunRetention(runs.Database, Artifacts, runs.Time).PurgeAsync(Periods, Never);
    }
}
