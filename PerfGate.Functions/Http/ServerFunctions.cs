using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace PerfGate.Functions.Http;

/// <summary>What is asked before there is a token: health, readiness, and the API's own description.</summary>
public sealed class ServerFunctions(Api api)
{
    /// <summary><c>GET /health</c>.</summary>
    [Function("Health")]
    public Task<IResult> HealthAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health")] HttpRequest request
    ) => api.AnswerAsync(request);

    /// <summary><c>GET /ready</c>.</summary>
    [Function("Ready")]
    public Task<IResult> ReadyAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "ready")] HttpRequest request
    ) => api.AnswerAsync(request);

    /// <summary><c>GET /api/performance/openapi.json</c>.</summary>
    [Function("ApiDocument")]
    public Task<IResult> ApiDocumentAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/performance/openapi.json")] HttpRequest request
    ) => api.AnswerAsync(request);

    /// <summary><c>GET /api/performance/docs</c>.</summary>
    [Function("ApiPage")]
    public Task<IResult> ApiPageAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/performance/docs")] HttpRequest request
    ) => api.AnswerAsync(request);

    /// <summary><c>GET /api/performance/docs/{file}</c>.</summary>
    [Function("ApiPageFile")]
    public Task<IResult> ApiPageFileAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/performance/docs/{file}")] HttpRequest request
    ) => api.AnswerAsync(request);
}
