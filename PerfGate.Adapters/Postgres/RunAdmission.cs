using System.Globalization;
using Npgsql;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;

namespace PerfGate.Adapters.Postgres;

/// <summary>
/// Whether a run may be taken in now: emergency stop, change window, rates of starts, VU-minutes of the day. All servers
/// decide by the same rows, in the transaction that stores the run, one at a time for an environment.
/// </summary>
public sealed class RunAdmission(AdmissionRules rules)
{
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);

    private const string CallerKind = "caller";

    // Of the buckets that are full again, each start removes so many at most.
    private const int Sweep = 20;

    /// <summary>Why not; null where it may. Tokens taken are taken with the transaction.</summary>
    /// <param name="connection">In its transaction.</param>
    /// <param name="run">The run.</param>
    /// <param name="caller">Whose start it is; null for a schedule's, which no rate holds back.</param>
    /// <param name="now">Now, UTC.</param>
    /// <param name="cancellation">Gives up.</param>
    internal async Task<IntakeAnswer?> RefuseAsync(
        NpgsqlConnection connection,
        NewRun run,
        string? caller,
        DateTimeOffset now,
        CancellationToken cancellation
    )
    {
        var environment = run.Request.Environment;
        var mine = rules.On(environment);
        if (mine.Problems(run.Request.Configuration, environment) is [_, ..] problems)
        {
            // A stored test may be older than the lists.
            return new IntakeAnswer.NotAllowed(problems);
        }
        if (await FindStopAsync(connection, environment, cancellation) is { } stop)
        {
            return new IntakeAnswer.Stopped(stop);
        }
        if (mine.Window is { } window && !window.IsOpen(now))
        {
            return new IntakeAnswer.OutsideWindow(environment, window, window.OpensAfter(now));
        }
        if (run.VuMinutes > mine.VuMinutesPerDay)
        {
            return new IntakeAnswer.BeyondBudget(environment, run.VuMinutes, mine.VuMinutesPerDay);
        }
        var spent = await WaitForBudgetAsync(connection, run, mine.VuMinutesPerDay, now, cancellation);
        if (spent is not null)
        {
            return spent;
        }
        return caller is null
            ? null
            : await TakeAsync(connection, CallerKind, caller, "you", rules.Caller, now, cancellation)
                ?? await TakeAsync(
                    connection,
                    "environment",
                    EnumText.Lower(environment),
                    $"all callers on {EnumText.Lower(environment)}",
                    mine.Starts,
                    now,
                    cancellation
                );
    }

    /// <summary>
    /// Whether a caller has no start left, told without a lock: what is empty stays so until its time; what is not may be by the
    /// time it is asked for (<see cref="RefuseAsync"/>).
    /// </summary>
    internal async Task<IntakeAnswer?> LookAsync(
        NpgsqlDataSource database,
        string caller,
        DateTimeOffset now,
        CancellationToken cancellation
    )
    {
        await using var find = database.CreateCommand(
            "SELECT tokens, at FROM performance_start_buckets WHERE key = $1"
        );
        find.Parameters.AddWithValue(KeyOf(CallerKind, caller));
        await using var row = await find.ExecuteReaderAsync(cancellation);
        if (!await row.ReadAsync(cancellation))
        {
            return null;
        }
        var bucket = new TokenBucket(row.GetDouble(0), row.GetFieldValue<DateTimeOffset>(1));
        return bucket.Take(rules.Caller, now).Wait is { } wait ? TooMuch("you", rules.Caller, wait) : null;
    }

    private static string KeyOf(string kind, string whose) => $"{kind}:{whose}";

    private static IntakeAnswer.TooMuch TooMuch(string who, StartRate rate, TimeSpan wait) =>
        new(
            wait,
            string.Create(
                CultureInfo.InvariantCulture,
                $"Starts are limited: {who} may start {rate.Burst} runs at once and {rate.PerHour:0.##} an hour."
            )
        );

    private static async Task<EmergencyStop?> FindStopAsync(
        NpgsqlConnection connection,
        TargetEnvironment environment,
        CancellationToken cancellation
    )
    {
        var (isThere, stop) = await LockAsync(connection, environment, cancellation);
        if (!isThere)
        {
            // Without a row to lock, a run could slip in beside a stop.
            await using var make = new NpgsqlCommand(
                "INSERT INTO performance_environments (environment) VALUES ($1) ON CONFLICT DO NOTHING",
                connection
            );
            make.Parameters.AddWithValue(EnumText.Lower(environment));
            await make.ExecuteNonQueryAsync(cancellation);
            (_, stop) = await LockAsync(connection, environment, cancellation);
        }
        return stop;
    }

    private static async Task<(bool IsThere, EmergencyStop? Stop)> LockAsync(
        NpgsqlConnection connection,
        TargetEnvironment environment,
        CancellationToken cancellation
    )
    {
        await using var find = new NpgsqlCommand(
            """
            SELECT stopped_at, stopped_by, stop_reason FROM performance_environments WHERE environment = $1 FOR UPDATE
            """,
            connection
        );
        find.Parameters.AddWithValue(EnumText.Lower(environment));
        await using var row = await find.ExecuteReaderAsync(cancellation);
        var isThere = await row.ReadAsync(cancellation);
        return (
            isThere,
            isThere && !row.IsDBNull(0)
                ? new EmergencyStop(
                    environment,
                    row.GetFieldValue<DateTimeOffset>(0),
                    row.GetString(1),
                    row.GetString(2)
                )
                : null
        );
    }

    // Runs that were withdrawn before their load have cost nothing.
    private static async Task<IntakeAnswer?> WaitForBudgetAsync(
        NpgsqlConnection connection,
        NewRun run,
        double perDay,
        DateTimeOffset now,
        CancellationToken cancellation
    )
    {
        await using var sum = new NpgsqlCommand(
            """
            SELECT created_at, total - before FROM (
              SELECT created_at,
                     sum(vu_minutes) OVER () AS total,
                     sum(vu_minutes) OVER (ORDER BY created_at, id) AS before
              FROM performance_test_runs
              WHERE environment = $1 AND created_at > $2 AND vu_minutes > 0
                AND NOT (status = 'cancelled' AND runner_started_at IS NULL)) spent
            WHERE total > $3 ORDER BY created_at
            """,
            connection
        );
        sum.Parameters.AddWithValue(EnumText.Lower(run.Request.Environment));
        sum.Parameters.AddWithValue(now - Day);
        sum.Parameters.AddWithValue(perDay - run.VuMinutes);
        await using var rows = await sum.ExecuteReaderAsync(cancellation);
        while (await rows.ReadAsync(cancellation))
        {
            // Once this one and those before it are a day old, there is room.
            if (rows.GetDouble(1) <= perDay - run.VuMinutes)
            {
                return new IntakeAnswer.TooMuch(
                    rows.GetFieldValue<DateTimeOffset>(0) + Day - now,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"The runs of 24 hours on {EnumText.Lower(run.Request.Environment)} may plan {perDay:0} VU-minutes, and this one's {run.VuMinutes:0.#} would be too many."
                    )
                );
            }
        }
        return null;
    }

    private static async Task<IntakeAnswer?> TakeAsync(
        NpgsqlConnection connection,
        string kind,
        string whose,
        string who,
        StartRate rate,
        DateTimeOffset now,
        CancellationToken cancellation
    )
    {
        await using var find = new NpgsqlCommand(
            """
            INSERT INTO performance_start_buckets AS known (key, tokens, at) VALUES ($1, $2, $3)
            ON CONFLICT (key) DO UPDATE SET key = excluded.key
            RETURNING tokens, at
            """,
            connection
        );
        find.Parameters.AddWithValue(KeyOf(kind, whose));
        find.Parameters.AddWithValue((double)rate.Burst);
        find.Parameters.AddWithValue(now);
        TokenBucket bucket;
        await using (var row = await find.ExecuteReaderAsync(cancellation))
        {
            await row.ReadAsync(cancellation);
            bucket = new TokenBucket(row.GetDouble(0), row.GetFieldValue<DateTimeOffset>(1));
        }
        var (after, wait) = bucket.Take(rate, now);
        if (wait is { } patience)
        {
            return TooMuch(who, rate, patience);
        }
        await using var keep = new NpgsqlCommand(
            """
            WITH old AS (SELECT key FROM performance_start_buckets WHERE at < $4 ORDER BY at LIMIT $5 FOR UPDATE SKIP LOCKED),
              gone AS (DELETE FROM performance_start_buckets WHERE key IN (SELECT key FROM old WHERE key <> $1))
            UPDATE performance_start_buckets SET tokens = $2, at = $3 WHERE key = $1
            """,
            connection
        );
        keep.Parameters.AddWithValue(KeyOf(kind, whose));
        keep.Parameters.AddWithValue(after.Tokens);
        keep.Parameters.AddWithValue(after.At);
        keep.Parameters.AddWithValue(now - TimeSpan.FromHours(rate.Burst / rate.PerHour) - Day);
        keep.Parameters.AddWithValue(Sweep);
        await keep.ExecuteNonQueryAsync(cancellation);
        return null;
    }
}
