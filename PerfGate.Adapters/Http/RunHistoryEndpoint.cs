using Microsoft.AspNetCore.Http;
using PerfGate.Adapters.Postgres;
using PerfGate.Core.Requests;
using PerfGate.Core.Runs;

namespace PerfGate.Adapters.Http;

/// <summary><c>GET /api/performance/runs</c>: every run, the newest first, a page at a time.</summary>
public static class RunHistoryEndpoint
{
    private const int MostRuns = 200;

    /// <summary>
    /// <c>?testType=&amp;environment=&amp;status=&amp;verdict=&amp;testDefinitionId=&amp;from=&amp;to=&amp;limit=&amp;after=</c>;
    /// answers <c>{runs, next}</c>, where next is the <c>after</c> of the next page, and null at the last.
    /// </summary>
    public static async Task<IResult> ListAsync(HttpRequest request, RunHistory history, CancellationToken cancellation)
    {
        var fields = new QueryFields(
            request.Query,
            "testType",
            "environment",
            "status",
            "verdict",
            "testDefinitionId",
            "from",
            "to",
            "limit",
            "after"
        );
        var filter = new RunFilter
        {
            TestType = fields.Choice<TestType>("testType"),
            Environment = fields.Choice<TargetEnvironment>("environment"),
            Status = fields.Choice<RunStatus>("status"),
            Verdict = fields.Choice<Verdict>("verdict"),
            TestDefinitionId = fields.Id("testDefinitionId", "the id of a stored test"),
            From = fields.Time("from"),
            To = fields.Time("to"),
            Limit = fields.Whole("limit", 1, MostRuns) ?? 50,
            After = PageCursor.Read(fields, "after", "history") is { } place
                ? new RunPlace(place.CreatedAt, place.Id)
                : null,
        };
        if (filter.From >= filter.To)
        {
            fields.Refuse("to", "is not after from", "a time after from");
        }
        if (fields.Errors.Count > 0)
        {
            return Problems.Unusable(fields.Errors);
        }
        var page = await history.ReadAsync(filter, cancellation);
        return Results.Json(
            new RunHistoryAnswer(page.Runs, page.Next is { } next ? PageCursor.Write(next.CreatedAt, next.Id) : null),
            RunJson.Options
        );
    }
}

/// <summary>A page of the history.</summary>
/// <param name="Runs">The runs, the newest first.</param>
/// <param name="Next"><c>after</c> of the next page; null at the last.</param>
public sealed record RunHistoryAnswer(
    IReadOnlyList<RunHistoryRow> Runs,
    [property: System.Text.Json.Serialization.JsonIgnore(
        Condition = System.Text.Json.Serialization.JsonIgnoreCondition.Never
    )]
        string? Next
);
