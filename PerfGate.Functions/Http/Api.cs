using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask.Client;
using PerfGate.Functions.Orchestration;

namespace PerfGate.Functions.Http;

/// <summary>Answers one invocation of an HTTP function.</summary>
public sealed class Api(ApiPipeline pipeline, InvocationClient client)
{
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
}
