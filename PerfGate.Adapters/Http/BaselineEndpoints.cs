using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using PerfGate.Adapters.Postgres;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;

namespace PerfGate.Adapters.Http;

/// <summary>The past that runs are held against.</summary>
public static class BaselineEndpoints
{
    private const int MostChanges = 200;

    /// <summary><c>GET baselines</c>: one of each test type and environment that has a past.</summary>
    public static async Task<IResult> ListAsync(
        HttpRequest request,
        PerformanceBaselineManager baselines,
        CancellationToken cancellation
    ) =>
        new QueryFields(request.Query).Errors is { Count: > 0 } errors
            ? Problems.Unusable(errors)
            : Results.Json(new { baselines = await baselines.ListAsync(cancellation) }, RunJson.Options);

    /// <summary>
    /// <c>POST baselines {testId, reason?}</c>: makes a passed run the baseline of its test type and environment. 201 with the
    /// baseline, 404 for an unknown run, 409 for one that did not pass.
    /// </summary>
    public static Task<IResult> EstablishAsync(
        HttpContext context,
        RunStore runs,
        PerformanceBaselineManager baselines,
        Limits limits,
        CancellationToken cancellation
    ) =>
        ChangeAsync(
            context,
            runs,
            limits,
            StatusCodes.Status201Created,
            (run, reason) => baselines.EstablishAsync(run, AuditedRequest.CallerOf(context), cancellation, reason),
            cancellation
        );

    /// <summary>
    /// <c>POST baselines/{id}/update {testId, reason?}</c>: replaces the baseline by a better run of the same load and engine;
    /// with a reason, on its caller's word, also by one that is not better, or that failed (a wanted slowdown): the accepted
    /// past then begins anew with it. 404 for an unknown baseline or run, 409 with the reason of a refusal.
    /// </summary>
    public static async Task<IResult> UpdateAsync(
        HttpContext context,
        Guid id,
        RunStore runs,
        PerformanceBaselineManager baselines,
        Limits limits,
        CancellationToken cancellation
    )
    {
        if (await baselines.FindAsync(id, cancellation) is not { } baseline)
        {
            return Problems.Unknown("baseline", id);
        }
        return Access.Refuse(context, Permission.PromoteBaselines, baseline.Environment)
            ?? await ChangeAsync(
                context,
                runs,
                limits,
                StatusCodes.Status200OK,
                (run, reason) =>
                    baselines.UpdateAsync(
                        run,
                        AuditedRequest.CallerOf(context),
                        reason is not null,
                        cancellation,
                        reason,
                        id
                    ),
                cancellation
            );
    }

    /// <summary><c>GET baselines/{id}/history?limit=&amp;after=</c>: its changes, the newest first.</summary>
    public static async Task<IResult> HistoryAsync(
        HttpRequest request,
        Guid id,
        BaselineHistory history,
        CancellationToken cancellation
    )
    {
        var fields = new QueryFields(request.Query, "limit", "after");
        var limit = fields.Whole("limit", 1, MostChanges) ?? 50;
        var after = fields.Whole("after", 1, long.MaxValue);
        if (fields.Errors.Count > 0)
        {
            return Problems.Unusable(fields.Errors);
        }
        return await history.ReadAsync(id, after, limit, cancellation) is { } page
            ? Results.Json(
                new BaselineHistoryAnswer(page.Changes, page.Next?.ToString(CultureInfo.InvariantCulture)),
                RunJson.Options
            )
            : Problems.Unknown("baseline", id);
    }

    /// <summary>
    /// <c>POST baselines/{id}/undo {reason?}</c>: takes back the newest change that still stands; asked again, the one before.
    /// 409 where nothing is left to undo.
    /// </summary>
    public static async Task<IResult> UndoAsync(
        HttpContext context,
        Guid id,
        BaselineHistory history,
        PerformanceBaselineManager baselines,
        Limits limits,
        CancellationToken cancellation
    )
    {
        if (await baselines.FindAsync(id, cancellation) is not { } found)
        {
            return Problems.Unknown("baseline", id);
        }
        if (Access.Refuse(context, Permission.PromoteBaselines, found.Environment) is { } refusal)
        {
            return refusal;
        }
        var read = await ReadAsync(context.Request, wantsRun: false, limits, cancellation);
        if (read.Value is not { } request)
        {
            return Problems.Unusable(read.Errors);
        }
        return await history.UndoAsync(id, AuditedRequest.CallerOf(context), request.Reason, cancellation) switch
        {
            null => Problems.Unknown("baseline", id),
            { Baseline: { } baseline } => Results.Json(baseline, RunJson.Options),
            var refused => Problems.Conflict(refused.Refusal!),
        };
    }

    // What is longer is not read to its end, and the reader says that it is too long.
    private static async Task<Validated<BaselineRequest>> ReadAsync(
        HttpRequest request,
        bool wantsRun,
        Limits limits,
        CancellationToken cancellation
    ) =>
        await RequestBody.ReadAsync(request, BaselineRequest.MostBytes, cancellation) is { } body
            ? BaselineRequest.Read(body, wantsRun, limits)
            : Validated<BaselineRequest>.Refused([
                new FieldError(
                    "request",
                    "is too large",
                    FormattableString.Invariant($"at most {BaselineRequest.MostBytes} bytes")
                ),
            ]);

    private static async Task<IResult> ChangeAsync(
        HttpContext context,
        RunStore runs,
        Limits limits,
        int done,
        Func<Guid, string?, Task<BaselineAnswer>> change,
        CancellationToken cancellation
    )
    {
        var read = await ReadAsync(context.Request, wantsRun: true, limits, cancellation);
        if (read.Value is not { TestId: { } testId } request)
        {
            return Problems.Unusable(read.Errors);
        }
        if (await runs.FindAsync(testId, cancellation) is not { } run)
        {
            return Problems.Unknown("run", testId);
        }
        if (Access.Refuse(context, Permission.PromoteBaselines, run.Request.Environment) is { } refusal)
        {
            return refusal;
        }
        var answer = await change(testId, request.Reason);
        return answer.Baseline is { } baseline
            ? Results.Json(baseline, RunJson.Options, statusCode: done)
            : Problems.Conflict(answer.Refusal!);
    }
}

/// <summary>A page of a baseline's changes.</summary>
/// <param name="Changes">The changes, the newest first.</param>
/// <param name="Next"><c>after</c> of the next page; null at the last.</param>
public sealed record BaselineHistoryAnswer(
    IReadOnlyList<BaselineChange> Changes,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Next
);
