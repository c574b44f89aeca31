using System.Globalization;
using Npgsql;
using PerfGate.Adapters.Files;
using PerfGate.Adapters.Postgres;
using PerfGate.Core.Admission;
using PerfGate.Core.Runners;

namespace PerfGate.Adapters.Retention;

/// <summary>What was deleted.</summary>
/// <param name="Artifacts">Runs whose artifacts are gone.</param>
/// <param name="Runs">Runs that are gone.</param>
/// <param name="IsComplete">Whether nothing was left for the next time.</param>
public sealed record RetentionReport(int Artifacts, int Runs, bool IsComplete);

/// <summary>
/// Deletes what is too old: artifacts first, then the rows of runs. A run that is or was a baseline, or is part of the past that
/// others are held against, keeps its row; one that is a baseline now keeps its artifacts too. Rows that somebody else wrote are
/// left alone. Artifacts of no run (an import died before its row was there, or nobody knew whether it was) go when they are as old,
/// or sooner where they bear the mark of an import into this database. Everything may be done again, by several servers at once.
/// </summary>
public sealed class RunRetention(NpgsqlDataSource database, IArtifactStore artifacts, TimeProvider time)
{
    private const int Batch = 100;

    // A timer's work must end before the host ends it; what is left is done the next time.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <summary>Deletes it, for up to five minutes.</summary>
    public async Task<RetentionReport> PurgeAsync(RetentionPeriods periods, CancellationToken cancellation)
    {
        var begun = time.GetTimestamp();
        var now = time.GetUtcNow();
        var emptied = 0;
        var deleted = 0;
        while (time.GetElapsedTime(begun) < Longest)
        {
            var done = periods.ArtifactAge is { } artifactAge
                ? await PurgeArtifactsAsync(now - artifactAge, cancellation)
                : 0;
            emptied += done;
            if (done == Batch)
            {
                continue;
            }
            done = periods.Runs is { } age ? await DeleteRunsAsync(now - age, cancellation) : 0;
            deleted += done;
            if (done < Batch)
            {
                var (orphans, isComplete) = await PurgeOrphansAsync(periods, begun, cancellation);
                return new RetentionReport(emptied + orphans, deleted, isComplete);
            }
        }
        return new RetentionReport(emptied, deleted, false);
    }

    private async Task<int> PurgeArtifactsAsync(DateTimeOffset before, CancellationToken cancellation)
    {
        await using var find = database.CreateCommand(
            """
            SELECT r.id FROM performance_test_runs r
            WHERE r.artifacts_purged_at IS NULL AND r.ended_at < $1 AND r.request IS NOT NULL
              AND r.status NOT IN ('queued', 'running')
              AND NOT EXISTS (SELECT FROM performance_baselines b WHERE b.source_run_id = r.id)
            ORDER BY r.ended_at LIMIT $2
            """
        );
        find.Parameters.AddWithValue(before);
        find.Parameters.AddWithValue(Batch);
        var old = new List<Guid>();
        await using (var rows = await find.ExecuteReaderAsync(cancellation))
        {
            while (await rows.ReadAsync(cancellation))
            {
                old.Add(rows.GetGuid(0));
            }
        }
        if (old.Count > 0)
        {
            // Before: what is gone cannot be brought back, also where it could not be recorded.
            await using var connection = await database.OpenConnectionAsync(cancellation);
            await AuditLog.AppendAsync(
                connection,
                Entry(AuditActions.PurgeArtifacts, AuditOutcomes.Accepted, before, old),
                cancellation
            );
        }
        foreach (var run in old)
        {
            // Noted after it is done: what ends in between is done again.
            await artifacts.DeleteAsync(run, cancellation);
            await using var note = database.CreateCommand(
                "UPDATE performance_test_runs SET artifacts_purged_at = $2 WHERE id = $1"
            );
            note.Parameters.AddWithValue(run);
            note.Parameters.AddWithValue(time.GetUtcNow());
            await note.ExecuteNonQueryAsync(cancellation);
        }
        return old.Count;
    }

    private async Task<(int Purged, bool IsComplete)> PurgeOrphansAsync(
        RetentionPeriods periods,
        long begun,
        CancellationToken cancellation
    )
    {
        var now = time.GetUtcNow();
        var anyBefore = now - periods.ArtifactAge;
        var ownBefore = now - periods.UnfinishedImports;
        // The later of the two, where there are two.
        if (new[] { anyBefore, ownBefore }.Max() is not { } before)
        {
            return (0, true);
        }
        var own = ownBefore is null ? null : await DatabaseIdentity.OfAsync(database, cancellation);
        var purged = 0;
        await foreach (var some in artifacts.RunsAsync(cancellation).Chunk(Batch).WithCancellation(cancellation))
        {
            if (time.GetElapsedTime(begun) >= Longest)
            {
                return (purged, false);
            }
            var old = new List<Guid>();
            foreach (var run in await WithoutRowAsync(some, cancellation))
            {
                var written = await artifacts.LastWrittenAsync(run, cancellation);
                if (
                    written < anyBefore
                    || own is not null && written < ownBefore && await IsImportIntoAsync(own, run, cancellation)
                )
                {
                    old.Add(run);
                }
            }
            if (old.Count == 0)
            {
                continue;
            }
            await using (var connection = await database.OpenConnectionAsync(cancellation))
            {
                var entry = Entry(AuditActions.PurgeArtifacts, AuditOutcomes.Accepted, before, old);
                await AuditLog.AppendAsync(
                    connection,
                    entry with
                    {
                        Detail = string.Create(
                            CultureInfo.InvariantCulture,
                            $"{old.Count} of no run, written before {before:yyyy-MM-ddTHH:mm:ssZ}: {string.Join(' ', old)}"
                        ),
                    },
                    cancellation
                );
            }
            foreach (var run in old)
            {
                await artifacts.DeleteAsync(run, cancellation);
            }
            purged += old.Count;
        }
        return (purged, true);
    }

    // Another database's runs have no row here either: a data folder may have served several.
    private async Task<bool> IsImportIntoAsync(string identity, Guid run, CancellationToken cancellation)
    {
        await using var mark = await artifacts.OpenReadAsync(run, ArtifactNames.Import, cancellation);
        if (mark is null)
        {
            return false;
        }
        using var text = new StreamReader(mark);
        return await text.ReadToEndAsync(cancellation) == identity;
    }

    private async Task<List<Guid>> WithoutRowAsync(Guid[] runs, CancellationToken cancellation)
    {
        await using var find = database.CreateCommand(
            """
            SELECT left_by.id FROM unnest($1) AS left_by (id)
            WHERE NOT EXISTS (SELECT FROM performance_test_runs r WHERE r.id = left_by.id)
            """
        );
        find.Parameters.AddWithValue(runs);
        var unknown = new List<Guid>();
        await using var rows = await find.ExecuteReaderAsync(cancellation);
        while (await rows.ReadAsync(cancellation))
        {
            unknown.Add(rows.GetGuid(0));
        }
        return unknown;
    }

    private async Task<int> DeleteRunsAsync(DateTimeOffset before, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var delete = new NpgsqlCommand(
            """
            DELETE FROM performance_test_runs WHERE id IN (
              SELECT r.id FROM performance_test_runs r
              WHERE r.artifacts_purged_at IS NOT NULL AND r.ended_at < $1
                AND NOT EXISTS (SELECT FROM performance_accepted_runs a WHERE a.run_id = r.id)
                AND NOT EXISTS (SELECT FROM performance_baselines b WHERE b.source_run_id = r.id)
                AND NOT EXISTS (SELECT FROM performance_baseline_history h WHERE h.run_id = r.id)
                AND NOT EXISTS (SELECT FROM performance_baseline_history h WHERE h.previous_run_id = r.id)
              ORDER BY r.ended_at LIMIT $2 FOR UPDATE SKIP LOCKED)
            RETURNING id
            """,
            connection
        );
        delete.Parameters.AddWithValue(before);
        delete.Parameters.AddWithValue(Batch);
        var deleted = new List<Guid>();
        await using (var rows = await delete.ExecuteReaderAsync(cancellation))
        {
            while (await rows.ReadAsync(cancellation))
            {
                deleted.Add(rows.GetGuid(0));
            }
        }
        if (deleted.Count > 0)
        {
            await AuditLog.AppendAsync(
                connection,
                Entry(AuditActions.PurgeRuns, AuditOutcomes.Done, before, deleted),
                cancellation
            );
            await transaction.CommitAsync(cancellation);
        }
        return deleted.Count;
    }

    // A batch of ids has room in a detail.
    private static AuditEntry Entry(string action, string outcome, DateTimeOffset before, List<Guid> runs) =>
        new(null, action, outcome)
        {
            Detail = string.Create(
                CultureInfo.InvariantCulture,
                $"{runs.Count} runs that ended before {before:yyyy-MM-ddTHH:mm:ssZ}: {string.Join(' ', runs)}"
            ),
        };
}
