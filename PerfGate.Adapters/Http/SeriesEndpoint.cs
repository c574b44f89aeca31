using System.Globalization;
using Microsoft.AspNetCore.Http;
using PerfGate.Adapters.Postgres;
using PerfGate.Adapters.Runs;
using PerfGate.Core.Metrics;
using PerfGate.Core.Requests;
using PerfGate.Core.Runs;

namespace PerfGate.Adapters.Http;

/// <summary><c>GET runs/{testId}/series</c>: how a run went, also while it goes on.</summary>
public static class SeriesEndpoint
{
    private const int FewestPoints = 10;
    private const int MostPoints = 10_000;

    /// <summary>
    /// <c>?points=&amp;from=&amp;to=</c>; answers <c>{testId, resolutionSeconds, points}</c>. Without <c>points</c> each stands
    /// for a second, unless there would be more than 10,000. Of an ended run the answer never changes. 409 where what its
    /// runner appended cannot be read.
    /// </summary>
    public static async Task<IResult> GetAsync(
        HttpContext context,
        Guid testId,
        RunStore runs,
        RunArtifacts artifacts,
        RunningSeries running,
        RunAnswers answers,
        CancellationToken cancellation
    )
    {
        var fields = new QueryFields(context.Request.Query, "points", "from", "to");
        var points = fields.Whole("points", FewestPoints, MostPoints) ?? MostPoints;
        var from = fields.Time("from");
        var to = fields.Time("to");
        if (from >= to)
        {
            fields.Refuse("to", "is not after from", "a time after from");
        }
        if (fields.Errors.Count > 0)
        {
            return Problems.Unusable(fields.Errors);
        }
        // From the second that holds it, up to the second that holds it, that one excluded where it begins there.
        var first = from?.ToUnixTimeSeconds();
        var end = to is { } until ? (long)Math.Ceiling((until - DateTimeOffset.UnixEpoch).TotalSeconds) : (long?)null;
        var what = string.Create(CultureInfo.InvariantCulture, $"series {points} {first} {end}");
        if (answers.Find(context, what, testId) is { } known)
        {
            return known;
        }
        if (await runs.FindAsync(testId, cancellation) is not { } run)
        {
            return Problems.Unknown("run", testId);
        }
        try
        {
            if (run.IsFinal)
            {
                return await answers.MakeAsync(context, what, testId, () => ReadAsync(CancellationToken.None));
            }
            context.Response.Headers.CacheControl = "no-store";
            return Results.Json(await ReadAsync(cancellation), RunJson.Options);
        }
        catch (FormatException damaged)
        {
            // What a runner uploads is no fault of the server's.
            return Problems.Conflict($"What the runner appended cannot be read: {damaged.Message}");
        }

        async Task<SeriesAnswer> ReadAsync(CancellationToken reading)
        {
            var buckets =
                await BuildAsync(reading)
                ?? SeriesPoints.Shorten(
                    (await artifacts.ReadMetricsAsync(testId, reading))?.Series ?? [],
                    points,
                    first,
                    end
                );
            return new SeriesAnswer(testId, buckets.Count == 0 ? 1 : buckets[0].Seconds, buckets);
        }

        async Task<IReadOnlyList<SeriesBucket>?> BuildAsync(CancellationToken reading)
        {
            var segments = run.Plan?.Segments ?? 1;
            if (!RunStates.IsEnd(run.Status))
            {
                return await running.ReadAsync(testId, segments, all => all.Build(points, first, end), reading);
            }
            running.Forget(testId);
            return (await artifacts.ReadBucketsAsync(testId, segments, reading))?.Build(points, first, end);
        }
    }
}

/// <summary>The series of a run.</summary>
/// <param name="TestId">The run's id.</param>
/// <param name="ResolutionSeconds">Seconds that a point stands for; the last may stand for fewer.</param>
/// <param name="Points">The points in order of time; empty before the first second.</param>
public sealed record SeriesAnswer(Guid TestId, int ResolutionSeconds, IReadOnlyList<SeriesBucket> Points);
