using System.Globalization;
using Microsoft.AspNetCore.Http;
using PerfGate.Adapters.Postgres;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;
using PerfGate.Core.Schedules;

namespace PerfGate.Adapters.Http;

/// <summary>One stored test.</summary>
public static class TestEndpoint
{
    /// <summary><c>GET tests/{id}</c>: the test, and the entity tag of its definition.</summary>
    public static async Task<IResult> GetAsync(
        HttpContext context,
        Guid id,
        TestStore tests,
        CancellationToken cancellation
    ) =>
        await tests.FindAsync(id, cancellation) is { } test
            ? Answer(context.Response, test, StatusCodes.Status200OK)
            : Problems.Unknown("test", id);

    /// <summary>
    /// <c>PUT tests/{id}/config</c> with <c>If-Match</c>: replaces the configuration. 428 without it, 412 where the test was
    /// changed meanwhile.
    /// </summary>
    public static async Task<IResult> PutConfigurationAsync(
        HttpContext context,
        Guid id,
        TestStore tests,
        Limits limits,
        AdmissionRules rules,
        CancellationToken cancellation
    )
    {
        if (await RequestBody.ReadAsync(context.Request, limits.RequestBytes, cancellation) is not { } body)
        {
            return RequestBody.TooLarge(limits);
        }
        if (await tests.FindAsync(id, cancellation) is not { } test)
        {
            return Problems.Unknown("test", id);
        }
        if (Access.Refuse(context, Permission.EditTests, test.Environment) is { } refusal)
        {
            return refusal;
        }
        if (IfMatch.Read(context.Request) is not { } match)
        {
            return IfMatch.Missing(test.ETag, context.Response);
        }
        var read = TestDefinitionReader.ReadConfiguration(body, test.TestType, limits.On(test.Environment));
        if (match.Value is not { } expected || read.Value is not { } configuration)
        {
            return Problems.Unusable([.. match.Errors, .. read.Errors]);
        }
        if (rules.On(test.Environment).Problems(configuration, test.Environment) is [_, ..] refused)
        {
            // Named as fields of this request, which is the configuration itself.
            return Problems.Unusable([
                .. refused.Select(one => one with { Field = one.Field["configuration.".Length..] }),
            ]);
        }
        var by = AuditedRequest.CallerOf(context);
        var changed = await tests.ReplaceConfigurationAsync(id, configuration, expected.Versions, by, cancellation);
        return changed is not null
            ? Answer(context.Response, changed, StatusCodes.Status200OK)
            : await RefuseChangeAsync(context, id, tests, cancellation);
    }

    /// <summary>
    /// <c>PUT tests/{id}/schedule</c> with <c>If-Match</c>: sets the schedule, or takes it away with <c>null</c>; on production
    /// with <c>confirmEnvironment</c>. 428 without If-Match, 412 where the test was changed meanwhile.
    /// </summary>
    public static async Task<IResult> PutScheduleAsync(
        HttpContext context,
        Guid id,
        TestStore tests,
        Limits limits,
        CancellationToken cancellation
    )
    {
        if (await RequestBody.ReadAsync(context.Request, limits.RequestBytes, cancellation) is not { } body)
        {
            return RequestBody.TooLarge(limits);
        }
        if (await tests.FindAsync(id, cancellation) is not { } test)
        {
            return Problems.Unknown("test", id);
        }
        if (Access.Refuse(context, Permission.EditTests, test.Environment) is { } refusal)
        {
            return refusal;
        }
        if (IfMatch.Read(context.Request) is not { } match)
        {
            return IfMatch.Missing(test.ETag, context.Response);
        }
        var read = ScheduleReader.Read(body, test.TestType, limits);
        if (match.Value is not { } expected || read.Value is not { } change)
        {
            return Problems.Unusable([.. match.Errors, .. read.Errors]);
        }
        if (
            change.Schedule is not null
            && Confirmation.Problem(test.Environment, change.ConfirmEnvironment) is { } unconfirmed
        )
        {
            return Problems.Unusable([unconfirmed]);
        }
        var by = AuditedRequest.CallerOf(context);
        var changed = await tests.ReplaceScheduleAsync(id, change.Schedule, expected.Versions, by, cancellation);
        return changed is not null
            ? Answer(context.Response, changed, StatusCodes.Status200OK)
            : await RefuseChangeAsync(context, id, tests, cancellation);
    }

    /// <summary>
    /// <c>DELETE tests/{id}</c>: 204; 409 while a run of it waits or is under load; 412 where <c>If-Match</c> is given and it
    /// was changed meanwhile. Past runs stay.
    /// </summary>
    public static async Task<IResult> DeleteAsync(
        HttpContext context,
        Guid id,
        TestStore tests,
        CancellationToken cancellation
    )
    {
        var match = IfMatch.Read(context.Request);
        if (match is { Value: null })
        {
            return Problems.Unusable(match.Errors);
        }
        if (
            await tests.FindAsync(id, cancellation) is { } test
            && Access.Refuse(context, Permission.EditTests, test.Environment) is { } refusal
        )
        {
            return refusal;
        }
        var by = AuditedRequest.CallerOf(context);
        return await tests.DeleteAsync(id, match?.Value?.Versions, by, cancellation) switch
        {
            DeleteAnswer.Unknown => Problems.Unknown("test", id),
            DeleteAnswer.Changed changed => IfMatch.Stale(ETag(changed.Version), context.Response),
            DeleteAnswer.InProgress active => Problems.Conflict(
                $"Run {active.RunId} of it is in progress; nothing was changed. Cancel it, or wait for its end."
            ),
            _ => Results.NoContent(),
        };
    }

    /// <summary>A test with its entity tag.</summary>
    internal static IResult Answer(HttpResponse response, StoredTest test, int status)
    {
        response.Headers.ETag = test.ETag;
        // The tag says which definition this is, not which runs it has had: not for caches.
        response.Headers.CacheControl = "no-store";
        return Results.Json(test, RunJson.Options, statusCode: status);
    }

    private static async Task<IResult> RefuseChangeAsync(
        HttpContext context,
        Guid id,
        TestStore tests,
        CancellationToken cancellation
    ) =>
        await tests.FindAsync(id, cancellation) is { } test
            ? IfMatch.Stale(test.ETag, context.Response)
            : Problems.Unknown("test", id);

    private static string ETag(long version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");
}
