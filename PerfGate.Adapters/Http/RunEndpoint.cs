using Microsoft.AspNetCore.Http;
using PerfGate.Adapters.Files;
using PerfGate.Adapters.Postgres;
using PerfGate.Adapters.Runs;
using PerfGate.Core.Requests;
using PerfGate.Core.Runs;

namespace PerfGate.Adapters.Http;

/// <summary>What can be asked of one run, and its cancellation.</summary>
public static class RunEndpoint
{
    /// <summary><c>GET runs/{testId}</c>: where it stands, live figures, and its results once it ended.</summary>
    public static async Task<IResult> GetAsync(
        Guid testId,
        RunStore runs,
        RunArtifacts artifacts,
        ProgressReader progress,
        CancellationToken cancellation
    )
    {
        if (await runs.FindAsync(testId, cancellation) is not { } run)
        {
            return Problems.Unknown("run", testId);
        }
        var result = run.EndedAt is null ? null : await artifacts.ReadResultAsync(testId, cancellation);
        return Answer(
            new RunView
            {
                TestId = run.Id,
                Status = run.Status,
                Verdict = run.Verdict,
                Reasons = run.Reasons,
                TestType = run.Request.TestType,
                Environment = run.Request.Environment,
                CreatedAt = run.CreatedAt,
                StartedAt = run.StartedAt,
                EndedAt = run.EndedAt,
                EstimatedCompletion = run.EndedAt is null ? run.EstimatedCompletion : null,
                QueuePosition = run.QueuePosition,
                Progress = run.Status == RunStatus.Running ? await progress.ReadAsync(testId, cancellation) : null,
                Results = result is null ? null : RunResults.Of(result),
            }
        );
    }

    /// <summary><c>GET runs/{testId}/gate</c>: the short answer for a pipeline.</summary>
    public static async Task<IResult> GateAsync(
        Guid testId,
        RunStore runs,
        RunArtifacts artifacts,
        CancellationToken cancellation
    )
    {
        if (await runs.FindAsync(testId, cancellation) is not { } run)
        {
            return Problems.Unknown("run", testId);
        }
        var result = run.EndedAt is null ? null : await artifacts.ReadResultAsync(testId, cancellation);
        return Answer(
            new GateView(
                run.Id,
                run.Status,
                run.Verdict,
                run.Verdict is { } verdict ? new RunVerdict(verdict, run.Reasons).ExitCode : null,
                run.Reasons,
                result?.Thresholds ?? [],
                result?.Baseline
            )
        );
    }

    /// <summary><c>POST runs/{testId}/cancel</c>: 202 where it will stop, 409 where it has ended already.</summary>
    public static async Task<IResult> CancelAsync(Guid testId, RunStore runs, CancellationToken cancellation) =>
        await runs.RequestCancelAsync(testId, cancellation) switch
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

    private static IResult Answer<T>(T view) => Results.Json(view, RunJson.Options);
}
