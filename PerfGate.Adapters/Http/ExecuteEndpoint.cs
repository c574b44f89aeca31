using Microsoft.AspNetCore.Http;
using PerfGate.Adapters.Postgres;
using PerfGate.Adapters.Telemetry;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;
using PerfGate.Core.Runs;

namespace PerfGate.Adapters.Http;

/// <summary><c>POST /api/performance/tests/execute</c>: validates, stores, starts; answers 202.</summary>
public static class ExecuteEndpoint
{
    private static readonly FieldError UnknownTest = new(
        "testDefinitionId",
        "names no stored test",
        "the id of a test of GET /api/performance/tests"
    );

    private static readonly FieldError UnreadableTest = new(
        "testDefinitionId",
        "names a test whose configuration cannot be read as it is stored",
        "a test that can be read; PUT tests/{id}/config makes it so"
    );

    /// <summary>
    /// 202 with <c>{testId, status, estimatedCompletion}</c>, for <c>{testType, configuration, environment}</c> as for
    /// <c>{testDefinitionId, overrides?}</c>, each with <c>confirmEnvironment</c> on production; 413 or 422 with every problem;
    /// 409 where nothing may start there now, 429 where too much was asked for lately. A request repeated with its <c>Idempotency-Key</c>
    /// within 24 h is answered as the first one was, with <c>Idempotent-Replayed: true</c>.
    /// </summary>
    public static async Task<IResult> HandleAsync(
        HttpContext context,
        TestStore tests,
        RunIntake intake,
        IRunStarter starter,
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
        var key = IdempotencyHeader.Read(context, body);
        // Before anything else: what was accepted once is answered again, whatever has become of limits and stored tests.
        if (key?.Value is { } sent && await intake.FindAsync(sent, cancellation) is { } known)
        {
            return await AnswerAsync(context, known, starter, cancellation);
        }
        var read = await ReadAsync(body, tests, limits, cancellation);
        if (read.Request.Value is not { } request || key is { Value: null })
        {
            return Problems.Unusable([.. key?.Errors ?? [], .. read.Request.Errors]);
        }
        if (Access.Refuse(context, Permission.Run, request.Environment) is { } refusal)
        {
            return refusal;
        }
        if (rules.On(request.Environment).Problems(request.Configuration, request.Environment) is [_, ..] refused)
        {
            return Problems.Unusable(refused);
        }
        if (Confirmation.Problem(request.Environment, read.Confirmed) is { } unconfirmed)
        {
            return Problems.Unusable([unconfirmed]);
        }
        var by = AuditedRequest.CallerOf(context);
        var run = NewRun.Of(request, by.Name, limits, time.GetUtcNow()) with
        {
            TestDefinitionId = read.TestDefinitionId,
            Caller = by,
        };
        var answer = await intake.StoreAsync(run, key?.Value, cancellation);
        if (answer is not IntakeAnswer.Stored)
        {
            return await AnswerAsync(context, answer, starter, cancellation);
        }
        await starter.StartAsync(run.Id, cancellation);
        return Accepted(context, run.Id, run.EstimatedCompletion);
    }

    private static async Task<(Validated<RunRequest> Request, Guid? TestDefinitionId, string? Confirmed)> ReadAsync(
        ReadOnlyMemory<byte> body,
        TestStore tests,
        Limits limits,
        CancellationToken cancellation
    )
    {
        var read = ExecuteReader.Read(body, limits);
        switch (read.Value)
        {
            case ExecuteRequest.Whole whole:
                return (Validated<RunRequest>.Ok(whole.Request), null, whole.ConfirmEnvironment);
            case ExecuteRequest.OfDefinition wanted:
                return await tests.FindAsync(wanted.TestDefinitionId, cancellation) switch
                {
                    null => (Validated<RunRequest>.Refused([UnknownTest]), null, null),
                    { Request: { } stored, Id: var id } => (
                        ExecuteReader.Merge(stored, wanted.Overrides, limits),
                        id,
                        wanted.ConfirmEnvironment
                    ),
                    _ => (Validated<RunRequest>.Refused([UnreadableTest]), null, null),
                };
            default:
                return (Validated<RunRequest>.Refused(read.Errors), null, null);
        }
    }

    private static async Task<IResult> AnswerAsync(
        HttpContext context,
        IntakeAnswer answer,
        IRunStarter starter,
        CancellationToken cancellation
    )
    {
        if (answer is not IntakeAnswer.Repeated repeated)
        {
            return Refuse(context, answer);
        }
        if (!RunStates.IsEnd(repeated.Status))
        {
            // The first request may have died between storing and starting. Started twice is started once.
            await starter.StartAsync(repeated.RunId, cancellation);
        }
        context.Response.Headers[IdempotencyHeader.Replayed] = "true";
        return Accepted(context, repeated.RunId, repeated.EstimatedCompletion);
    }

    private static IResult Refuse(HttpContext context, IntakeAnswer answer) =>
        answer switch
        {
            IntakeAnswer.KeyTaken => Problems.Unusable([IdempotencyHeader.Taken]),
            IntakeAnswer.TestGone => Problems.Unusable([UnknownTest]),
            IntakeAnswer.BeyondBudget beyond => Problems.Unusable([beyond.Problem]),
            IntakeAnswer.NotAllowed { Problems: var refused } => Problems.Unusable(refused),
            IntakeAnswer.Stopped stopped => Problems.Conflict(stopped.Stop.Sentence),
            IntakeAnswer.OutsideWindow outside => Problems.Conflict(outside.Sentence),
            IntakeAnswer.TooMuch much => Problems.TooMuch(context, much.Wait, much.Sentence),
            _ => throw new InvalidOperationException($"{answer} is no refusal."),
        };

    private static IResult Accepted(HttpContext context, Guid runId, DateTimeOffset estimatedCompletion)
    {
        RunTelemetry.NameRun(runId);
        context.Response.Headers.Location = $"/api/performance/runs/{runId}";
        return Results.Json(
            new ExecuteAnswer(runId, RunStatus.Queued, estimatedCompletion),
            RunJson.Options,
            statusCode: StatusCodes.Status202Accepted
        );
    }
}
