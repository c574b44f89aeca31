using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using PerfGate.Adapters.Postgres;
using PerfGate.Core.Admission;
using PerfGate.Core.Baselines;
using PerfGate.Core.Requests;
using PerfGate.Core.Runs;
using PerfGate.Core.Scripts;

namespace PerfGate.Adapters.Http;

/// <summary><c>POST /api/performance/tests/execute</c>: validates, stores, starts; answers 202.</summary>
public static class ExecuteEndpoint
{
    /// <summary>Time between acceptance and first request, and between end of load and verdict, together.</summary>
    private static readonly TimeSpan Around = TimeSpan.FromSeconds(5);

    /// <summary>202 with <c>{testId, status, estimatedCompletion}</c>; 413 or 422 with every problem.</summary>
    public static async Task<IResult> HandleAsync(
        HttpContext context,
        RunStore runs,
        IRunStarter starter,
        Limits limits,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        if (await RequestBody.ReadAsync(context.Request, limits.RequestBytes, cancellation) is not { } body)
        {
            return RequestBody.TooLarge(limits);
        }
        var read = RequestReader.Read(body, limits);
        if (read.Value is not { } request)
        {
            return Problems.Unusable(read.Errors);
        }

        var plan = LoadPlanner.Plan(request, limits);
        var run = new NewRun(
            Guid.CreateVersion7(time.GetUtcNow()),
            request,
            time.GetUtcNow() + plan.Duration + Around,
            context.User.FindFirstValue("sub"),
            LoadFingerprint.Of(request)
        );
        await runs.InsertAsync(run, cancellation);
        await starter.StartAsync(run.Id, cancellation);
        context.Response.Headers.Location = $"/api/performance/runs/{run.Id}";
        return Results.Json(
            new ExecuteAnswer(run.Id, RunStatus.Queued, run.EstimatedCompletion),
            RunJson.Options,
            statusCode: StatusCodes.Status202Accepted
        );
    }
}
