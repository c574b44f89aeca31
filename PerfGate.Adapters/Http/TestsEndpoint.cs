using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using PerfGate.Adapters.Postgres;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;

namespace PerfGate.Adapters.Http;

/// <summary>Stored tests, all of them.</summary>
public static class TestsEndpoint
{
    private const int MostTests = 200;

    /// <summary>
    /// <c>GET tests?testType=&amp;environment=&amp;name=&amp;limit=&amp;after=</c>: tests with their latest runs, the newest first;
    /// answers <c>{tests, next}</c>, where next is the <c>after</c> of the next page, and null at the last.
    /// </summary>
    public static async Task<IResult> ListAsync(HttpRequest request, TestPages pages, CancellationToken cancellation)
    {
        var fields = new QueryFields(request.Query, "testType", "environment", "name", "limit", "after");
        var filter = new TestFilter
        {
            TestType = fields.Choice<TestType>("testType"),
            Environment = fields.Choice<TargetEnvironment>("environment"),
            Name = fields.Text("name"),
            Limit = fields.Whole("limit", 1, MostTests) ?? 50,
            After = PageCursor.Read(fields, "after", "list of tests") is { } place
                ? new TestPlace(place.CreatedAt, place.Id)
                : null,
        };
        if (filter.Name is { } name && (name.Length == 0 || name.Any(char.IsControl)))
        {
            // No test is called so, and PostgreSQL takes no NUL.
            fields.Refuse("name", "is no name of a test", "a text of at least one character");
        }
        if (fields.Errors.Count > 0)
        {
            return Problems.Unusable(fields.Errors);
        }
        var page = await pages.ReadAsync(filter, cancellation);
        return Results.Json(
            new TestsAnswer(page.Tests, page.Next is { } next ? PageCursor.Write(next.CreatedAt, next.Id) : null),
            RunJson.Options
        );
    }

    /// <summary>
    /// <c>POST tests {name?, testType, environment, configuration, schedule?}</c>: stores a definition, with a schedule on production
    /// and <c>confirmEnvironment</c>; 201 with the stored test, its address and its entity tag; 413 or 422 with every problem.
    /// </summary>
    public static async Task<IResult> DefineAsync(
        HttpContext context,
        TestStore tests,
        Limits limits,
        AdmissionRules rules,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        if (await RequestBody.ReadAsync(context.Request, limits.RequestBytes, cancellation) is not { } body)
        {
            return RequestBody.TooLarge(limits);
        }
        var read = TestDefinitionReader.Read(body, limits);
        if (read.Value is not { } definition)
        {
            return Problems.Unusable(read.Errors);
        }
        if (Access.Refuse(context, Permission.EditTests, definition.Request.Environment) is { } refusal)
        {
            return refusal;
        }
        var asked = definition.Request;
        if (rules.On(asked.Environment).Problems(asked.Configuration, asked.Environment) is [_, ..] refused)
        {
            return Problems.Unusable(refused);
        }
        if (
            definition is { Schedule: not null } or { ConfirmEnvironment: not null }
            && Confirmation.Problem(asked.Environment, definition.ConfirmEnvironment) is { } unconfirmed
        )
        {
            return Problems.Unusable([unconfirmed]);
        }
        var id = Guid.CreateVersion7(time.GetUtcNow());
        var by = AuditedRequest.CallerOf(context);
        var test = await tests.InsertAsync(id, definition, by, cancellation);
        context.Response.Headers.Location = $"/api/performance/tests/{id}";
        return TestEndpoint.Answer(context.Response, test, StatusCodes.Status201Created);
    }
}

/// <summary>A page of stored tests.</summary>
/// <param name="Tests">The tests, the newest first.</param>
/// <param name="Next"><c>after</c> of the next page; null at the last.</param>
public sealed record TestsAnswer(
    IReadOnlyList<StoredTest> Tests,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Next
);
