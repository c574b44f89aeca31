using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace PerfGate.Functions.Http;

/// <summary>Baselines, and their changes.</summary>
public sealed class BaselineFunctions(Api api)
{
    /// <summary><c>GET /api/performance/baselines</c>.</summary>
    [Function("ListBaselines")]
    public Task<IResult> ListBaselinesAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/performance/baselines")] HttpRequest request
    ) => api.AnswerAsync(request);

    /// <summary><c>POST /api/performance/baselines</c>.</summary>
    [Function("EstablishBaseline")]
    public Task<IResult> EstablishBaselineAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/performance/baselines")] HttpRequest request
    ) => api.AnswerAsync(request);

    /// <summary><c>POST /api/performance/baselines/{id}/update</c>.</summary>
    [Function("UpdateBaseline")]
    public Task<IResult> UpdateBaselineAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/performance/baselines/{id:guid}/update")]
            HttpRequest request
    ) => api.AnswerAsync(request);

    /// <summary><c>GET /api/performance/baselines/{id}/history</c>.</summary>
    [Function("GetBaselineHistory")]
    public Task<IResult> GetBaselineHistoryAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/performance/baselines/{id:guid}/history")]
            HttpRequest request
    ) => api.AnswerAsync(request);

    /// <summary><c>POST /api/performance/baselines/{id}/undo</c>.</summary>
    [Function("UndoBaseline")]
    public Task<IResult> UndoBaselineAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/performance/baselines/{id:guid}/undo")]
            HttpRequest request
    ) => api.AnswerAsync(request);
}
