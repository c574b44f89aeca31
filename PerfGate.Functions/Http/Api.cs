using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask.Client;
using PerfGate.Functions.Orchestration;

namespace PerfGate.Functions.Http;

/// <summary>Answers one invocation of an HTTP function.</summary>
public sealed class Api(ApiPipeline pipeline, InvocationClient client, TimeProvider time)
{
    /// <summary>
    /// A function that lasts longer than host.json's <c>functionTimeout</c> is ended together with its worker, and all that the
    /// worker does: streams end before by themselves.
    /// </summary>
    public static readonly TimeSpan LongestStream = TimeSpan.FromMinutes(5);

    /// <summary>Answers it.</summary>
    public async Task<IResult> AnswerAsync(HttpRequest request)
    {
        await pipeline.AnswerAsync(request.HttpContext);
        // It is written: nothing is left for the Functions host to write.
        return Results.Empty;
    }

    /// <summary>Answers it; orchestrations are reached through the client that the Functions host gave.</summary>
    public Task<IResult> AnswerAsync(HttpRequest request, DurableTaskClient durable)
    {
        client.Durable = durable;
        return AnswerAsync(request);
    }

    /// <summary>Answers with a stream, for as long as a function may last; whoever still listens then comes back.</summary>
    public async Task<IResult> StreamAsync(HttpRequest request)
    {
        var context = request.HttpContext;
        var aborted = context.RequestAborted;
        using var limit = new CancellationTokenSource(LongestStream, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(aborted, limit.Token);
        context.RequestAborted = either.Token;
        try
        {
            return await AnswerAsync(request);
        }
        finally
        {
            context.RequestAborted = aborted;
        }
    }
}
