using Microsoft.AspNetCore.Http;
using PerfGate.Adapters.Postgres;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;
using PerfGate.Core.Runs;

namespace PerfGate.Adapters.Http;

/// <summary>What can be asked of one run, and its cancellation.</summary>
public static class RunEndpoint
{
    /// <summary>
    /// <c>GET runs/{testId}</c>: where it stands, live figures, and its results once it ended. <c>Prefer: wait=N</c> waits for
    /// that end, up to <see cref="PreferWait.MostSeconds"/> seconds.
    /// </summary>
    public static Task<IResult> GetAsync(
        HttpContext context,
        Guid testId,
        RunReading reading,
        CancellationToken cancellation
    ) => AnswerAsync(context, testId, "run", reading, reading.ViewAsync, cancellation);

    /// <summary><c>GET runs/{testId}/gate</c>: the short answer for a pipeline. Waits like <c>GET runs/{testId}</c>.</summary>
    public static Task<IResult> GateAsync(
        HttpContext context,
        Guid testId,
        RunReading reading,
        CancellationToken cancellation
    ) => AnswerAsync(context, testId, "gate", reading, reading.GateAsync, cancellation);

    /// <summary><c>POST runs/{testId}/cancel</c>: 202 where it will stop, 409 where it has ended already.</summary>
    public static async Task<IResult> CancelAsync(
        HttpContext context,
        Guid testId,
        RunStore runs,
        IRunStarter starter,
        CancellationToken cancellation
    )
    {
        if (await runs.FindAsync(testId, cancellation) is not { } run)
        {
            return Problems.Unknown("run", testId);
        }
        if (Access.Refuse(context, Permission.Cancel, run.Request.Environment) is { } refusal)
        {
            return refusal;
        }
        var answer = await runs.RequestCancelAsync(testId, cancellation, AuditedRequest.CallerOf(context));
        if (answer is not (CancelAnswer.Unknown or CancelAnswer.AlreadyEnded))
        {
            await starter.HastenCancelAsync(testId, cancellation);
        }
        return answer switch
        {
            CancelAnswer.Unknown => Problems.Unknown("run", testId),
            CancelAnswer.AlreadyEnded => Problems.Conflict("The run has ended already; nothing was changed."),
            CancelAnswer.Cancelled => Results.Json(
                new { testId, status = RunStatus.Cancelled },
                RunJson.Options,
                statusCode: StatusCodes.Status200OK
            ),
            _ => Results.Json(
                new
                {
                    testId,
                    status = RunStatus.Running,
                    cancelling = true,
                },
                RunJson.Options,
                statusCode: StatusCodes.Status202Accepted
            ),
        };
    }

    private static async Task<IResult> AnswerAsync<T>(
        HttpContext context,
        Guid testId,
        string what,
        RunReading reading,
        Func<RunRow, CancellationToken, Task<T>> view,
        CancellationToken cancellation
    )
    {
        var wait = PreferWait.Grant(context) ?? TimeSpan.Zero;
        if (reading.Answers.Find(context, what, testId) is { } known)
        {
            return known;
        }
        if (await reading.FindAsync(testId, wait, cancellation) is not { } run)
        {
            return Problems.Unknown("run", testId);
        }
        if (run.IsFinal)
        {
            return await reading.Answers.MakeAsync(context, what, testId, () => view(run, CancellationToken.None));
        }
        context.Response.Headers.CacheControl = "no-store";
        return Results.Json(await view(run, cancellation), RunJson.Options);
    }
}
